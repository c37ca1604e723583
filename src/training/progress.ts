/**
 * Tells how far a long work is, a line for each part of it but the last.
 * @param parts equal parts @param least works with fewer items are done before a line would be read
 */
export function progressOf(
  name: string,
  log: (line: string) => void,
  { parts, least } = { parts: 4, least: 1000 },
): (done: number, of: number) => void {
  let told = 0;
  return (done, of) => {
    const part = Math.floor((parts * done) / of);
    if (of < least || part <= told || part === parts) return;
    told = part;
    log(`  ${name}: ${done} of ${of}`);
  };
}
