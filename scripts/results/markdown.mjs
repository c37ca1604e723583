// Tables and figures as Markdown.

/** @param {string[]} head @param {(string | number)[][]} rows */
export function table(head, rows) {
  const line = (/** @type {(string | number)[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map((_, i) => (i ? '--:|' : '---|')).join('')}`, ...rows.map(line)].join('\n');
}

/** @param {number} value */
export const number = (value) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 0.1 ? value.toFixed(2) : value.toFixed(3);

/** @param {{ command: string, commit: string, machine: { cores: number, cpu: string, node: string } }} measured @returns {string} what a figure is of */
export const where = ({ command, commit, machine }) =>
  `\`${command}\` at commit ${commit} on ${machine.cores} cores (${machine.cpu}), Node ${machine.node}`;
