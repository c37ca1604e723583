/** The sizes that are warmed up, and to which engines that prepare themselves for shapes get their batches padded. */
export function batchSizes(maxBatch: number): number[] {
  const sizes: number[] = [];
  for (let size = 1; size < maxBatch; size *= 2) sizes.push(size);
  return [...sizes, maxBatch];
}
