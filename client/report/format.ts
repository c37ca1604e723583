import type { ReportPerson } from '../../src/report/report-data';
import { ENGLISH, type PartWords } from './words';

/** Who it is, where there are several to be told apart. */
export function nameOf(
  { people }: { people: Pick<ReportPerson, 'id' | 'face'>[] },
  index: number,
  words: PartWords = ENGLISH,
): string {
  const { id = '', face = null } = people[index] ?? {};
  if (face === null) return id;
  const isOnly = people.every((person) => person.id === id);
  return words.face(face, isOnly ? null : id);
}

/** Minutes and seconds, with hours where there are any. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${String(h)}:${two(m)}:${two(s)}` : `${String(m)}:${two(s)}`;
}

export const { percent, likelihood, signed, capital } = ENGLISH.format;
