import { join } from 'node:path';
import { Command } from 'commander';
import { shippedModelFolder } from '../common/version.js';

/** `emostream evaluate`: the accuracy of a model on the test sets; the only command that reads them. */
export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('Judge a model on the prepared test sets; writes metrics.json and the model card.')
    .option('--prepared <folder>', 'folder of `emostream data prepare` (default: in the user’s cache)')
    .option('--model <folder>', 'the model (default: the shipped one)')
    .option('--metrics <file>', 'where the figures go (default: metrics.json beside the model’s folder)')
    .action(async (flags: { prepared?: string; model?: string; metrics?: string }) => {
      // Loaded here, so that other commands do not wait for TensorFlow.
      const { evaluate } = await import('../training/evaluate.js');
      const { defaultPreparedFolder } = await import('../training/data/prepared.js');
      const { createWasmEngine } = await import('../inference/wasm-backend.js');
      const model = flags.model ?? shippedModelFolder();
      const engine = await createWasmEngine();
      await evaluate({
        prepared: flags.prepared ?? defaultPreparedFolder(),
        model,
        metrics: flags.metrics ?? join(model, '..', 'metrics.json'),
        engine,
        log: console.log,
      });
      await engine.dispose();
    });
}
