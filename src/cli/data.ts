import { Command } from 'commander';

/** `emostream data prepare`: corpora → tensors for training and evaluation. */
export function dataCommand(): Command {
  const data = new Command('data').description('Work on training and evaluation corpora.');
  data
    .command('prepare')
    .description('Read, clean and normalise the corpora once, for training and evaluation.')
    .requiredOption('--data <folder>', 'the corpora: face/ferplus, speech, text/goemotions_ekman, text/meld')
    .option('--out <folder>', 'where the prepared data go (default: in the user’s cache)')
    .action(async (flags: { data: string; out?: string }) => {
      // Loaded here, so that other commands do not wait for the media library.
      const { prepare } = await import('../training/data/prepare.js');
      const { defaultPreparedFolder } = await import('../training/data/prepared.js');
      await prepare({ data: flags.data, out: flags.out ?? defaultPreparedFolder(), log: console.log });
    });
  return data;
}
