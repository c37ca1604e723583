import type { AudioChunk } from '../../../src/media/types.js';
import { type HeardSound, SileroActivity, sileroFile, SpeechHearer } from '../../../src/speech/index.js';

let activity: SileroActivity | undefined;

/** A new hearer with the real model, which is loaded once. */
export function hearer(): SpeechHearer {
  activity ??= new SileroActivity(sileroFile());
  activity.reset();
  return new SpeechHearer(activity);
}

/** Sound as it comes behind `hearSpeech`. */
export function hear(chunks: readonly AudioChunk[]): HeardSound[] {
  const listening = hearer();
  return chunks.flatMap((chunk) => listening.hear(chunk));
}

/** Sound in which somebody speaks all the time, cut as it is. */
export const spoken = (chunks: readonly AudioChunk[]): HeardSound[] =>
  chunks.map((chunk) => ({ ...chunk, speech: true }));
