import type { IncomingMessage, ServerResponse } from 'node:http';
import { EmostreamError, type ErrorCode } from '../common/errors.js';
import { httpStatus } from './upgrade.js';

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
  });
  response.end(text);
}

/** A failure whose status says more than its code. */
export class HttpFailure extends EmostreamError {
  readonly status: number;

  constructor(status: number, code: ErrorCode, message: string) {
    super(code, message);
    this.status = status;
  }
}

/** So long should whoever asks too much, or too early, wait at least, seconds (RFC 9110 §10.2.3). */
const RETRY_AFTER = '5';

export function sendError(response: ServerResponse, error: EmostreamError): void {
  const status = error instanceof HttpFailure ? error.status : httpStatus(error.code);
  // RFC 9110 §11.6.1, RFC 6750 §3.
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  if (status === 429 || status === 503) response.setHeader('Retry-After', RETRY_AFTER);
  const message = error.code === 'INTERNAL' ? 'something went wrong on the server; its log says what' : error.message;
  // What is left of a body that nobody read would be taken for the next request.
  response.setHeader('Connection', 'close');
  const where = error.url === undefined ? {} : { url: error.url };
  sendJson(response, status, { error: { code: error.code, message, ...where } });
}

/** The media type of a request's body, in small letters and without parameters. */
export function mediaType({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

/** Reads a small JSON body. @throws EmostreamError MESSAGE_TOO_LARGE or BAD_MESSAGE */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (mediaType(request) !== 'application/json') {
    throw new EmostreamError('BAD_MESSAGE', 'the body must have the content type application/json');
  }
  const text = await readText(request, maxBytes);
  try {
    return JSON.parse(text);
  } catch {
    throw new EmostreamError('BAD_MESSAGE', 'the body is not JSON');
  }
}

/** Reads a small body. @throws EmostreamError MESSAGE_TOO_LARGE */
export async function readText(request: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new EmostreamError('MESSAGE_TOO_LARGE', `the body may have ${maxBytes} bytes at most`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
