import type { AudioChunk, TranscriptSegment } from '../media/types.js';

/** Sound, and whether speech goes on in it. */
export interface HeardChunk extends AudioChunk {
  speech: boolean;
}

/**
 * Speech recognition on the server: takes one participant's sound, gives their words back with media times. It runs in an
 * analysis process, only while its owner consents to both voice and words; beside it, captions that the client sends go on.
 *
 * `push` must not block for long (a chunk is 32 ms of sound, from up to dozens of people per process): heavy recognisers
 * start a thread or process of their own. Of the server's environment it sees what Node itself needs, and variables whose
 * names begin with `TRANSCRIBER_`. Words may come late: up to `wordsRevisionHorizon` they still revise the event
 * of the second in which they were said.
 */
export interface Transcriber {
  /** Sound in order of media time; a jump in `mediaTime` is a gap (silence that was not sent, or loss). */
  push(chunk: HeardChunk): void;
  /** Frees everything; no words may be given afterwards. Must not throw. */
  close(): void;
}

export interface TranscriberOptions {
  /** Gives recognised words on the media clock of the chunks. */
  onWords(segment: TranscriptSegment): void;
  /** Tells of a failure; the participant goes on without server-side words. */
  onError(error: Error): void;
}

/** What a transcriber module exports as `createTranscriber`. Called once per participant whose words are wanted. */
export type TranscriberFactory = (options: TranscriberOptions) => Transcriber;
