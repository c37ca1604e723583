/**
 * @param {string} text such as "v22.3.1" or "22"
 * @returns {[number, number, number] | undefined} undefined where it is no version
 */
export function parseVersion(text) {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(text.trim());
  if (!match) return undefined;
  return [Number(match[1]), Number(match[2] ?? 0), Number(match[3] ?? 0)];
}

/**
 * Less than, equal or greater than zero, as for a sort.
 * @param {readonly number[]} a
 * @param {readonly number[]} b
 */
export function compareVersions(a, b) {
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Whether a version is in a range: comparisons that must all hold, such as ">=22 <23", or several of these between "||", the form
 * that package.json's `engines` has here. (The set-up has no dependencies, so no semver library.)
 * @param {string} version
 * @param {string} range
 */
export function inRange(version, range) {
  return range.split('||').some((part) => inPart(version, part));
}

/** @param {string} version @param {string} range */
function inPart(version, range) {
  const parsed = parseVersion(version);
  if (!parsed) return false;
  return range
    .trim()
    .split(/\s+/)
    .every((comparison) => {
      const match = /^(>=|<=|>|<|=)(.+)$/.exec(comparison);
      const bound = match?.[2] === undefined ? undefined : parseVersion(match[2]);
      if (!match || !bound) throw new Error(`"${range}" is not a range of comparisons such as ">=22 <23"`);
      const order = compareVersions(parsed, bound);
      switch (match[1]) {
        case '>=':
          return order >= 0;
        case '<=':
          return order <= 0;
        case '>':
          return order > 0;
        case '<':
          return order < 0;
        default:
          return order === 0;
      }
    });
}
