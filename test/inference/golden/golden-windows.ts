import { z } from 'zod';
import type { ModelInput } from '../../../src/inference/types.js';

/** Steps of the stored log-mel: eighths, of which a byte holds -16..16, far more than normalised spectra span. */
const MEL_STEPS = 8;

const box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
const qualities = z.array(z.number());

/** A window as it is checked in; arrays in base64. */
export const windowSchema = z.object({
  name: z.string(),
  /** crops: bytes of the grey pictures, one after the other. */
  face: z.object({ crops: z.string(), count: z.number(), quality: qualities, box }).nullable(),
  /** logMel, frames: signed bytes of MEL_STEPS per unit; present: bytes. */
  voice: z
    .object({
      logMel: z.string(),
      quality: qualities,
      heard: z.object({ frames: z.string(), present: z.string() }).nullable().default(null),
    })
    .nullable(),
  /** tokens: 16-bit little-endian ids. */
  words: z.object({ tokens: z.string(), count: z.number(), meta: qualities, quality: qualities }).nullable(),
});
export type GoldenWindow = z.infer<typeof windowSchema>;

const toBase64 = (array: Uint8Array | Int8Array | Uint16Array): string =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');

export function toGolden(name: string, { face, voice, words }: ModelInput): GoldenWindow {
  const steps = (value: number): number => Math.max(-128, Math.min(127, Math.round(value * MEL_STEPS)));
  return {
    name,
    face: face && { ...face, crops: toBase64(face.crops) },
    voice: voice && {
      ...voice,
      logMel: toBase64(Int8Array.from(voice.logMel, steps)),
      heard: voice.heard && {
        frames: toBase64(Int8Array.from(voice.heard.frames, steps)),
        present: toBase64(voice.heard.present),
      },
    },
    words: words && { ...words, tokens: toBase64(Uint16Array.from(words.tokens)) },
  };
}

export function fromGolden({ face, voice, words }: GoldenWindow): ModelInput {
  const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
  const floats = (text: string): Float32Array =>
    Float32Array.from(new Int8Array(bytes(text).buffer), (step) => step / MEL_STEPS);
  return {
    face: face && { ...face, crops: bytes(face.crops) },
    voice: voice && {
      ...voice,
      logMel: floats(voice.logMel),
      heard: voice.heard && { frames: floats(voice.heard.frames), present: bytes(voice.heard.present) },
    },
    words: words && { ...words, tokens: Int32Array.from(new Uint16Array(bytes(words.tokens).buffer)) },
  };
}
