import type { RequestOf, RequestType, ResultOf } from '../protocol.js';
import type { Session } from '../session.js';

/**
 * Answers one type of request.
 * @param arrivalMs when the message came, server wall clock, ms
 * @throws EmostreamError what the client is told
 */
export type Handler<T extends RequestType> = (
  request: RequestOf<T>,
  session: Session,
  arrivalMs: number,
) => ResultOf<T> | Promise<ResultOf<T>>;
