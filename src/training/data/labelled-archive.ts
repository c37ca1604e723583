import { EMOTIONS, type Emotion } from '../../common/emotions.js';
import { EmostreamError } from '../../common/errors.js';
import { parseCsv } from './csv.js';
import { readTar } from './tar.js';

const TABLE = 'labels.csv';
/** Rows: more are no corpus that is held in memory. */
const MOST_ROWS = 100_000;

/** A file of an archive with its row of the archive's `labels.csv`. */
export interface LabelledFile {
  name: string;
  data: Buffer;
  row: Record<string, string>;
}

/**
 * The files that the table of an archive names, in the table's order; others are passed over.
 * @param columns that the table must have beside `file`
 * @throws EmostreamError MEDIA_CORRUPT when there is no such table, or a file that it names is missing or named twice
 */
export async function readLabelled(path: string, columns: readonly string[]): Promise<LabelledFile[]> {
  const refuse = (why: string): never => {
    throw new EmostreamError('MEDIA_CORRUPT', `${path}: ${why}: fetch it again.`);
  };
  const files = new Map((await readTar(path)).map(({ name, data }) => [name, data]));
  const table = files.get(TABLE) ?? refuse(`it holds no ${TABLE}`);
  const rows = parseCsv(table.toString('utf8'));
  if (rows.length === 0) refuse(`its ${TABLE} has no rows`);
  if (rows.length > MOST_ROWS) refuse(`its ${TABLE} has more than ${MOST_ROWS} rows`);
  const missing = ['file', ...columns].filter((column) => rows[0]![column] === undefined);
  if (missing.length > 0) refuse(`its ${TABLE} has no column ${missing.join(', ')}`);
  const named = new Set<string>();
  return rows.map((row) => {
    const name = row['file']!;
    const data = files.get(name) ?? refuse(`${TABLE} names ${name}, which is not in it`);
    if (named.has(name)) refuse(`${TABLE} names ${name} twice`);
    named.add(name);
    return { name, data, row };
  });
}

/** @throws EmostreamError MEDIA_CORRUPT when the label is none of the seven */
export function emotionOf({ name, row }: LabelledFile): Emotion {
  const label = EMOTIONS.find((emotion) => emotion === row['label']);
  if (label) return label;
  throw new EmostreamError('MEDIA_CORRUPT', `${name} is labelled "${row['label']}", which is not one of the seven.`);
}
