import { isolated } from '../../src/common/person-name';
import type { ReportPerson } from '../../src/report/report-data';
import type { PartWords } from './words';

/** Who it is, where there are several to be told apart. */
export function nameOf(
  { people }: { people: Pick<ReportPerson, 'id' | 'face'>[] },
  index: number,
  words: PartWords,
): string {
  const { id = '', face = null } = people[index] ?? {};
  const name = isolated(id, words.direction);
  if (face === null) return name;
  const isOnly = people.every((person) => person.id === id);
  return words.face(face, isOnly ? null : name);
}

/** Minutes and seconds, with hours where there are any. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${String(h)}:${two(m)}:${two(s)}` : `${String(m)}:${two(s)}`;
}
