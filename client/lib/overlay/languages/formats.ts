export interface Formats {
  /** A share of something, 0..1. */
  percent(share: number): string;
  /** How likely something is by an estimate, 0..1. No estimate is ever quite sure. */
  likelihood(share: number): string;
  /** With a sign and two decimals; null: a dash. */
  signed(value: number | null): string;
  /** -1..1, with one decimal. */
  short(value: number): string;
  /** One after the other, as "face, voice". */
  listed(parts: readonly string[]): string;
  /** Together, as "face and voice". */
  together(parts: readonly string[]): string;
  capital(word: string): string;
}

/** How a language writes numbers and lists, by ECMA-402. @param locale BCP 47 */
export function formats(locale: string): Formats {
  const percents = new Intl.NumberFormat(locale, { style: 'percent' });
  const signs = new Intl.NumberFormat(locale, {
    signDisplay: 'always',
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
  const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const series = new Intl.ListFormat(locale, { type: 'unit', style: 'short' });
  const union = new Intl.ListFormat(locale, { type: 'conjunction' });
  const percent = (share: number): string => percents.format(share);
  const minus = (text: string): string => text.replace('-', '−');
  return {
    percent,
    likelihood: (share) => (share >= 0.995 ? `> ${percent(0.99)}` : percent(share)),
    signed: (value) => (value === null ? '–' : minus(signs.format(value))),
    short: (value) => minus(tenths.format(value)),
    listed: (parts) => series.format(parts),
    together: (parts) => union.format(parts),
    capital: (word) => word.charAt(0).toLocaleUpperCase(locale) + word.slice(1),
  };
}
