import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeModel, loadModel, type ModelManifest, type NamedWeights } from '../../src/inference/model-format.js';

const CALIBRATION = { fused: { face: 1.2 }, face: 1.1, voice: 1.3, words: 0.9, uncertainBelow: 0.4 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emostream-model-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(weights: Map<string, NamedWeights>, half: (name: string) => boolean = () => false): Promise<void> {
  const { manifest, data } = encodeModel({ name: 'test', version: '1', calibration: CALIBRATION }, weights, half);
  await writeFile(join(folder, 'model.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'weights.bin'), data);
}

async function edit(change: (manifest: Record<string, unknown>) => void): Promise<void> {
  const path = join(folder, 'model.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as ModelManifest;
  change(manifest as unknown as Record<string, unknown>);
  await writeFile(path, JSON.stringify(manifest));
}

const weights = (): Map<string, NamedWeights> =>
  new Map([
    ['a/kernel', { shape: [2, 3], values: Float32Array.of(1, -2, 3, 0.5, 0.25, -8) }],
    ['a/bias', { shape: [3], values: Float32Array.of(0.1, 0.2, 0.3) }],
  ]);

describe('a model folder', () => {
  it('gives back what was written, in either precision', async () => {
    await write(weights(), (name) => name.endsWith('kernel'));
    const loaded = await loadModel(folder);
    expect(loaded.weights).toEqual(weights());
    expect(loaded.manifest.calibration).toEqual(CALIBRATION);
  });

  it.each<[string, () => Promise<void>, RegExp]>([
    ['without model.json', () => rm(join(folder, 'model.json')), /Cannot read .*model\.json/u],
    ['without weights', () => rm(join(folder, 'weights.bin')), /Cannot read .*weights\.bin/u],
    ['that was cut short', () => truncate(join(folder, 'weights.bin'), 20), /has 20 bytes/u],
    ['that is not JSON', () => writeFile(join(folder, 'model.json'), '{"format"'), /not JSON/u],
    ['of another version', () => edit((m) => (m['formatVersion'] = 99)), /formatVersion/u],
    ['with other emotions', () => edit((m) => (m['emotions'] = ['bored'])), /emotions/u],
    [
      'that names a file elsewhere',
      () => edit((m) => (m['weights'] = { ...(m['weights'] as object), file: '../x' })),
      /file/u,
    ],
    [
      'that was altered',
      async () => {
        const data = await readFile(join(folder, 'weights.bin'));
        data[3]! ^= 1;
        await writeFile(join(folder, 'weights.bin'), data);
      },
      /SHA-256/u,
    ],
  ])('%s is refused', async (_, spoil, message) => {
    await write(weights());
    await spoil();
    await expect(loadModel(folder)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it.each([NaN, Infinity])('with a weight of %d is refused', async (value) => {
    await write(weights().set('a/bias', { shape: [3], values: Float32Array.of(0, value, 0) }));
    await expect(loadModel(folder)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/a\/bias holds a value that is not finite/u),
    });
  });
});
