import type { ReportPerson } from '../../src/report/report-data';

/** Who it is, where there are several to be told apart. */
export function nameOf({ people }: { people: Pick<ReportPerson, 'id' | 'face'>[] }, index: number): string {
  const { id = '', face = null } = people[index] ?? {};
  if (face === null) return id;
  const isOnly = people.every((person) => person.id === id);
  return isOnly ? `face ${face}` : `${id}, face ${face}`;
}

/** Minutes and seconds, with hours where there are any. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${String(h)}:${two(m)}:${two(s)}` : `${String(m)}:${two(s)}`;
}

export const percent = (share: number): string => `${String(Math.round(100 * share))} %`;

/** `likelihood`: how likely something is by an estimate. */
export { capital, percent as likelihood } from '../lib/overlay/wording';

export const signed = (value: number | null): string =>
  value === null ? '–' : `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
