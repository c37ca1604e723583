/** A cell of a table: a pipe or line break in it would end the cell. */
export const cellText = (text: string): string =>
  text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/gu, ' ');

/** A table; every row has as many cells as the head. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cellText).join(' | ')} |`;
  for (const row of rows)
    if (row.length !== head.length) throw new RangeError(`a row of ${row.length} cells under ${head.length}`);
  return [line(head), `|${head.map(() => ' --- |').join('')}`, ...rows.map(line)].join('\n');
}

export const percent = (share: number): string => (100 * share).toFixed(1);
export const interval = ([low, high]: readonly [number, number]): string => `${percent(low)}–${percent(high)}`;
