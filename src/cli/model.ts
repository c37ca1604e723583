import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { EmostreamError } from '../common/errors.js';
import { packageVersion, shippedModelFolder } from '../common/version.js';
import { WEIGHT_TYPES, type WeightType } from '../inference/model-format.js';
import { INSTANCE_DEVICES, type InstanceDevice } from '../inference/triton/model-config.js';

const FORMATS = ['emostream', 'onnx', 'triton'] as const;

interface ExportFlags {
  format: (typeof FORMATS)[number];
  model?: string;
  weights?: string;
  out?: string;
  modelVersion?: string;
  weightsType: WeightType;
  device: InstanceDevice;
  instances: number;
}

/** For other programs: ONNX files, or a model repository of NVIDIA Triton. */
async function toOthers(flags: ExportFlags): Promise<void> {
  const { format, model = shippedModelFolder(), out, weights, modelVersion, device, instances } = flags;
  if (out === undefined)
    throw new EmostreamError('CONFIG_INVALID', `--format ${format} needs --out, a folder for the files.`);
  if (weights !== undefined || modelVersion !== undefined) {
    throw new EmostreamError(
      'CONFIG_INVALID',
      `--format ${format} is made of a model as it is: --weights and --model-version are not for it.`,
    );
  }
  if (format === 'triton') {
    const { exportRepository } = await import('../inference/triton/export-repository.js');
    return exportRepository({ model, out, device, instances, log: console.log });
  }
  const { exportOnnx } = await import('../inference/onnx/export-folder.js');
  await exportOnnx({ model, out, log: console.log });
}

/** `emostream model export`: trained parts → a model folder that `serve` loads. */
export function modelCommand(): Command {
  const model = new Command('model').description('Work on models.');
  model
    .command('export')
    .description(
      'Put the trained parts together into a model folder, or write a model for other programs: ONNX files, a repository of NVIDIA Triton.',
    )
    .addOption(
      new Option('--format <format>', 'what to make; onnx and triton are made of a model')
        .choices(FORMATS)
        .default('emostream'),
    )
    .option('--model <folder>', 'onnx, triton: the model (default: the shipped one)')
    .option('--weights <folder>', 'where trained parts are kept (default: in the user’s cache)')
    .option('--out <folder>', 'the model’s folder (default: the shipped model); must be given for onnx and triton')
    .option('--model-version <text>', 'version written into the model (default: the program’s)')
    .addOption(
      new Option('--weights-type <type>', 'how kernels and tables are stored').choices(WEIGHT_TYPES).default('float16'),
    )
    .addOption(
      new Option('--device <device>', 'triton: what its instances compute on')
        .choices(INSTANCE_DEVICES)
        .default('auto'),
    )
    .option('--instances <count>', 'triton: instances of each part, each on one core or GPU', parseCount, 2)
    .action(async (flags: ExportFlags) => {
      if (flags.format !== 'emostream') return toOthers(flags);
      if (flags.model !== undefined)
        throw new EmostreamError('CONFIG_INVALID', '--model is for --format onnx and triton.');
      const { exportModel } = await import('../training/export-model.js');
      const { defaultPreparedFolder } = await import('../training/data/prepared.js');
      await exportModel({
        weights: flags.weights ?? join(defaultPreparedFolder(), 'weights'),
        out: flags.out ?? shippedModelFolder(),
        version: flags.modelVersion ?? packageVersion(),
        weightsType: flags.weightsType,
        log: console.log,
      });
    });
  model
    .command('import')
    .description('Take a model apart into trained parts, to go on training from it (`train face --continue`).')
    .option('--model <folder>', 'the model (default: the shipped one)')
    .option('--prepared <folder>', 'folder of `emostream data prepare` (default: in the user’s cache)')
    .option('--weights <folder>', 'where trained parts are kept (default: beside the prepared data)')
    .option('--folded', 'to train other parts beside the face, which stays as it is, bit for bit')
    .action(async (flags: { model?: string; prepared?: string; weights?: string; folded?: boolean }) => {
      const { importModel } = await import('../training/import-model.js');
      const { defaultPreparedFolder } = await import('../training/data/prepared.js');
      const { createWasmEngine } = await import('../inference/wasm-backend.js');
      const prepared = flags.prepared ?? defaultPreparedFolder();
      const engine = await createWasmEngine();
      await importModel({
        model: flags.model ?? shippedModelFolder(),
        prepared,
        weights: flags.weights ?? join(prepared, 'weights'),
        folded: flags.folded === true,
        log: console.log,
      });
      await engine.dispose();
    });
  model
    .command('mix')
    .description('Put a face between the trained one and the one that it went on from in its place.')
    .requiredOption('--before <folder>', 'folder with the face that it went on from')
    .option('--share <number>', 'of the trained face in the mixture', parseShare, 0.7)
    .option('--unbalanced', 'the face before is of a version that did not balance rare emotions (models up to 0.5.0)')
    .option('--prepared <folder>', 'folder of `emostream data prepare` (default: in the user’s cache)')
    .option('--weights <folder>', 'where trained parts are kept (default: beside the prepared data)')
    .action(
      async (flags: { before: string; share: number; unbalanced?: boolean; prepared?: string; weights?: string }) => {
        const { mixFace } = await import('../training/mix-face.js');
        const { defaultPreparedFolder } = await import('../training/data/prepared.js');
        const prepared = flags.prepared ?? defaultPreparedFolder();
        const unbalanced = flags.unbalanced === true;
        await mixFace({
          ...{ prepared, unbalanced, before: flags.before, share: flags.share },
          weights: flags.weights ?? join(prepared, 'weights'),
          command: `emostream model mix --share ${flags.share}${unbalanced ? ' --unbalanced' : ''}`,
          log: console.log,
        });
      },
    );
  return model;
}

function parseCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1 || count > 64) throw new InvalidArgumentError('a number from 1 to 64.');
  return count;
}

function parseShare(value: string): number {
  const share = Number(value);
  if (!(share > 0 && share < 1)) throw new InvalidArgumentError('a number between 0 and 1.');
  return share;
}
