const SVG = 'http://www.w3.org/2000/svg';

/** Outlines on a 24 × 24 grid, drawn with the text's colour. */
const PATHS = {
  face: [
    'M12 3a9 9 0 1 0 0 18a9 9 0 1 0 0-18',
    'M8.2 14.2c1 1.6 2.3 2.4 3.8 2.4s2.8-.8 3.8-2.4',
    'M9 9.4v.8',
    'M15 9.4v.8',
  ],
  voice: ['M4 10v4', 'M8 7v10', 'M12 4v16', 'M16 7v10', 'M20 10v4'],
  words: ['M4 5h16v11h-9l-4.5 4v-4H4z', 'M8 9h8', 'M8 12.3h5'],
} as const;

export type IconName = keyof typeof PATHS;

export function svg(tag: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** Decorative: whoever uses it says the same in text. */
export function icon(name: IconName): SVGElement {
  const root = svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true', class: 'icon' });
  for (const d of PATHS[name]) root.append(svg('path', { d }));
  return root;
}
