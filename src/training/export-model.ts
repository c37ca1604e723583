import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeModel, type NamedWeights, type WeightType } from '../inference/model-format.js';
import { readCalibration } from './calibration-store.js';
import { foldBatchNorm } from './fold.js';
import { PARTS } from './train-part.js';
import { readWeights, type TrainingRecord } from './weights-store.js';

export interface ExportOptions {
  /** Folder in which trained parts are kept. */
  weights: string;
  /** The model's folder, made when missing. */
  out: string;
  version: string;
  /** How kernels and tables are stored; vectors, a hundredth of the size, are float32 always. Default: float16. */
  weightsType?: WeightType;
  log: (line: string) => void;
}

/** How the parts of a model were trained: `training.json` beside the weights, from which the model card is written. */
export interface Provenance {
  version: string;
  bytes: number;
  /** Absent in folders written before there was a choice: float16. */
  weightsType?: WeightType;
  parameters: number;
  parts: TrainingRecord[];
}

/** Puts the four trained parts together, folds batch normalisation and writes the model's folder. */
export async function exportModel({
  weights: folder,
  out,
  version,
  weightsType = 'float16',
  log,
}: ExportOptions): Promise<void> {
  const parts = await Promise.all(PARTS.map((part) => readWeights(folder, part)));
  const calibration = await readCalibration(folder);
  const all = new Map<string, NamedWeights>(parts.flatMap(({ weights }) => [...foldBatchNorm(weights)]));
  const typeOf = (name: string): WeightType => ((all.get(name)?.shape.length ?? 0) > 1 ? weightsType : 'float32');
  const { manifest, data } = encodeModel({ name: 'emostream-fusion', version, calibration }, all, typeOf);
  const parameters = [...all.values()].reduce((sum, { values }) => sum + values.length, 0);
  const provenance: Provenance = {
    version,
    bytes: data.length,
    weightsType,
    parameters,
    parts: parts.map(({ record }) => record),
  };
  await mkdir(out, { recursive: true });
  await writeFile(join(out, manifest.weights.file), data);
  await writeFile(join(out, 'model.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  await writeFile(join(out, 'training.json'), `${JSON.stringify(provenance, null, 2)}\n`);
  log(`${out}: ${parameters} parameters, ${(data.length / 1e6).toFixed(2)} MB`);
}
