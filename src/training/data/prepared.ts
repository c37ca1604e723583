import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EmostreamError } from '../../common/errors.js';
import { writeAtomic } from './atomic-file.js';
import { packColumns, unpackColumns, type Column, type ColumnHead } from './columns.js';

/** Prepared corpora lie outside the project, in `$XDG_CACHE_HOME/emostream/prepared`, unless told otherwise. */
export const defaultPreparedFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'emostream', 'prepared');

/** Writes named columns as `NAME.bin` (see columns.ts) with `NAME.json` beside. */
export async function writePrepared(folder: string, name: string, columns: Record<string, Column>): Promise<void> {
  const { heads, bytes } = packColumns(Object.entries(columns));
  await writeAtomic(join(folder, `${name}.bin`), bytes);
  await writeAtomic(join(folder, `${name}.json`), JSON.stringify(heads));
}

/**
 * Reads what `writePrepared` wrote.
 * @throws EmostreamError NOT_FOUND when it was not prepared, MEDIA_CORRUPT when it is cut short
 */
export async function readPrepared<T extends object>(folder: string, name: string): Promise<T> {
  let heads: ColumnHead[];
  let data: Buffer;
  try {
    heads = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as ColumnHead[];
    data = await readFile(join(folder, `${name}.bin`));
  } catch (cause) {
    const message = `There is no ${name} in ${folder}: run \`emostream data prepare --data DIR\` first.`;
    throw new EmostreamError('NOT_FOUND', message, { cause });
  }
  try {
    return Object.fromEntries(unpackColumns(heads, data)) as T;
  } catch (cause) {
    const message = `${name} in ${folder} is not whole: prepare it again.`;
    throw new EmostreamError('MEDIA_CORRUPT', message, { cause });
  }
}
