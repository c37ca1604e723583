import type { types } from 'mediasoup';
import { EmostreamError } from '../common/errors.js';

/**
 * A router of your mediasoup, of whatever version 3: what is used of it. (The package's own types of two versions may not go
 * together.)
 */
export interface MediaRouter {
  readonly id: string;
  readonly closed: boolean;
  readonly rtpCapabilities: object;
  /** Takes what your version takes. */
  createPlainTransport(options: never): Promise<object>;
}

/** A producer on that router: of `video` the participant's camera, of `audio` their microphone. */
export interface MediaProducer {
  readonly id: string;
  readonly kind: 'audio' | 'video';
  readonly closed: boolean;
  readonly rtpParameters: object;
  /** Takes what your version takes. */
  enableTraceEvent(types?: never): Promise<void>;
}

const ROUTER = ['createPlainTransport', 'on'] as const;
const PRODUCER = ['enableTraceEvent', 'dump', 'getStats', 'on'] as const;

/** @throws EmostreamError BAD_MESSAGE where it is none */
export function asRouter(router: MediaRouter): types.Router {
  demand(router, ROUTER, 'router: is no router of mediasoup 3');
  // Looked at here; what else is used of it, every version 3 has.
  return router as unknown as types.Router;
}

/** @throws EmostreamError BAD_MESSAGE where it is none */
export function asProducer(producer: MediaProducer): types.Producer {
  demand(producer, PRODUCER, 'producers: one is no producer of mediasoup 3');
  // Looked at here; what else is used of it, every version 3 has.
  return producer as unknown as types.Producer;
}

function demand(what: object, methods: readonly string[], message: string): void {
  const has = (name: string): boolean => typeof (what as Record<string, unknown> | null)?.[name] === 'function';
  if (!methods.every(has) || !('observer' in what)) throw new EmostreamError('BAD_MESSAGE', message);
}
