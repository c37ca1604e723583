import type { AudioChunk } from '../../../src/media/types.js';
import {
  type HeardSound,
  sileroFile,
  SileroNetwork,
  SpeechHearer,
  VoiceActivities,
  type VoiceActivity,
} from '../../../src/speech/index.js';

/** The real model, loaded once. */
export const network = await SileroNetwork.load(sileroFile());

/** With nobody else to be judged. */
export const voices = (): VoiceActivities => new VoiceActivities(network);

export const hearer = (activity: VoiceActivity = voices().open()): SpeechHearer => new SpeechHearer(activity);

/** Judged at once. */
export const heardNow = (listening: SpeechHearer, chunk: AudioChunk): HeardSound[] => [
  ...listening.hear(chunk),
  ...listening.judge(),
];

/** Sound as it comes behind `hearSpeech`. */
export function hear(chunks: readonly AudioChunk[]): HeardSound[] {
  const listening = hearer();
  return chunks.flatMap((chunk) => heardNow(listening, chunk));
}

/** Sound in which somebody speaks all the time, cut as it is. */
export const spoken = (chunks: readonly AudioChunk[]): HeardSound[] =>
  chunks.map((chunk) => ({ ...chunk, speech: true }));
