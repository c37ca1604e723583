import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Modality } from '../../../common/emotions.js';
import { EMOTIONS } from '../../../common/emotions.js';
import { EmostreamError } from '../../../common/errors.js';
import type { Column, ColumnHead } from '../columns.js';
import { PreparedWriter } from '../prepared-writer.js';
import { SPLITS, type Split } from '../../splits.js';
import type { SplitItem } from './splits.js';

/** How items of a modality become rows of a prepared set. */
export interface MediaKind {
  modality: Modality;
  /** The column of what was decoded, which is written as it comes. */
  column: Pick<ColumnHead, 'name' | 'type'>;
  /**
   * What one file gives; none is fine when it says why.
   * @throws EmostreamError MEDIA_CORRUPT when it cannot be decoded
   */
  read: (item: SplitItem, data: Buffer, skip: (reason: string) => void) => Promise<Column[]>;
  /** The other columns. */
  columns: (rows: readonly RowHead[]) => Record<string, Column>;
  close: () => void;
}

export interface RowHead {
  /** Of its part in the decoded column. */
  length: number;
  /** Index into EMOTIONS. */
  label: number;
  speaker: number;
}

export interface MediaOptions {
  /** In the order of `splitItems`. */
  items: readonly SplitItem[];
  speakers: ReadonlyMap<string, number>;
  /** Folder of the prepared sets, and the name of each. */
  out: string;
  setName: (split: Split) => string;
  skip: (reason: string) => void;
  progress: (done: number) => void;
}

/**
 * Decodes items one file at a time and writes a prepared set for each split; all three come into their places at the end, or, when
 * there is not one row or the run is broken off, none does.
 * @returns rows by split
 */
export async function prepareMedia(kind: MediaKind, options: MediaOptions): Promise<Record<Split, number>> {
  const { items, speakers, out, setName, skip, progress } = options;
  const rows: Record<Split, RowHead[]> = { train: [], valid: [], test: [] };
  const writers = new Map<Split, PreparedWriter>();
  const seen = new Map<string, Split>();
  try {
    for (const split of SPLITS) writers.set(split, await PreparedWriter.create(out, setName(split), kind.column));
    for (const [i, item] of items.entries()) {
      progress(i);
      const data = await readFile(item.file!).catch(() => null);
      if (!data) {
        skip('the file cannot be read');
        continue;
      }
      if (isCopy(data, item.split, seen, skip)) continue;
      const head = { label: EMOTIONS.indexOf(item.emotion), speaker: speakers.get(item.speaker)! };
      for (const values of await readOrSkip(kind, item, data, skip)) {
        await writers.get(item.split)!.append(values);
        rows[item.split].push({ ...head, length: values.length });
      }
    }
    for (const split of SPLITS) await writers.get(split)!.finish(kind.columns(rows[split]));
    const counts = { train: rows.train.length, valid: rows.valid.length, test: rows.test.length };
    if (counts.train + counts.valid + counts.test > 0) for (const writer of writers.values()) await writer.publish();
    return counts;
  } finally {
    for (const writer of writers.values()) await writer.discard();
  }
}

/** Whether the same bytes were taken before: in training and validation they are left out, the test part stays as it is. */
function isCopy(data: Buffer, split: Split, seen: Map<string, Split>, skip: (reason: string) => void): boolean {
  const digest = createHash('sha256').update(data).digest('base64');
  const first = seen.get(digest);
  if (first === undefined) seen.set(digest, split);
  if (first === undefined || split === 'test') return false;
  skip(first === split ? `the same file again in ${split}` : `a copy in ${split} of a file of ${first}`);
  return true;
}

async function readOrSkip(
  kind: MediaKind,
  item: SplitItem,
  data: Buffer,
  skip: (reason: string) => void,
): Promise<Column[]> {
  try {
    return await kind.read(item, data, skip);
  } catch (error) {
    if (!(error instanceof EmostreamError) || error.code !== 'MEDIA_CORRUPT') throw error;
    skip('the file cannot be decoded');
    return [];
  }
}
