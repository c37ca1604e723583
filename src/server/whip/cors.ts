import type { IncomingMessage, ServerResponse } from 'node:http';
import { setHeaders } from '../security-headers.js';

/** What scripts of a page may read of an answer, beside its body (https://fetch.spec.whatwg.org/#http-cors-protocol). */
const EXPOSED = 'Location, Link, ETag, Accept-Patch, Emostream-Consent, Emostream-Participant, Retry-After';
const SENT = 'authorization, content-type, if-match, link, emostream-consent';
const MAX_AGE_SECONDS = '600';

/** To be called for origins that are allowed, and for requests without one. */
export function allowOrigin({ headers }: IncomingMessage, response: ServerResponse, methods: readonly string[]): void {
  response.setHeader('Vary', 'Origin');
  if (headers.origin === undefined) return;
  setHeaders(response, {
    'Access-Control-Allow-Origin': headers.origin,
    'Access-Control-Allow-Methods': methods.join(', '),
    'Access-Control-Allow-Headers': SENT,
    'Access-Control-Expose-Headers': EXPOSED,
    'Access-Control-Max-Age': MAX_AGE_SECONDS,
  });
}
