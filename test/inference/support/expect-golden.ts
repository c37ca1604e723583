import { expect } from 'vitest';
import { EMBEDDING } from '../../../src/inference/network/sizes.js';
import { scoresOf } from '../../../src/inference/scores-of.js';
import type { EmotionScores, Engine, EngineInput, ModelInput } from '../../../src/inference/types.js';
import { largestDifference, readInputs, readOutputs } from '../golden/golden-vectors.js';

/** Of float32 sums in another order: on probabilities, relative. */
const BOUND = 1e-4;

/** That an engine, with the shipped model, says what the golden vectors say, by windows as measured and as encoded before. */
export async function expectGolden(engine: Engine, name: string): Promise<void> {
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
