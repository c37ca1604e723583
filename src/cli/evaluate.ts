import { join } from 'node:path';
import { Command } from 'commander';
import { shippedModelFolder } from '../common/version.js';

interface EvaluateFlags {
  prepared?: string;
  model?: string;
  metrics?: string;
  weights?: string;
  validation?: boolean;
  keepFolds?: boolean;
  foldsOnly?: boolean;
}

/** `emostream evaluate`: the accuracy of a model on the test sets; the only command that reads them. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('Judge a model on the prepared test sets; writes metrics.json, the accuracy page and the model card.')
    .option('--prepared <folder>', 'folder of `emostream data prepare` (default: in the user’s cache)')
    .option('--model <folder>', 'the model (default: the shipped one)')
    .option('--metrics <file>', 'where the figures go (default: metrics.json beside the model’s folder)')
    .option(
      '--weights <folder>',
      'where `train voice --cross-validate` wrote its folds (default: beside the prepared data)',
    )
    .option('--validation', 'judge on the validation sets only and write nothing, to choose between models')
    .option(
      '--keep-folds',
      'keep the figures of cross-validation that are there: the recipe of the voice is still the one it judged',
    )
    .option(
      '--folds-only',
      'of an evaluation of this model renew only what cross-validation and corpora left out found; runs no test set',
    )
    .action(async (flags: EvaluateFlags) => {
      // Loaded here, so that other commands do not wait for TensorFlow.
      const { evaluate, refreshFolds } = await import('../training/evaluate.js');
      const { defaultPreparedFolder } = await import('../training/data/prepared.js');
      const { createWasmEngine } = await import('../inference/wasm-backend.js');
      const model = flags.model ?? shippedModelFolder();
      const prepared = flags.prepared ?? defaultPreparedFolder();
      const engine = await createWasmEngine();
      const options = {
        prepared,
        weights: flags.weights ?? join(prepared, 'weights'),
        model,
        metrics: flags.metrics ?? join(model, '..', 'metrics.json'),
        log: console.log,
      };
      if (flags.foldsOnly) await refreshFolds(options);
      else {
        await evaluate({
          ...options,
          engine,
          validationOnly: flags.validation === true,
          keepFolds: flags.keepFolds === true,
        });
      }
      await engine.dispose();
    });
}
