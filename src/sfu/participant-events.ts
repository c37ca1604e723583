import type { SentSource } from '../common/consent.js';
import type { MediaProblem } from '../common/media-problem.js';
import type { ProducerInfo } from './media-info.js';
import type { ParticipantAnalysis, ShownWords } from './types.js';

export type ParticipantCloseReason = Parameters<ParticipantAnalysis['close']>[0];
export type Direction = 'send' | 'recv';

export interface ParticipantEvents {
  producerAdded: [ProducerInfo];
  producerRemoved: [producerId: string];
  producerPaused: [producerId: string];
  producerResumed: [producerId: string];
  /** A track does not get through or was set aside; null: all is well again. */
  mediaProblem: [{ source: SentSource; problem: MediaProblem | null }];
  /** Words that those in the room may read. */
  words: [ShownWords];
  consumerClosed: [{ consumerId: string; producerId: string }];
  closed: [ParticipantCloseReason];
}
