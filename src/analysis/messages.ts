import type { Consent } from '../common/consent.js';
import type { Modality } from '../common/emotions.js';
import type { MediaProblem } from '../common/media-problem.js';
import type { Measurement } from '../common/thread-meter.js';
import type { WindowFeatures } from '../features/types.js';
import type { SenderReport, TrackInfo } from '../sfu/types.js';

/** What an analysis thread is started with. Plain data. */
export interface AnalysisOptions {
  index: number;
  allowedLatenessMs: number;
  wordsRevisionHorizonMs: number;
  /** Face crops per window at most. */
  faceCrops: number;
  /** Module of the server-side speech recognition; null: none. */
  transcriber: string | null;
  /** Most pixels of a track decoded per second. */
  maxPixelRate: number;
}

/** What may be analysed of a participant, and since when. */
export interface ConsentTerms {
  /** Raised whenever something is withdrawn; every window names the one under which all of it was measured. */
  generation: number;
  consent: Consent;
  /** When the present consent to each was given, server wall clock, ms: what was said or captured before is not taken. */
  given: Record<Modality, number>;
}

/** Main thread → analysis thread. `key` names a participant, `handle` a track, both for the life of the thread. */
export type ToAnalysis =
  | { type: 'open'; key: number }
  | { type: 'close'; key: number }
  | ({ type: 'consent'; key: number } & ConsentTerms)
  | { type: 'caption'; key: number; text: string; startMs: number; endMs: number; arrivalMs: number }
  | { type: 'trackOpen'; key: number; handle: number; track: TrackInfo }
  | { type: 'trackPaused'; handle: number; paused: boolean }
  | { type: 'trackClose'; handle: number }
  | { type: 'senderReport'; handle: number; report: SenderReport }
  /** Packets of any tracks, in order of arrival, as one transferred buffer. */
  | { type: 'packets'; handles: number[]; arrivals: number[]; lengths: number[]; data: Uint8Array<ArrayBuffer> }
  | { type: 'inspect'; id: number }
  | { type: 'stop' };

/** What a leak test counts in a thread. */
export interface AnalysisInspection {
  participants: number;
  tracks: number;
  decoders: number;
  tensors: number;
}

/** Analysis thread → main thread. */
export type FromAnalysis =
  | { type: 'ready' }
  | { type: 'window'; key: number; generation: number; features: WindowFeatures }
  /** Windows [startMs, endMs) that were never made (the thread was suspended or overrun). */
  | { type: 'skipped'; key: number; startMs: number; endMs: number }
  | { type: 'keyFrame'; handle: number }
  /** The track sends more than is decoded, and goes on so; nothing of it is decoded any more. */
  | { type: 'trackProblem'; handle: number; problem: MediaProblem }
  | { type: 'metrics'; measurements: Measurement[] }
  /** A message of packets was handled: the main thread's flow control. */
  | { type: 'handled' }
  | { type: 'inspection'; id: number; result: AnalysisInspection };
