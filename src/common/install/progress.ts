export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e6 ? 1 : 0);

/** Says how far a file has come, a line for each quarter of a large one. */
export function progress(bytes: number, log: (line: string) => void): (done: number) => void {
  const step = Math.max(bytes / 4, 5e6);
  let next = step;
  return (done) => {
    if (done < next || done >= bytes) return;
    log(`  ${megabytes(done)} of ${megabytes(bytes)} MB`);
    while (next <= done) next += step;
  };
}
