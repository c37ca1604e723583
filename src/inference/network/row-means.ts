/**
 * The mean of the rows of each group of ids; an id of 0 is none and not counted.
 * @param table rows × width @param ids m × perMean @returns m × width; zeros where a group has no id
 */
export function rowMeans(table: Float32Array, width: number, ids: Int32Array, perMean: number): Float32Array {
  const out = new Float32Array((ids.length / perMean) * width);
  for (let from = 0, to = 0; from < ids.length; from += perMean, to += width) {
    const share = 1 / Math.max(known(ids, from, perMean), 1);
    for (let k = from; k < from + perMean; k++) {
      if (ids[k] === 0) continue;
      const row = ids[k]! * width;
      for (let i = 0; i < width; i++) out[to + i]! += share * table[row + i]!;
    }
  }
  return out;
}

/** How many of so many ids are any. */
export function known(ids: Int32Array, from: number, count: number): number {
  let sum = 0;
  for (let k = from; k < from + count; k++) if (ids[k] !== 0) sum++;
  return sum;
}
