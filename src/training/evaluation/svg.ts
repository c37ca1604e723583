/** Small helpers for pictures in SVG, readable on light and dark pages: each brings its own ground for either scheme. */

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Text for an SVG's content or attribute. Characters that XML does not allow are left out. */
export function escapeXml(text: string): string {
  const allowed = [...text].filter((char) => char >= ' ' || char === '\t' || char === '\n').join('');
  return allowed.replaceAll(/[&<>"']/gu, (char) => ENTITIES[char]!);
}

const number = (value: number): string => String(Number(value.toFixed(2)));

/** One element. Attribute values are escaped; `content` is markup already. */
export function element(name: string, attributes: Record<string, string | number>, content = ''): string {
  const list = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? number(value) : escapeXml(value)}"`,
  );
  return content === '' ? `<${name}${list.join('')}/>` : `<${name}${list.join('')}>${content}</${name}>`;
}

export function label(x: number, y: number, text: string, attributes: Record<string, string | number> = {}): string {
  return element('text', { x, y, ...attributes }, escapeXml(text));
}

/** Lines and percentages of a plane of shares. @param x @param y where a share lies */
export function percentGrid(x: (share: number) => number, y: (share: number) => number): string[] {
  return [0, 0.25, 0.5, 0.75, 1].flatMap((tick) => [
    element('line', { x1: x(0), x2: x(1), y1: y(tick), y2: y(tick), class: 'grid' }),
    label(x(0) - 8, y(tick) + 4, `${100 * tick}`, { class: 'end small muted' }),
    label(x(tick), y(0) + 18, `${100 * tick}`, { class: 'middle small muted' }),
  ]);
}

// Greys and one blue: light ground #fff, ink #1f2328; dark ground #161b22, ink #e6edf3. Both above 4.5:1.
const STYLE = `text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#1f2328}
.ground{fill:#fff;stroke:#d0d7de}.title{font-size:15px;font-weight:600}.muted{fill:#57606a}.small{font-size:11px}
.middle{text-anchor:middle}.end{text-anchor:end}.mark{fill:#0a58b0}.on{fill:#fff}.line{stroke:#8c959f;fill:none}
.grid{stroke:#d0d7de}.range{stroke:#0a58b0;stroke-width:1.5}.bar{fill:#0a58b0;fill-opacity:.35}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.ground{fill:#161b22;stroke:#30363d}.muted{fill:#9da7b3}
.mark{fill:#79b8ff}.on{fill:#0d1117}.line{stroke:#8b949e}.grid{stroke:#30363d}.range{stroke:#79b8ff}.bar{fill:#79b8ff}}`;

export function picture(width: number, height: number, title: string, description: string, body: string[]): string {
  const ground = { x: 0.5, y: 0.5, width: width - 1, height: height - 1, rx: 6, class: 'ground' };
  const parts = [
    element('title', {}, escapeXml(title)),
    element('desc', {}, escapeXml(description)),
    element('style', {}, STYLE),
    element('rect', ground),
    ...body,
  ];
  const size = { width, height, viewBox: `0 0 ${width} ${height}`, role: 'img' };
  return `${element('svg', { xmlns: 'http://www.w3.org/2000/svg', ...size }, `\n${parts.join('\n')}\n`)}\n`;
}
