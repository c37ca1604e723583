import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { projectRoot } from '../../../src/common/version.js';
import { cropFace, cropRegion } from '../../../src/features/face-crop.js';
import { FaceFinder } from '../../../src/features/face-finder.js';
import { faceQuality } from '../../../src/features/face-quality.js';
import { logMel, normaliseLogMel } from '../../../src/features/log-mel.js';
import { wordFeatures } from '../../../src/features/tokens.js';
import {
  FACE_CROPS,
  FACE_SIZE,
  HEARD_STEPS,
  HEARD_WIDTH,
  MEL_BANDS,
  MEL_FRAMES,
  type Heard,
} from '../../../src/features/types.js';
import type { ModelInput } from '../../../src/inference/types.js';
import { heardOf } from '../support/heard-frames.js';
import { toGolden, type GoldenWindow } from './golden-windows.js';

type Face = NonNullable<ModelInput['face']>;
type Voice = NonNullable<ModelInput['voice']>;
type Words = NonNullable<ModelInput['words']>;

const fixture = (name: string): Promise<Buffer> => readFile(join(projectRoot(), 'test', 'fixtures', name));

/** Windows of real input, each modality alone and together, and windows of noise: made once, checked in. */
export async function makeInputs(): Promise<GoldenWindow[]> {
  const [face, voice] = [await astronaut(), await speech()];
  const words = (text: string): Words => ({ ...wordFeatures(text), quality: [0.3, 1] });
  const noise: ModelInput = { face: noiseFace(), voice: noiseVoice(), words: words('qx zzv ' + 'blah '.repeat(40)) };
  return [
    toGolden('everything', { face, voice, words: words('I love this so much, thank you!') }),
    toGolden('face', { face, voice: null, words: null }),
    toGolden('voice', { face: null, voice, words: null }),
    toGolden('words', { face: null, voice: null, words: words('I am terrified, that was so scary') }),
    toGolden('face and words', { face, voice: null, words: words('Oh no, not again!') }),
    toGolden('nothing', { face: null, voice: null, words: null }),
    toGolden('noise', noise),
    toGolden('voice, heard', { face: null, voice: { ...voice, heard: noiseHeard() }, words: null }),
    toGolden('everything, heard', { face, voice: { ...voice, heard: noiseHeard() }, words: words('Well done!') }),
  ];
}

async function astronaut(): Promise<Face> {
  const { width, height, data } = PNG.sync.read(await fixture('astronaut.png'));
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)]!);
  const finder = await FaceFinder.create();
  const [found] = finder.find({ rgb, width, height }, 'fine');
  finder.dispose();
  const region = cropRegion(found!);
  const crops = cropFace({ rgb, width, height }, region);
  return { crops, count: 1, quality: faceQuality(crops, region.width), box: { x: 0, y: 0, width: 1, height: 1 } };
}

async function speech(): Promise<Voice> {
  const wav = await fixture('speech-16k.wav');
  const pcm = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + 44 + 2 * 48_000));
  const { mel, frames } = logMel(Float32Array.from(pcm, (value) => value / 32_768));
  return { logMel: normaliseLogMel(mel, frames), quality: [0.8, 0.8, 1], heard: null };
}

/** Of two seconds of the three, as encoders may give it. */
function noiseHeard(): Heard {
  const bytes = noiseBytes(HEARD_STEPS * HEARD_WIDTH);
  return heardOf(2, (at) => (bytes[at]! - 128) / 32);
}

/** Bytes of a linear congruential generator (Numerical Recipes, 7.1). */
function noiseBytes(length: number): Uint8Array {
  let state = 1;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
}

function noiseFace(): Face {
  const crops = noiseBytes(FACE_CROPS * FACE_SIZE * FACE_SIZE);
  return { crops, count: FACE_CROPS, quality: [0, 1, 0.5, 1], box: { x: 0.1, y: 0.2, width: 0.3, height: 0.4 } };
}

function noiseVoice(): Voice {
  const logMel = Float32Array.from(noiseBytes(MEL_FRAMES * MEL_BANDS), (byte) => (byte - 128) / 32);
  return { logMel, quality: [0, 1, 0.4], heard: null };
}
