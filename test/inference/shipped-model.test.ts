import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS, MODALITIES, type Emotion } from '../../src/common/emotions.js';
import { projectRoot } from '../../src/common/version.js';
import { cropFace, cropRegion } from '../../src/features/face-crop.js';
import { FaceFinder } from '../../src/features/face-finder.js';
import { faceQuality } from '../../src/features/face-quality.js';
import { logMel, normaliseLogMel } from '../../src/features/log-mel.js';
import { wordFeatures } from '../../src/features/tokens.js';
import { loadModel } from '../../src/inference/model-format.js';
import { knowsHeard } from '../../src/inference/network/voice-encoder.js';
import { scoresOf } from '../../src/inference/scores-of.js';
import { presenceKey } from '../../src/inference/judgements.js';
import { TfjsEngine } from '../../src/inference/tfjs-engine.js';
import type { ModelInput } from '../../src/inference/types.js';
import { createWasmEngine } from '../../src/inference/wasm-backend.js';
import type { Engine } from '../../src/inference/types.js';

const FOLDER = join(projectRoot(), 'models', 'fusion');

function said(text: string): ModelInput {
  return { face: null, voice: null, words: { ...wordFeatures(text), quality: [0.3, 1] } };
}

async function astronaut(): Promise<NonNullable<ModelInput['face']>> {
  const { width, height, data } = PNG.sync.read(await readFile(join(projectRoot(), 'test/fixtures/astronaut.png')));
  const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)]!);
  const finder = await FaceFinder.create();
  const [box] = finder.find({ rgb, width, height }, 'fine');
  finder.dispose();
  const region = cropRegion(box!);
  const crops = cropFace({ rgb, width, height }, region);
  return { crops, count: 1, quality: faceQuality(crops, region.width), box: { x: 0, y: 0, width: 1, height: 1 } };
}

let engine: Engine;
beforeAll(async () => {
  engine = await createWasmEngine();
  await engine.load(FOLDER);
});
afterAll(() => engine.dispose());

describe('the shipped model', () => {
  it('is at most 12 MB and names what it was trained on', async () => {
    const { manifest } = await loadModel(FOLDER);
    expect((await stat(join(FOLDER, manifest.weights.file))).size).toBeLessThan(12e6);
    const card = await readFile(join(FOLDER, 'README.md'), 'utf8');
    for (const word of ['FER+', 'RAVDESS', 'EMO-DB', 'GoEmotions', 'MELD', 'non-commercial', manifest.version]) {
      expect(card).toContain(word);
    }
  });

  it('has a temperature for every set of modalities that can be present', async () => {
    const { manifest, weights } = await loadModel(FOLDER);
    const keys = Array.from({ length: 7 }, (_, i) => {
      const bits = i + 1;
      return MODALITIES.filter((_modality, m) => bits & (1 << m)).join('+');
    });
    // A voice of which encoders heard something has others, where the model knows what to make of it.
    const heard = knowsHeard(weights) ? keys.filter((key) => key.includes('voice')) : [];
    const all = [...keys, ...heard.map((key) => key.replace('voice', 'voiceHeard'))];
    expect(Object.keys(manifest.calibration.fused).sort()).toEqual(all.sort());
    expect(manifest.calibration.voiceHeard !== undefined).toBe(heard.length > 0);
    const face = await astronaut();
    expect(keys).toContain(presenceKey({ ...said('hello'), face }));
  });

  it('sees that Eileen Collins smiles, whatever the light', async () => {
    const face = await astronaut();
    const dim = face.crops.map((grey) => Math.round(grey * 0.4));
    const windows = [face, { ...face, crops: dim }].map((one) => ({ face: one, voice: null, words: null }));
    for (const { probabilities, valence } of await scoresOf(engine, windows)) {
      expect(EMOTIONS[probabilities!.indexOf(Math.max(...probabilities!))]).toBe('happy');
      expect(valence).toBeGreaterThan(0.3);
    }
  });

  it.each<[string, Emotion]>([
    ['I love this so much, thank you!', 'happy'],
    ['I am so sad, I miss her and I cry every night', 'sad'],
    ['I hate you, this makes me so angry!', 'angry'],
    ['I am terrified, that was so scary', 'fearful'],
    ['Wow, what a surprise!', 'surprised'],
    ['That is disgusting and gross', 'disgusted'],
    ['The meeting starts at ten on Monday.', 'neutral'],
  ])('reads %j as %s', async (text, emotion) => {
    const [scores] = await scoresOf(engine, [said(text)]);
    expect(EMOTIONS[scores!.probabilities!.indexOf(Math.max(...scores!.probabilities!))]).toBe(emotion);
  });

  it('hears the fixture’s speech without falling over, and tells its own voice score', async () => {
    const wav = await readFile(join(projectRoot(), 'test/fixtures/speech-16k.wav'));
    const pcm = new Int16Array(wav.buffer.slice(wav.byteOffset + 44, wav.byteOffset + 44 + 2 * 48_000));
    const { mel, frames } = logMel(Float32Array.from(pcm, (value) => value / 32_768));
    const voice = { logMel: normaliseLogMel(mel, frames), quality: [0.8, 0.8, 1], heard: null };
    const [scores] = await scoresOf(engine, [{ face: null, voice, words: null }]);
    expect(scores!.modalities.voice!.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 5);
    expect(scores!.weights).toEqual({ face: 0, voice: 1, words: 0 });
  });

  it('gives the same on the plain JavaScript backend', async () => {
    const input = { ...said('Oh no, not again!'), face: await astronaut() };
    const onWasm = await scoresOf(engine, [input]);
    await tf.setBackend('cpu');
    const plain = new TfjsEngine('wasm');
    await plain.load(FOLDER);
    const [onCpu] = await scoresOf(plain, [input]);
    await plain.dispose();
    await tf.setBackend('wasm');
    onCpu!.probabilities!.forEach((p, i) => expect(onWasm[0]!.probabilities![i]).toBeCloseTo(p, 4));
  });
});
