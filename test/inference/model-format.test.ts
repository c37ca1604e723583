import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  encodeModel,
  loadModel,
  WEIGHT_TYPES,
  type ModelManifest,
  type NamedWeights,
  type WeightType,
} from '../../src/inference/model-format.js';

const CALIBRATION = {
  fused: { face: 1.2 },
  face: 1.1,
  voice: 1.3,
  words: 0.9,
  uncertainBelow: { face: 0.4, voice: 0.5, words: 0.6, fused: 0.7 },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emostream-model-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(weights: Map<string, NamedWeights>, kernels: WeightType = 'float32'): Promise<void> {
  const { manifest, data } = encodeModel({ name: 'test', version: '1', calibration: CALIBRATION }, weights, (name) =>
    name.endsWith('kernel') ? kernels : 'float32',
  );
  await writeFile(join(folder, 'model.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'weights.bin'), data);
}

async function edit(change: (manifest: Record<string, unknown>) => void): Promise<void> {
  const path = join(folder, 'model.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as ModelManifest;
  change(manifest as unknown as Record<string, unknown>);
  await writeFile(path, JSON.stringify(manifest));
}

/** Cuts the file of weights, with a manifest that agrees: what only the tensors' sizes can find. */
async function cutTo(bytes: number): Promise<void> {
  const data = (await readFile(join(folder, 'weights.bin'))).subarray(0, bytes);
  await writeFile(join(folder, 'weights.bin'), data);
  await edit((manifest) => {
    const sha256 = createHash('sha256').update(data).digest('hex');
    manifest['weights'] = { ...(manifest['weights'] as object), bytes, sha256 };
  });
}

const weights = (): Map<string, NamedWeights> =>
  new Map([
    ['a/kernel', { shape: [2, 3], values: Float32Array.of(1, -2, 3, 0.5, 0.25, -8) }],
    ['a/bias', { shape: [3], values: Float32Array.of(0.1, 0.2, 0.3) }],
  ]);

describe('a model folder', () => {
  it('of one threshold asks the same of every modality', async () => {
    await write(weights());
    await edit((manifest) => Object.assign(manifest['calibration'] as object, { uncertainBelow: 0.3 }));
    const { manifest } = await loadModel(folder);
    expect(manifest.calibration.uncertainBelow).toEqual({ face: 0.3, voice: 0.3, words: 0.3, fused: 0.3 });
  });

  it.each(WEIGHT_TYPES)('gives back what was written as %s', async (type) => {
    // Each column's largest magnitude is 127 times a power of two, and the other value a multiple of that power: exact in int8.
    const exact = weights().set('a/kernel', { shape: [2, 3], values: Float32Array.of(127, -2, 3.5, -1, 254, -63.5) });
    await write(exact, type);
    const loaded = await loadModel(folder);
    expect(loaded.weights).toEqual(exact);
    expect(loaded.manifest.calibration).toEqual(CALIBRATION);
    const perKernel = { float32: 24, float16: 12, int8: 12 + 6 }[type];
    expect(loaded.manifest.weights.bytes).toBe(perKernel + 12);
  });

  it('of int8 kernels, cut inside the scales, is refused', async () => {
    await write(weights(), 'int8');
    await cutTo(8);
    await expect(loadModel(folder)).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      message: expect.stringMatching(/ends inside the weight a\/kernel/u),
    });
  });

  it.each<[string, () => Promise<void>, RegExp]>([
    ['without model.json', () => rm(join(folder, 'model.json')), /Cannot read .*model\.json/u],
    ['without weights', () => rm(join(folder, 'weights.bin')), /Cannot read .*weights\.bin/u],
    ['that was cut short', () => truncate(join(folder, 'weights.bin'), 20), /has 20 bytes/u],
    ['that is not JSON', () => writeFile(join(folder, 'model.json'), '{"format"'), /not JSON/u],
    ['of another version', () => edit((m) => (m['formatVersion'] = 99)), /is of formatVersion 99, and .* reads 1/u],
    ['with other emotions', () => edit((m) => (m['emotions'] = ['bored'])), /fit this version \(emotions: must be/u],
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
    // In one line, naming the folder.
    await expect(loadModel(folder)).rejects.toThrow(new RegExp(`^[^\\n]*${folder}[^\\n]*$`, 'u'));
  });

  it.each(WEIGHT_TYPES.flatMap((type) => [NaN, Infinity, -Infinity].map((value) => [value, type] as const)))(
    'with a weight of %d as %s is refused',
    async (value, type) => {
      await write(weights().set('a/kernel', { shape: [2, 3], values: Float32Array.of(1, value, 2, 3, 4, 5) }), type);
      await expect(loadModel(folder)).rejects.toMatchObject({
        code: 'MODEL_INVALID',
        message: expect.stringMatching(/a\/kernel holds a value that is not finite/u),
      });
    },
  );
});
