import type { types } from 'mediasoup';
import type { Logger } from 'pino';
import type { Bulkhead } from '../common/bulkhead.js';
import type { Clock } from '../common/clock.js';
import type { Source } from '../common/consent.js';
import type { MediaProblem } from '../common/media-problem.js';
import type { Meter } from '../common/metrics.js';
import type { ParticipantAnalysis } from './types.js';

/**
 * The copy of one track that goes to analysis. It exists only while its owner's consent stands; closing it is synchronous
 * and final, also while it is still opening.
 */
export interface Tap {
  /** Resolves when packets flow, or will as soon as there is where to (or when it was closed meanwhile). */
  open(): Promise<void>;
  close(): void;
}

/** A track of somebody, of which there may be a tap. */
export interface Tappable {
  readonly id: string;
  readonly closed: boolean;
  createTap(deps: TapEnv): Tap;
}

/** A producer as such a track. */
export function tappable(producer: types.Producer, createTap: (deps: TapDeps) => Tap): Tappable {
  return {
    id: producer.id,
    get closed() {
      return producer.closed;
    },
    createTap: (env) => createTap({ producer, ...env }),
  };
}

export interface TapDeps extends TapEnv {
  producer: types.Producer;
}

/** What a tap works with, whatever it taps. */
export interface TapEnv {
  source: Source;
  analysis: ParticipantAnalysis;
  clock: Clock;
  /** Of the participant: an error in a callback of the tap ends no more than them. */
  bulkhead: Bulkhead;
  meter: Meter;
  logger: Logger;
  /** Analysis asks that the track be set aside: the owner of the tap closes it. */
  onStop: (problem: MediaProblem) => void;
  /** Far more packets or reports came than may: the owner ends the sender. */
  onFlood: () => void;
}

/**
 * Layers taken of a layered video: the lowest spatial layer is high enough for a face (Chrome's lowest of three is a quarter
 * of the camera: 320×180 of 720p), and its lowest temporal layer brings about 5 to 8 pictures a second.
 */
export const TAP_LAYERS: types.ConsumerLayers = { spatialLayer: 0, temporalLayer: 0 };

/** Shortest time between two key frame requests, ms; the producer's `keyFrameRequestDelay` is the same. */
export const KEY_FRAME_INTERVAL_MS = 1000;
