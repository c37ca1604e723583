import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmostreamError } from '../../src/common/errors.js';
import { listEngines } from '../../src/inference/available-engines.js';
import { createEngine, DEFAULT_ENGINE } from '../../src/inference/engines.js';
import { scoresOf } from '../../src/inference/scores-of.js';
import { EMBEDDING } from '../../src/inference/network/sizes.js';
import {
  ENGINE_NAMES,
  type EmotionScores,
  type Engine,
  type EngineInput,
  type EngineName,
  type ModelInput,
} from '../../src/inference/types.js';
import { largestDifference, modelDigest, readInputs, readOutputs, SHIPPED_MODEL } from './golden/golden-vectors.js';

/** Of float32 sums in another order: on probabilities, relative. */
const BOUND = 1e-4;
/** A software GPU takes seconds for a window. */
const SLOW = 600_000;
/** A GPU in software, which Chromium brings: where there is no real one. */
const SOFTWARE_GPU = '/usr/lib/chromium/vk_swiftshader_icd.json';

const icd = process.env['VK_ICD_FILENAMES'];
beforeAll(() => {
  if (icd === undefined && existsSync(SOFTWARE_GPU) && !existsSync('/dev/dri') && !existsSync('/dev/nvidiactl')) {
    process.env['VK_ICD_FILENAMES'] = SOFTWARE_GPU;
  }
});
afterAll(() => {
  if (icd === undefined) delete process.env['VK_ICD_FILENAMES'];
});

/** The engine, or why it is not here. Only one that the product always has must start. */
async function engineOr(name: EngineName): Promise<Engine | string> {
  const status = listEngines().find((engine) => engine.name === name)!;
  if (!status.available && name !== DEFAULT_ENGINE) return `${status.reason} ${status.advice}`;
  try {
    return await createEngine(name, { callTimeout: SLOW });
  } catch (error) {
    const noGpu =
      error instanceof EmostreamError && error.code === 'ENGINE_UNAVAILABLE' && /finds no GPU/.test(error.message);
    if (noGpu) return error.message;
    throw error;
  }
}

/** As in a call: face crops of everybody are encoded before, and voice and words are kept from another judgement. */
async function scoresOfEncoded(engine: Engine, inputs: readonly ModelInput[]): Promise<EmotionScores[]> {
  const faces = inputs.flatMap(({ face }) => (face ? [face] : []));
  const count = faces.reduce((sum, face) => sum + face.count, 0);
  const crops = Uint8Array.from(faces.flatMap((face) => [...face.crops]));
  const encoded = await engine.encodeFaces(crops, count);
  expect(encoded.length).toBe(count * EMBEDDING);
  const kept = await engine.run(inputs.map(({ voice, words }) => ({ face: null, voice, words })));
  let next = 0;
  const early = inputs.map(({ face, voice, words }, i): EngineInput => {
    const own = encoded.slice(next * EMBEDDING, (next += face?.count ?? 0) * EMBEDDING);
    return {
      face: face && { encoded: own, count: face.count, quality: face.quality },
      voice: voice && { encoded: kept[i]!.encoded.voice!, quality: voice.quality, heard: voice.heard !== null },
      words: words && { encoded: kept[i]!.encoded.words!, quality: words.quality },
    };
  });
  // Half of them at once with windows of which nothing is encoded, in a batch as calls have it.
  const mixed = early.map((input, i) => (i % 2 ? input : inputs[i]!));
  const [whole, half] = [await engine.run(early), await engine.run(mixed)];
  return whole.map(({ scores }, i) => (i % 3 ? scores : half[i]!.scores));
}

describe('the golden vectors', () => {
  it('were made with the shipped model: after a change run `node scripts/golden-vectors.mjs`', async () => {
    expect((await readOutputs()).model).toBe(await modelDigest(SHIPPED_MODEL));
  });

  it('cover every modality, alone and together, and none', async () => {
    const { inputs } = await readInputs();
    const present = new Set(inputs.map(({ face, voice, words }) => [face, voice, words].map((m) => m !== null).join()));
    for (const one of [
      'true,true,true',
      'true,false,false',
      'false,true,false',
      'false,false,true',
      'false,false,false',
    ]) {
      expect(present).toContain(one);
    }
  });
});

describe('every engine says what the golden vectors say', () => {
  it.for(ENGINE_NAMES)('%s', { timeout: SLOW }, async (name, { skip }) => {
    const engine = await engineOr(name);
    if (typeof engine === 'string') {
      console.log(`conformance of ${name}: skipped. ${engine}`);
      return skip(engine);
    }
    try {
      await engine.load(SHIPPED_MODEL);
      const { inputs } = await readInputs();
      const { scores, madeBy } = await readOutputs();
      const { probabilities, others } = largestDifference(await scoresOf(engine, inputs), scores);
      console.log(
        `conformance of ${name} to ${madeBy}: largest relative difference of a probability ${probabilities.toExponential(1)}, ` +
          `largest difference of another figure ${others.toExponential(1)}`,
      );
      expect(probabilities).toBeLessThan(BOUND);
      expect(others).toBeLessThan(BOUND);
      const early = largestDifference(await scoresOfEncoded(engine, inputs), scores);
      console.log(`the same, encoded first: ${early.probabilities.toExponential(1)}, ${early.others.toExponential(1)}`);
      expect(early.probabilities).toBeLessThan(BOUND);
      expect(early.others).toBeLessThan(BOUND);
    } finally {
      await engine.dispose();
    }
  });
});
