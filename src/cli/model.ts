import { join } from 'node:path';
import { Command } from 'commander';
import { packageVersion, shippedModelFolder } from '../common/version.js';

/** `emostream model export`: trained parts → a model folder that `serve` loads. */
export function modelCommand(): Command {
  const model = new Command('model').description('Work on models.');
  model
    .command('export')
    .description('Put the trained parts together into a model folder.')
    .option('--weights <folder>', 'where trained parts are kept (default: in the user’s cache)')
    .option('--out <folder>', 'the model’s folder (default: the shipped model)')
    .option('--model-version <text>', 'version written into the model (default: the program’s)')
    .action(async (flags: { weights?: string; out?: string; modelVersion?: string }) => {
      const { exportModel } = await import('../training/export-model.js');
      const { defaultPreparedFolder } = await import('../training/data/prepared.js');
      await exportModel({
        weights: flags.weights ?? join(defaultPreparedFolder(), 'weights'),
        out: flags.out ?? shippedModelFolder(),
        version: flags.modelVersion ?? packageVersion(),
        log: console.log,
      });
    });
  return model;
}
