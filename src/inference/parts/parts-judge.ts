import { FACE_CROPS, FACE_SIZE } from '../../features/types.js';
import { requireFinite, unpackScores } from '../judgements.js';
import type { Calibration } from '../model-format.js';
import {
  faceParts,
  faceValues,
  maskPart,
  presenceParts,
  voiceParts,
  wordsParts,
  type ModalityParts,
  type Shaping,
} from '../network/batch-parts.js';
import { EMBEDDING } from '../network/sizes.js';
import type { Part } from '../network/upload.js';
import type { EngineInput, Judgement } from '../types.js';
import { EncodingRows } from './encoding-rows.js';
import type { PartName } from './network-parts.js';

/** Runs a part of the network. @param inputs in the order of its inputs @returns its one output */
export type RunPart = (part: PartName, inputs: readonly Part[]) => Promise<Float32Array>;

export interface PartsOptions {
  run: RunPart;
  /** It has the part `voice-heard`. */
  hears: boolean;
  calibration: Calibration;
  shaping: Shaping;
}

/**
 * Judges by a network that is run in parts, wherever those are: the encoders of what was measured side by side, then what fuses their
 * encodings and those that were given.
 */
export class PartsJudge {
  readonly #options: PartsOptions;

  constructor(options: PartsOptions) {
    this.#options = options;
  }

  /** @throws NotFinite; what running a part throws, once no part runs any more */
  async judge(batch: readonly EngineInput[]): Promise<Judgement[]> {
    if (batch.length === 0) return [];
    const { run, calibration, shaping } = this.#options;
    const size = batch.length;
    const encode = async (name: PartName, parts: ModalityParts | null): Promise<Float32Array | null> =>
      // The first part is the index.
      parts && requireFinite(await run(name, parts.parts.slice(1)));
    const face = faceParts(batch, shaping);
    const voice = this.#voice(batch);
    const words = wordsParts(batch, shaping);
    const [faces, voices, texts] = await together([
      encode('face', face),
      encode(voice?.hasHeard ? 'voice-heard' : 'voice', voice),
      encode('words', words),
    ]);
    const rows = {
      face: new EncodingRows('face', FACE_CROPS, batch, face?.index, faces!),
      voice: new EncodingRows('voice', 1, batch, voice?.index, voices!),
      words: new EncodingRows('words', 1, batch, words?.index, texts!),
    };
    const crops: Part = { values: rows.face.values, shape: [size, FACE_CROPS, EMBEDDING] };
    const [own, said] = [rows.voice, rows.words].map(({ values }): Part => ({ values, shape: [size, EMBEDDING] }));
    const values = await run('fusion', [crops, maskPart(batch), own!, said!, ...presenceParts(batch)]);
    return unpackScores(requireFinite(values), batch, calibration).map((scores, row) => ({
      scores,
      encoded: { face: rows.face.computed(row), voice: rows.voice.computed(row), words: rows.words.computed(row) },
    }));
  }

  /** As `Engine.encodeFaces`. */
  async encodeFaces(crops: Uint8Array, count: number): Promise<Float32Array> {
    if (count === 0) return new Float32Array(0);
    const { run, shaping } = this.#options;
    const rows = shaping.rows(count);
    const part: Part = { values: faceValues(crops, count, rows), shape: [rows, FACE_SIZE, FACE_SIZE, 1] };
    const encoded = await run('face', [part]);
    return requireFinite(encoded.slice(0, count * EMBEDDING));
  }

  /** A model that does not know what encoders hear is not given it. */
  #voice(batch: readonly EngineInput[]): ReturnType<typeof voiceParts> {
    const voice = voiceParts(batch, this.#options.shaping);
    if (!voice?.hasHeard || this.#options.hears) return voice;
    return { ...voice, parts: voice.parts.slice(0, 2), hasHeard: false };
  }
}

/** All of them, or what the first that failed threw; never while another still runs. */
async function together<T>(tasks: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(tasks);
  return Promise.all(tasks);
}
