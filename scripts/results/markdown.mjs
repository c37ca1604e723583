// Tables and figures as Markdown.

/** @param {string[]} head @param {(string | number)[][]} rows */
export function table(head, rows) {
  const line = (/** @type {(string | number)[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map((_, i) => (i ? '--:|' : '---|')).join('')}`, ...rows.map(line)].join('\n');
}

/** @param {number} value */
export const number = (value) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 0.1 ? value.toFixed(2) : value.toFixed(3);
