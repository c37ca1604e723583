import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { EMOTIONS, MODALITIES } from '../../common/emotions.js';
import { useWasmBackend } from '../../common/tfjs-wasm.js';
import { loadModel } from '../model-format.js';
import { InferenceLayers } from '../network/inference-layers.js';
import { knowsHeard } from '../network/voice-encoder.js';
import { exportPart } from './export-part.js';
import { NETWORK_PARTS, partsOf } from './network-parts.js';

/** What a column of `scores` is, for whoever has nothing but the file. */
const SCORES = [
  ...EMOTIONS.map((emotion) => `fused logit ${emotion}`),
  'valence',
  'arousal',
  ...MODALITIES.map((modality) => `weight ${modality}`),
  ...MODALITIES.flatMap((modality) => EMOTIONS.map((emotion) => `${modality} logit ${emotion}`)),
];

export interface OnnxExportOptions {
  /** Folder of the model. */
  model: string;
  /** Folder for the files, made where it is missing. */
  out: string;
  /** Told each file. */
  log: (line: string) => void;
}

/**
 * Writes a model's parts as ONNX files, whose weights are float32, and `network.json`: what goes from where to where, what the
 * columns of the scores are, and by which temperatures they become probabilities.
 * @throws EmostreamError MODEL_INVALID
 */
export async function exportOnnx({ model, out, log }: OnnxExportOptions): Promise<void> {
  const { manifest, weights } = await loadModel(model);
  const { name, version, calibration } = manifest;
  await useWasmBackend();
  await mkdir(out, { recursive: true });
  const tensors = new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
  const parts: Record<string, unknown> = {};
  try {
    for (const part of partsOf(knowsHeard(weights))) {
      const { inputs, output } = NETWORK_PARTS[part];
      const file = exportPart(new InferenceLayers(tensors), NETWORK_PARTS[part], { model: name, version, part });
      await writeFile(join(out, `${part}.onnx`), file);
      log(`${part}.onnx: ${(file.length / 1e6).toFixed(1)} MB`);
      parts[part] = { file: `${part}.onnx`, inputs, output };
    }
  } finally {
    tf.dispose([...tensors.values()]);
  }
  const network = { model: name, version, emotions: EMOTIONS, scores: SCORES, calibration, parts };
  await writeFile(join(out, 'network.json'), `${JSON.stringify(network, null, 2)}\n`);
  log(`network.json in ${out} says how they belong together.`);
}
