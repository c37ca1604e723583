export interface Size {
  width: number;
  height: number;
}

export interface Rect extends Size {
  x: number;
  y: number;
}

export interface Fit {
  /** Between tiles, px. */
  gap: number;
  /** How narrow a tile may be: its width for each px of height. What does not fit of a picture is cut off. */
  narrowest: number;
  /** What may lie under a narrow picture where there is room for it beside the whole picture. */
  under?: { height: number; below: number };
}

/** How broad a tile may be for its height. */
export const WIDEST = 16 / 9;

/** Width of the largest 4:3 picture (a web camera's) that is whole in a tile: what is made as large as possible, px. */
export const pictureWidth = ({ width, height }: Size): number => Math.min(width, (height * 4) / 3);

/**
 * Tiles of one size for so many people, in rows, as large as the area lets them be; the last row in the middle.
 * @param area px
 * @param count at least 1
 * @returns a place for each, row by row, within the area and none over another
 */
export function fitTiles(area: Size, count: number, fit: Fit): Rect[] {
  const { gap } = fit;
  let best: { columns: number; tile: Size } | undefined;
  for (let columns = 1; columns <= count; columns++) {
    const tile = tileSize(area, columns, Math.ceil(count / columns), fit);
    if (!best || better(tile, best.tile)) best = { columns, tile };
  }
  if (!best) return [];
  const { columns, tile } = best;
  const rows = Math.ceil(count / columns);
  const top = (area.height - rows * tile.height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row < rows - 1 ? columns : count - row * columns;
    const left = (area.width - inRow * tile.width - (inRow - 1) * gap) / 2;
    return { x: left + (index % columns) * (tile.width + gap), y: top + row * (tile.height + gap), ...tile };
  });
}

function tileSize({ width, height }: Size, columns: number, rows: number, { gap, narrowest, under }: Fit): Size {
  const across = Math.max(0, (width - (columns - 1) * gap) / columns);
  const down = Math.max(0, (height - (rows - 1) * gap) / rows);
  if (under && across < under.below && down >= (across * 3) / 4 + under.height) {
    return { width: across, height: Math.min(down, across / narrowest + under.height) };
  }
  return { width: Math.min(across, down * WIDEST), height: Math.min(down, across / narrowest) };
}

/** The larger picture first; of two as large the larger tile. */
function better(one: Size, other: Size): boolean {
  const [a, b] = [pictureWidth(one), pictureWidth(other)];
  return Math.abs(a - b) > 0.5 ? a > b : one.width * one.height > other.width * other.height + 1;
}
