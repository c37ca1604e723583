import { svg } from '../../lib/overlay/icons.js';

/** Outlines on a 24 × 24 grid, drawn with the text's colour. */
const PATHS = {
  microphone: ['M9 5a3 3 0 0 1 6 0v6a3 3 0 0 1-6 0z', 'M5.5 11a6.5 6.5 0 0 0 13 0', 'M12 17.5V21'],
  camera: ['M3 7h12v10H3z', 'M15 11l6-3.5v9L15 13'],
  captions: [
    'M3 5h18v14H3z',
    'M10 10.2c-2.6-1.6-4 .1-4 1.8s1.4 3.4 4 1.8',
    'M17.5 10.2c-2.6-1.6-4 .1-4 1.8s1.4 3.4 4 1.8',
  ],
  details: ['M5 20V11', 'M12 20V4', 'M19 20v-6'],
  course: ['M3 17l5-6 4 3 5-8 4 5', 'M3 21h18'],
  screen: ['M3 5h18v11H3z', 'M8 20h8', 'M12 16v4', 'M12 13V8', 'M9.500 10.300L12 7.800l2.500 2.500'],
  link: [
    'M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7L12 6.500',
    'M14 10a4 4 0 0 0-5.700 0l-3 3A4 4 0 0 0 11 18.700l1-1.200',
  ],
  devices: ['M4 7h9', 'M17 7h3', 'M15 5v4', 'M4 17h3', 'M11 17h9', 'M9 15v4', 'M4 12h16'],
  pin: ['M9 4h6l-1 6 3 3.500H7L10 10z', 'M12 13.500V20'],
  fullscreen: ['M4 9V4h5', 'M15 4h5v5', 'M20 15v5h-5', 'M9 20H4v-5'],
  keys: ['M3 6h18v12H3z', 'M7 10h.01', 'M11 10h.01', 'M15 10h.01', 'M18 10h.01', 'M8 14h8'],
  leave: ['M3 14.500c5.500-5 12.500-5 18 0l-2.500 2.800-4-1.800v-2.300a10 10 0 0 0-5 0v2.300l-4 1.800z'],
} as const;

export type PageIcon = keyof typeof PATHS;

/** Decorative: whoever uses it says the same in text. */
export function pageIcon(name: PageIcon): SVGElement {
  const root = svg('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true', class: 'icon' });
  for (const d of PATHS[name]) root.append(svg('path', { d }));
  // Struck through by the style sheet while its button is off.
  root.append(svg('path', { d: 'M4 4l16 16', class: 'strike' }));
  return root;
}
