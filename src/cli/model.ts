import { join } from 'node:path';
import { Command, Option } from 'commander';
import { packageVersion, shippedModelFolder } from '../common/version.js';
import { WEIGHT_TYPES, type WeightType } from '../inference/model-format.js';

/** `emostream model export`: trained parts → a model folder that `serve` loads. */
export function modelCommand(): Command {
  const model = new Command('model').description('Work on models.');
  model
    .command('export')
    .description('Put the trained parts together into a model folder.')
    .option('--weights <folder>', 'where trained parts are kept (default: in the user’s cache)')
    .option('--out <folder>', 'the model’s folder (default: the shipped model)')
    .option('--model-version <text>', 'version written into the model (default: the program’s)')
    .addOption(
      new Option('--weights-type <type>', 'how kernels and tables are stored').choices(WEIGHT_TYPES).default('float16'),
    )
    .action(async (flags: { weights?: string; out?: string; modelVersion?: string; weightsType: WeightType }) => {
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
  return model;
}
