import * as tf from '@tensorflow/tfjs-core';
import { version_cpu } from '@tensorflow/tfjs-backend-cpu';
import { scoresOf } from '../../../src/inference/scores-of.js';
import { TfjsEngine } from '../../../src/inference/tfjs-engine.js';
import { modelDigest, readInputs, type GoldenOutputs } from './golden-vectors.js';

/**
 * What the plain JavaScript backend says of the golden windows: none of the engines, and it adds up in float64.
 * @param model folder of the model
 */
export async function makeOutputs(model: string): Promise<GoldenOutputs> {
  await tf.setBackend('cpu');
  // The name is the engine's own affair: the backend that is current runs it.
  const engine = new TfjsEngine('wasm');
  await engine.load(model);
  const scores = await scoresOf(engine, (await readInputs()).inputs);
  await engine.dispose();
  return { model: await modelDigest(model), madeBy: `@tensorflow/tfjs-backend-cpu ${version_cpu}`, scores };
}
