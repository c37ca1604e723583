/**
 * Whether the header If-Match has a tag, by the strong comparison (RFC 9110 §13.1.1, §8.8.3.2); `*` has every one.
 * @param tag quotes and all
 */
export function matchesTag(header: string, tag: string): boolean {
  const listed = header.split(',').map((entry) => entry.trim());
  return listed.includes('*') || listed.includes(tag);
}
