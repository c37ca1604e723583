import type { IncomingMessage, ServerResponse } from 'node:http';
import { EmostreamError } from '../common/errors.js';
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

export function sendError(response: ServerResponse, error: EmostreamError): void {
  const message = error.code === 'INTERNAL' ? 'something went wrong on the server; its log says what' : error.message;
  // What is left of a body that nobody read would be taken for the next request.
  response.setHeader('Connection', 'close');
  sendJson(response, httpStatus(error.code), { error: { code: error.code, message } });
}

/**
 * Reads a small JSON body.
 * @throws EmostreamError MESSAGE_TOO_LARGE or BAD_MESSAGE
 */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new EmostreamError('BAD_MESSAGE', 'the body must have the content type application/json');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new EmostreamError('MESSAGE_TOO_LARGE', `the body may have ${maxBytes} bytes at most`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new EmostreamError('BAD_MESSAGE', 'the body is not JSON');
  }
}
