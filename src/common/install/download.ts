import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { EmostreamError } from '../errors.js';
import { sha256Of } from './damage.js';

/** Where only registries can be reached there is no answer, ms. */
const ANSWER_TIMEOUT = 15_000;
/** A body of which nothing comes for so long has broken off, ms. */
const STALL_TIMEOUT = 60_000;

export interface DownloadOptions {
  /** What the file must hash to, in hexadecimal digits. */
  sha256?: string;
  /** Told at each piece: bytes so far, and in all where the server says it. */
  onProgress?: (bytes: number, total: number | null) => void;
}

/**
 * Fetches a file.
 * @throws EmostreamError INSTALL_FAILED: which address answered what, or brought something else than was asked for
 */
export async function download(url: string, to: string, options: DownloadOptions = {}): Promise<void> {
  const controller = new AbortController();
  const response = await ask(url, {}, controller);
  const length = Number(response.headers.get('content-length'));
  const hash = createHash('sha256');
  let bytes = 0;
  const stalled = setTimeout(() => controller.abort(), STALL_TIMEOUT);
  // The DOM's type of a body and Node's differ in name only.
  const body = Readable.fromWeb(response.body as ReadableStream<Uint8Array>);
  body.on('data', (data: Buffer) => {
    stalled.refresh();
    hash.update(data);
    bytes += data.length;
    options.onProgress?.(bytes, length > 0 ? length : null);
  });
  try {
    await pipeline(body, createWriteStream(to));
  } catch (cause) {
    throw failed(`${shown(url)} broke off after ${bytes} bytes (${reasonOf(cause, STALL_TIMEOUT)}).`, cause);
  } finally {
    clearTimeout(stalled);
  }
  if (options.sha256 === undefined || hash.digest('hex') === options.sha256) return;
  throw failed(`What ${shown(url)} answers does not have the hash that it must have.`);
}

/** @throws EmostreamError INSTALL_FAILED when a file does not have the hash that it must have */
export async function checkHash(file: string, sha256: string): Promise<void> {
  if (sha256Of(await readFile(file)) !== sha256) throw failed(`${file} does not have the hash that it must have.`);
}

/** What an address answers as text. @throws EmostreamError INSTALL_FAILED */
export async function readText(url: string, headers: Record<string, string>): Promise<{ text: string; type: string }> {
  const response = await ask(url, headers, new AbortController());
  return { text: await response.text(), type: response.headers.get('content-type') ?? '' };
}

async function ask(url: string, headers: Record<string, string>, controller: AbortController): Promise<Response> {
  // Only the answer is timed: how long the body takes is the line's affair.
  const timer = setTimeout(() => controller.abort(), ANSWER_TIMEOUT);
  const { address, authorization } = withoutPassword(url);
  const response = await fetch(address, { signal: controller.signal, headers: { ...headers, ...authorization } })
    .catch((cause: unknown) => {
      throw failed(`${shown(url)} cannot be reached (${reasonOf(cause, ANSWER_TIMEOUT)}).`, cause);
    })
    .finally(() => clearTimeout(timer));
  if (!response.ok || !response.body) throw failed(`${shown(url)} answers ${response.status}.`);
  return response;
}

/** `fetch` takes no name and password in an address; package indexes are configured so. */
function withoutPassword(url: string): { address: string; authorization: Record<string, string> } {
  const address = new URL(url);
  const { username, password } = address;
  address.username = address.password = '';
  if (!username && !password) return { address: address.href, authorization: {} };
  const pair = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`).toString('base64');
  return { address: address.href, authorization: { authorization: `Basic ${pair}` } };
}

const shown = (url: string): string => withoutPassword(url).address;

/** What `fetch` wraps tells more than its own `fetch failed`. */
function reasonOf(error: unknown, timeout: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'AbortError') return `no answer in ${timeout / 1000} s`;
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message || (cause as NodeJS.ErrnoException).code || cause.name;
}

function failed(message: string, cause?: unknown): EmostreamError {
  return new EmostreamError('INSTALL_FAILED', message, { cause });
}
