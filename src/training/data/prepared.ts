import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EmostreamError } from '../../common/errors.js';

/** Prepared corpora lie outside the project, in `$XDG_CACHE_HOME/emostream/prepared`, unless told otherwise. */
export const defaultPreparedFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'emostream', 'prepared');

type Column = Uint8Array | Int16Array | Int32Array | Float32Array;
const TYPES = { Uint8Array, Int16Array, Int32Array, Float32Array };
interface ColumnHead {
  name: string;
  type: keyof typeof TYPES;
  length: number;
}

/** Writes named columns as `NAME.bin` (one after another, each aligned to 4 bytes) with `NAME.json` beside. */
export async function writePrepared(folder: string, name: string, columns: Record<string, Column>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const heads: ColumnHead[] = [];
  const parts: Buffer[] = [];
  for (const [column, values] of Object.entries(columns)) {
    heads.push({ name: column, type: values.constructor.name as keyof typeof TYPES, length: values.length });
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    parts.push(bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4));
  }
  await writeFile(join(folder, `${name}.bin`), Buffer.concat(parts));
  await writeFile(join(folder, `${name}.json`), JSON.stringify(heads));
}

/**
 * Reads what `writePrepared` wrote.
 * @throws EmostreamError NOT_FOUND when it was not prepared
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
  let at = 0;
  const columns: Record<string, Column> = {};
  for (const { name: column, type, length } of heads) {
    const bytes = length * TYPES[type].BYTES_PER_ELEMENT;
    const copy = Uint8Array.from(data.subarray(at, at + bytes)).buffer;
    columns[column] = new TYPES[type](copy);
    at += Math.ceil(bytes / 4) * 4;
  }
  return columns as T;
}
