import type { Beat, Words } from '../../src/server/protocol.js';
import type { BeginEvent, EmotionEvent, EndEvent, GapEvent, MediaEvent, RoomEvent } from '../../src/events/schema.js';
import type { ClientStatus } from './client-types.js';
import type { ClientError } from './errors.js';
import type { Unknown } from './read-message.js';
import type { Missed } from './sequence.js';

export interface FeedEvents {
  /** Every event, in order; the five below are the same ones by type. */
  event: RoomEvent;
  emotion: EmotionEvent;
  gap: GapEvent;
  begin: BeginEvent;
  end: EndEvent;
  media: MediaEvent;
  /** Events that will never come. */
  missed: Missed;
  /** What somebody says who shows their words; only where the token grants `transcript`. Told once, and never again. */
  words: Words;
  /** The words of this participant are to be forgotten. */
  wordsWithdrawn: { participant: string };
  /** The connection stands: told in silence. */
  beat: Beat;
  status: ClientStatus;
  /** The server sent a type of message that this client does not know (a later version?); it was ignored. */
  unknown: Unknown;
  invalid: ClientError;
}
