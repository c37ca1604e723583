import { MODALITIES, type Modality } from '../common/emotions.js';
import { FACE_CROPS, FACE_SIZE } from '../features/types.js';
import { fullWindow } from './full-window.js';
import type { Engine, EngineInput, Judgement, ModelInput } from './types.js';

/** Windows that are made for it; what a batch costs does not depend on what is in it. */
const DISTINCT = 4;

/**
 * Runs each batch size once.
 * @param everyShape also each other shape and program that live batches of that size may want of a GPU
 */
export async function warmUp(
  engine: Pick<Engine, 'run' | 'encodeFaces'>,
  sizes: readonly number[],
  everyShape: boolean,
): Promise<void> {
  const windows = Array.from({ length: DISTINCT }, (_, i) => fullWindow(i));
  for (const size of sizes) {
    const full = Array.from({ length: size }, (_, i) => windows[i % DISTINCT]!);
    const judged = await engine.run(full);
    if (!everyShape) continue;
    // Fewer crops are other shapes of the face encoder, a voice of which nothing was heard another network, and what was encoded
    // before is added by a program of its own.
    await engine.run(full.map(oneCrop));
    await engine.run(full.map(unheard));
    for (const which of [['face'], ['face', 'voice'], MODALITIES] as const) {
      await engine.run(full.map((input, i) => encodedOnly(input, judged[i]!, which)));
    }
    const { crops } = full[0]!.face!;
    for (const count of [size, size * FACE_CROPS]) await engine.encodeFaces(repeated(crops, count), count);
  }
}

/** So many crops, of those there are again and again. */
function repeated(crops: Uint8Array, count: number): Uint8Array {
  return Uint8Array.from({ length: count * FACE_SIZE * FACE_SIZE }, (_, i) => crops[i % crops.length]!);
}

/** The named modalities as they were encoded. */
function encodedOnly(input: ModelInput, { encoded }: Judgement, which: readonly Modality[]): EngineInput {
  const { face, voice, words } = input;
  return {
    face: face && which.includes('face') ? { count: face.count, quality: face.quality, encoded: encoded.face! } : face,
    voice:
      voice && which.includes('voice')
        ? { quality: voice.quality, encoded: encoded.voice!, heard: voice.heard !== null }
        : voice,
    words: words && which.includes('words') ? { quality: words.quality, encoded: encoded.words! } : words,
  };
}

function unheard(input: ModelInput): ModelInput {
  return { ...input, voice: input.voice && { ...input.voice, heard: null } };
}

function oneCrop(input: ModelInput): ModelInput {
  const { face } = input;
  return { ...input, face: face && { ...face, count: 1, crops: face.crops.subarray(0, FACE_SIZE * FACE_SIZE) } };
}
