import { Argument, Command } from 'commander';

/** `emostream engine install tensorflow`: the native engine, which training needs, into the user's cache. */
export function engineCommand(): Command {
  const engine = new Command('engine').description('Install optional engines.');
  engine
    .command('install')
    .description('Install an engine into the user’s cache; nothing is added to the project.')
    .addArgument(new Argument('<engine>', 'which one').choices(['tensorflow']))
    .action(async () => {
      const { installTensorflow } = await import('../training/engine-install.js');
      await installTensorflow({ log: console.log });
    });
  return engine;
}
