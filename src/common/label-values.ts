/** A label's values that are known beforehand, as `known` of a metric has them. */
export const each = (label: string, values: readonly string[]): Record<string, string>[] =>
  values.map((value) => ({ [label]: value }));
