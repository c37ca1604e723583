import * as tf from '@tensorflow/tfjs-core';
import type { ErrorCode } from '../../common/errors.js';
import { useWasmBackend } from '../../common/tfjs-wasm.js';
import { loadModel, type ModelManifest } from '../model-format.js';
import { InferenceLayers } from '../network/inference-layers.js';
import { knowsHeard } from '../network/voice-encoder.js';
import { exportPart } from './export-part.js';
import { NETWORK_PARTS, partsOf, type PartName } from '../parts/network-parts.js';

export interface ExportedModel {
  manifest: ModelManifest;
  /** Whether it knows what pretrained encoders hear. */
  hears: boolean;
  /** Its parts as ONNX models. */
  files: Map<PartName, Uint8Array>;
}

/** What a thread that exports says, once. */
export type FromExport = ExportedModel | { code: ErrorCode; message: string };

/**
 * All parts of a model as ONNX models, by TensorFlow.js in this thread.
 * @param metadata written into each file
 * @throws EmostreamError MODEL_INVALID
 */
export async function exportModel(
  folder: string,
  metadata: (manifest: ModelManifest, part: PartName) => Record<string, string> = () => ({}),
): Promise<ExportedModel> {
  const { manifest, weights } = await loadModel(folder);
  const hears = knowsHeard(weights);
  await useWasmBackend();
  const tensors = new Map([...weights].map(([name, { shape, values }]) => [name, tf.tensor(values, shape)]));
  try {
    const files = partsOf(hears).map((part) => {
      const file = exportPart(new InferenceLayers(tensors), NETWORK_PARTS[part], metadata(manifest, part));
      return [part, file] as const;
    });
    return { manifest, hears, files: new Map(files) };
  } finally {
    tf.dispose([...tensors.values()]);
  }
}
