import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMOTIONS, MODALITIES } from '../../common/emotions.js';
import { exportModel } from './export-model.js';
import { NETWORK_PARTS } from '../parts/network-parts.js';

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
  const { manifest, files } = await exportModel(model, ({ name, version }, part) => ({ model: name, version, part }));
  const { name, version, calibration } = manifest;
  await mkdir(out, { recursive: true });
  const parts: Record<string, unknown> = {};
  for (const [part, file] of files) {
    const { inputs, output } = NETWORK_PARTS[part];
    await writeFile(join(out, `${part}.onnx`), file);
    log(`${part}.onnx: ${(file.length / 1e6).toFixed(1)} MB`);
    parts[part] = { file: `${part}.onnx`, inputs, output };
  }
  const network = { model: name, version, emotions: EMOTIONS, scores: SCORES, calibration, parts };
  await writeFile(join(out, 'network.json'), `${JSON.stringify(network, null, 2)}\n`);
  log(`network.json in ${out} says how they belong together.`);
}
