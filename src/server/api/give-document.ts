import type { IncomingMessage, ServerResponse } from 'node:http';
import { EmostreamError } from '../../common/errors.js';
import { apiDocuments } from './documents.js';

let documents: ReadonlyMap<string, string> | undefined;

/**
 * Gives out the contract, to pages of any origin: it says nothing of this server. Made when it is first asked for.
 * @throws EmostreamError NOT_FOUND
 */
export function giveDocument({ url = '' }: IncomingMessage, response: ServerResponse): void {
  documents ??= apiDocuments();
  const text = documents.get(url.split('?', 1)[0] ?? '');
  if (text === undefined) throw new EmostreamError('NOT_FOUND', 'no such schema; docs/api lists them');
  response.writeHead(200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-cache',
    'Access-Control-Allow-Origin': '*',
  });
  response.end(text);
}
