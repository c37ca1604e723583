import type { types } from 'mediasoup';
import type { SentSource } from '../common/consent.js';
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

/** A producer on that router: of `video` the participant's camera, of `audio` their microphone; never a screen. */
export interface MediaProducer {
  readonly id: string;
  readonly kind: 'audio' | 'video';
  readonly closed: boolean;
  readonly rtpParameters: object;
  /** Yours. Where its `source` is `screen`, as clients of emostream name it, the producer is refused. */
  readonly appData?: object;
  /** Takes what your version takes. */
  enableTraceEvent(types?: never): Promise<void>;
}

/** What a producer says of itself that is sent to be seen and not to be analysed (as `SENT_SOURCES` names it). */
const SCREEN: SentSource = 'screen';
const ROUTER = ['createPlainTransport', 'on'] as const;
const PRODUCER = ['enableTraceEvent', 'dump', 'getStats', 'on'] as const;

/** @throws EmostreamError BAD_MESSAGE where it is none */
export function asRouter(router: MediaRouter): types.Router {
  demand(router, ROUTER, 'router: is no router of mediasoup 3');
  // Looked at here; what else is used of it, every version 3 has.
  return router as unknown as types.Router;
}

/** @throws EmostreamError BAD_MESSAGE where it is none; UNSUPPORTED_MEDIA where it says that it is a screen */
export function asProducer(producer: MediaProducer): types.Producer {
  demand(producer, PRODUCER, 'producers: one is no producer of mediasoup 3');
  const { source } = (producer.appData ?? {}) as { source?: unknown };
  if (source === SCREEN) {
    throw new EmostreamError('UNSUPPORTED_MEDIA', 'producers: one is a screen, which is never analysed: leave it out');
  }
  // Looked at here; what else is used of it, every version 3 has.
  return producer as unknown as types.Producer;
}

function demand(what: object, methods: readonly string[], message: string): void {
  const has = (name: string): boolean => typeof (what as Record<string, unknown> | null)?.[name] === 'function';
  if (!methods.every(has) || !('observer' in what)) throw new EmostreamError('BAD_MESSAGE', message);
}
