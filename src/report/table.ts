import { EMOTIONS, MODALITIES } from '../common/emotions.js';
import type { ReportWords } from './report-data.js';
import type { Series } from './series.js';

/** Columns of `events.csv`, in order; docs/files.md explains each. */
export const COLUMNS = [
  'second',
  'participant',
  'face',
  'label',
  'uncertain',
  'confidence',
  ...EMOTIONS,
  ...EMOTIONS.map((emotion) => `smoothed_${emotion}`),
  'valence',
  'arousal',
  ...MODALITIES.flatMap((modality) => [`${modality}_present`, `${modality}_weight`, `${modality}_quality`]),
  'face_x',
  'face_y',
  'face_width',
  'face_height',
  'gap',
  'text',
] as const;

/** A spreadsheet takes what begins so for a formula, and would work it out. */
const FORMULA = /^[=+\-@\t\r]/;

function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

type Cell = string | number | null;

/** Rows with a heading (RFC 4180). @yields lines */
export function* tableLines(series: Series, words: readonly ReportWords[]): Generator<string> {
  yield `${COLUMNS.join(',')}\r\n`;
  for (const row of tableRows(series, words)) yield `${row.map(cell).join(',')}\r\n`;
}

/** One row a second and person, and one for each of their faces where these are told apart; cells in the order of COLUMNS. */
export function* tableRows(series: Series, words: readonly ReportWords[]): Generator<Cell[]> {
  const said = wordsBySecond(words);
  for (let second = 0; second < series.seconds; second++) {
    for (const [at, person] of series.people.entries()) {
      const label = person.label[second];
      const part = (value: number | null | undefined): number | null =>
        typeof value === 'number' ? value / 1000 : null;
      const isTold = typeof person.uncertain[second] === 'number';
      if (!isTold && person.gap[second] === undefined) continue;
      const box = person.box[second];
      yield [
        second,
        person.id,
        person.face,
        typeof label === 'number' ? EMOTIONS[label]! : null,
        isTold && typeof label === 'number' ? (person.uncertain[second] ?? null) : null,
        part(person.confidence[second]),
        ...EMOTIONS.map((emotion) => part(person.scores[emotion][second])),
        ...EMOTIONS.map((emotion) => part(person.smoothed[emotion][second])),
        part(person.valence[second]),
        part(person.arousal[second]),
        ...MODALITIES.flatMap((modality) => {
          const weight = person.weight[modality][second];
          return [
            isTold ? (typeof weight === 'number' ? 1 : 0) : null,
            part(weight),
            part(person.quality[modality][second]),
          ];
        }),
        ...[box?.x, box?.y, box?.width, box?.height].map((value) =>
          value === undefined ? null : Math.round(value * 10_000) / 10_000,
        ),
        isTold ? null : (person.gap[second] ?? null),
        said.get(`${String(at)} ${String(second)}`) ?? null,
      ];
    }
  }
}

/** Each text is in the second in which it begins. */
function wordsBySecond(words: readonly ReportWords[]): Map<string, string> {
  const out = new Map<string, string>();
  for (const { person, from, text } of words) {
    const key = `${String(person)} ${String(Math.floor(from))}`;
    out.set(key, out.has(key) ? `${out.get(key)!} ${text}` : text);
  }
  return out;
}
