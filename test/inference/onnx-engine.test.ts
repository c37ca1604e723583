import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasOnnxRuntime, onnxRuntimeFolder } from '../../src/common/onnx/install.js';
import { loadOnnxRuntime } from '../../src/common/onnx/runtime.js';
import { useWasmBackend } from '../../src/common/tfjs-wasm.js';
import { FACE_CROPS, FACE_SIZE } from '../../src/features/types.js';
import type { ToEngine } from '../../src/inference/engine-messages.js';
import { EngineThread } from '../../src/inference/engine-thread.js';
import { EMBEDDING } from '../../src/inference/network/sizes.js';
import { createOnnxEngine } from '../../src/inference/onnx-backend.js';
import { OnnxEngine } from '../../src/inference/onnx/onnx-engine.js';
import { scoresOf } from '../../src/inference/scores-of.js';
import { TfjsEngine } from '../../src/inference/tfjs-engine.js';
import { PROCESSOR, type EngineInput } from '../../src/inference/types.js';
import { expectClose, MIXED, someLayers, written } from './support/random-networks.js';

it('an engine that is not there is refused with the command that installs it', async () => {
  await expect(createOnnxEngine('auto', '/nowhere')).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: expect.stringContaining('npx emostream engine install onnx') as string,
  });
});

const installed = hasOnnxRuntime();
if (!installed) console.log('the onnx engine: not tested. It is not installed: `npx emostream engine install onnx`.');

describe.skipIf(!installed)('the onnx engine', () => {
  let folder: string;
  let deafFolder: string;
  let reference: TfjsEngine;
  let engine: OnnxEngine;
  const deaf = MIXED.map((input) => ({ ...input, voice: input.voice && { ...input.voice, heard: null } }));

  beforeAll(async () => {
    await useWasmBackend();
    await tf.setBackend('cpu');
    folder = await written('onnx', someLayers());
    deafFolder = await written('onnx-deaf', someLayers(deaf));
    await tf.setBackend('wasm');
    reference = new TfjsEngine('wasm');
    await reference.load(folder);
    engine = await createOnnxEngine('cpu');
    await engine.load(folder);
  });
  afterAll(async () => {
    await engine.dispose();
    for (const made of [folder, deafFolder]) await rm(made, { recursive: true });
  });

  it('gives the same numbers for any batch, with whatever is there and however long the texts are', async () => {
    for (let from = 0; from < MIXED.length; from++) {
      for (const batch of [MIXED.slice(from), MIXED.slice(from, from + 1)]) {
        expectClose(await scoresOf(engine, batch), await scoresOf(reference, batch), 1e-5);
      }
    }
    expect(await engine.run([])).toEqual([]);
  });

  it('answers what it encoded, and takes it in the place of what was measured', async () => {
    const first = await engine.run(MIXED);
    const expected = await reference.run(MIXED);
    first.forEach(({ encoded }, i) => {
      for (const modality of ['face', 'voice', 'words'] as const) {
        expect(encoded[modality]?.length).toBe(expected[i]!.encoded[modality]?.length);
        encoded[modality]?.forEach((value, k) => expect(value).toBeCloseTo(expected[i]!.encoded[modality]![k]!, 4));
      }
    });
    const kept = MIXED.map(({ face, voice, words }, i): EngineInput => {
      const { encoded } = first[i]!;
      return {
        face: face && { encoded: encoded.face!, count: face.count, quality: face.quality },
        voice: voice && { encoded: encoded.voice!, heard: voice.heard !== null, quality: voice.quality },
        words: words && { encoded: encoded.words!, quality: words.quality },
      };
    });
    const again = await engine.run(kept);
    expectClose(
      again.map(({ scores }) => scores),
      first.map(({ scores }) => scores),
      1e-6,
    );
    expect(again.every(({ encoded }) => Object.values(encoded).every((one) => one === null))).toBe(true);
  });

  it('encodes crops as a window’s are', async () => {
    const { crops } = MIXED[0]!.face!;
    const [judged] = await engine.run([MIXED[0]!]);
    const early = await engine.encodeFaces(crops.slice(0, 3 * FACE_SIZE * FACE_SIZE), 3);
    expect(early.length).toBe(3 * EMBEDDING);
    early.forEach((value, i) => expect(value).toBeCloseTo(judged!.encoded.face![i]!, 5));
    expect((await engine.encodeFaces(new Uint8Array(0), 0)).length).toBe(0);
  });

  it('gives a GPU few shapes, and says the same', async () => {
    const padding = new OnnxEngine(loadOnnxRuntime(onnxRuntimeFolder()), {
      ...{ provider: 'cpu', device: { kind: 'gpu', name: 'none' } },
    });
    await padding.load(folder);
    await padding.warmUp([1, 2]);
    expectClose(await scoresOf(padding, MIXED), await scoresOf(reference, MIXED), 1e-5);
    expect((await padding.encodeFaces(MIXED[0]!.face!.crops, FACE_CROPS)).length).toBe(FACE_CROPS * EMBEDDING);
    await padding.dispose();
  });

  it('takes what was heard for nothing with a model made where no encoder was', async () => {
    const other = await createOnnxEngine('cpu');
    expect((await other.load(deafFolder)).hears).toBe(false);
    expectClose(await scoresOf(other, MIXED), await scoresOf(other, deaf), 1e-9);
    await other.dispose();
  });

  it('keeps the model that it has where another is refused, and leaves no tensor of TensorFlow.js behind', async () => {
    const before = tf.memory().numTensors;
    await expect(engine.load('/nowhere')).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    expectClose(await scoresOf(engine, MIXED), await scoresOf(reference, MIXED), 1e-5);
    await engine.load(folder);
    expect(tf.memory().numTensors).toBe(before);
    const fresh = await createOnnxEngine('cpu');
    await expect(fresh.run([MIXED[0]!])).rejects.toMatchObject({ code: 'WRONG_STATE' });
  });

  it('is replaced with its model when its thread ends, and says the same then', async () => {
    const posted = vi.spyOn(Worker.prototype, 'postMessage');
    const restarts: string[] = [];
    const thread = await EngineThread.create('onnx', { onRestart: (why) => restarts.push(why) });
    try {
      expect(thread.device).toEqual(PROCESSOR);
      await thread.load(folder);
      const before = await scoresOf(thread, MIXED);
      const worker = posted.mock.contexts[0] as Worker;
      const gone = once(worker, 'exit');
      worker.postMessage({ call: 'dispose' } satisfies ToEngine);
      await gone;
      expectClose(await scoresOf(thread, MIXED), before, 1e-9);
      expect(restarts).toHaveLength(1);
    } finally {
      posted.mockRestore();
      await thread.dispose();
    }
  });
});
