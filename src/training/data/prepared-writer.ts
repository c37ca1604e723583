import { mkdir, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomic } from './atomic-file.js';
import { packColumns, type Column, type ColumnHead } from './columns.js';

/**
 * Writes a prepared set whose first column is too large to be held: that one goes to the disk as it comes. Nothing is in its place
 * before `publish`, so that an interrupted run leaves what was there.
 */
export class PreparedWriter {
  readonly #path: string;
  readonly #head: ColumnHead;
  readonly #file: FileHandle;
  #heads: ColumnHead[] | null = null;

  private constructor(path: string, head: ColumnHead, file: FileHandle) {
    this.#path = path;
    this.#head = head;
    this.#file = file;
  }

  /** @param first name and type of the column that is appended to */
  static async create(folder: string, name: string, first: Pick<ColumnHead, 'name' | 'type'>): Promise<PreparedWriter> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, name);
    return new PreparedWriter(path, { ...first, length: 0 }, await open(temporary(path), 'w'));
  }

  async append(values: Column): Promise<void> {
    await this.#file.appendFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#head.length += values.length;
  }

  /** Writes the other columns; the set is whole on the disk, but not yet in its place. */
  async finish(others: Record<string, Column>): Promise<void> {
    const { heads, bytes } = packColumns(Object.entries(others));
    const { size } = await this.#file.stat();
    await this.#file.appendFile(Buffer.alloc((4 - (size % 4)) % 4));
    await this.#file.appendFile(bytes);
    await this.#file.sync();
    await this.#file.close();
    this.#heads = [this.#head, ...heads];
  }

  /** Puts the finished set in the place of what was there. */
  async publish(): Promise<void> {
    if (!this.#heads) throw new Error('finish first');
    await rename(temporary(this.#path), `${this.#path}.bin`);
    await writeAtomic(`${this.#path}.json`, JSON.stringify(this.#heads));
  }

  /** Gives up: what was there before stays. */
  async discard(): Promise<void> {
    if (!this.#heads) await this.#file.close();
    await rm(temporary(this.#path), { force: true });
  }
}

const temporary = (path: string): string => `${path}.bin.writing`;
