import type { Tensor, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs-core';
import { MODALITIES } from '../../common/emotions.js';
import {
  FACE_CROPS,
  FACE_SIZE,
  HEARD_STEPS,
  HEARD_WIDTH,
  MEL_BANDS,
  MEL_FRAMES,
  WORD_ROW,
  WORDS_META,
} from '../../features/types.js';
import { ROW } from '../judgements.js';
import { faceEncoder } from '../network/face-encoder.js';
import { fromEncodings, packOutput } from '../network/fusion-network.js';
import { QUALITIES } from '../network/fusion.js';
import { EMBEDDING } from '../network/sizes.js';
import { voiceEncoder } from '../network/voice-encoder.js';
import { wordsEncoder } from '../network/words-encoder.js';
import type { NetworkPart, PartInput } from '../onnx/export-part.js';

const floats = (...shape: (number | string)[]): PartInput => ({ shape, type: 'float32' });
const encoded = { name: 'encoded', shape: ['rows', EMBEDDING] };
const logMel = floats('rows', MEL_FRAMES, MEL_BANDS, 1);

/**
 * The network cut where what it computes is kept: an encoder for each modality, and what fuses their encodings. Each takes as
 * many rows as there are.
 */
export const NETWORK_PARTS = {
  face: {
    inputs: { crops: floats('rows', FACE_SIZE, FACE_SIZE, 1) },
    output: encoded,
    run: (layers, { crops }) => faceEncoder(layers, crops as Tensor4D),
  },
  voice: {
    inputs: { logMel },
    output: encoded,
    run: (layers, inputs) => voiceEncoder(layers, inputs['logMel'] as Tensor4D, null),
  },
  /** With what pretrained encoders heard; rows of which nothing was heard are 0 there. */
  'voice-heard': {
    inputs: { logMel, heard: floats('rows', HEARD_STEPS, HEARD_WIDTH), heardPresent: floats('rows', HEARD_STEPS) },
    output: encoded,
    run(layers, inputs) {
      const heard = { frames: inputs['heard'] as Tensor3D, present: inputs['heardPresent'] as Tensor2D };
      return voiceEncoder(layers, inputs['logMel'] as Tensor4D, heard);
    },
  },
  words: {
    inputs: { text: { shape: ['rows', 'tokens', WORD_ROW], type: 'int32' }, meta: floats('rows', WORDS_META) },
    output: encoded,
    run: (layers, inputs) => wordsEncoder(layers, inputs['text'] as Tensor3D, inputs['meta'] as Tensor2D),
  },
  /** Rows of who or what is absent are 0. */
  fusion: {
    inputs: {
      crops: floats('rows', FACE_CROPS, EMBEDDING),
      mask: floats('rows', FACE_CROPS),
      voice: floats('rows', EMBEDDING),
      words: floats('rows', EMBEDDING),
      present: floats('rows', MODALITIES.length),
      quality: floats('rows', QUALITIES),
    },
    output: { name: 'scores', shape: ['rows', ROW] },
    run(layers, inputs) {
      const of = <T extends Tensor = Tensor2D>(name: string): T => inputs[name] as T;
      const output = fromEncodings(layers, {
        size: of('present').shape[0]!,
        face: { crops: of<Tensor3D>('crops'), mask: of('mask') },
        ...{ voice: of('voice'), words: of('words'), present: of('present'), quality: of('quality') },
      });
      return packOutput(output);
    },
  },
} satisfies Record<string, NetworkPart>;

export type PartName = keyof typeof NETWORK_PARTS;

/** The parts of a network, in order. @param hears whether it knows what to make of what encoders hear */
export function partsOf(hears: boolean): PartName[] {
  return (Object.keys(NETWORK_PARTS) as PartName[]).filter((name) => hears || name !== 'voice-heard');
}
