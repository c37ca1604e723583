import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportModel } from '../onnx/export-model.js';
import { BACKENDS, modelConfig, type InstanceDevice } from './model-config.js';
import { PYTHON_MODEL } from './python-model.js';
import { remoteModel } from './remote-model.js';

export interface RepositoryOptions {
  /** Folder of the model. */
  model: string;
  /** Folder for the repositories, made where it is missing. */
  out: string;
  device: InstanceDevice;
  instances: number;
  /** Told each repository. */
  log: (line: string) => void;
}

/**
 * Writes a model as repositories of NVIDIA Triton, `onnxruntime/` for its ONNX backend and `python/` for its Python backend: a model
 * for each part of the network. Other models in the same folders stay, so that servers can be changed over one by one.
 * @throws EmostreamError MODEL_INVALID
 */
export async function exportRepository({ model, out, device, instances, log }: RepositoryOptions): Promise<void> {
  const { manifest, hears, files } = await exportModel(model, ({ name, version }, part) => ({
    ...{ model: name, version, part },
  }));
  const { names } = remoteModel(manifest, hears);
  for (const backend of BACKENDS) {
    for (const [part, name] of names) {
      const folder = join(out, backend, name);
      const version = join(folder, '1');
      await mkdir(version, { recursive: true });
      await writeFile(join(version, 'model.onnx'), files.get(part)!);
      if (backend === 'python') await writeFile(join(version, 'model.py'), PYTHON_MODEL);
      const config = modelConfig({ backend, name, part, of: manifest, device, instances });
      await writeFile(join(folder, 'config.pbtxt'), config);
    }
    log(`${join(out, backend)}: ${[...names.values()].join(', ')}`);
  }
}
