import { Command } from 'commander';

/** `emostream data prepare`: corpora → tensors for training and evaluation; `list`: which corpora those are. */
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
  data
    .command('list')
    .description('Show the corpora: where to get each, its terms and layout, and whether it is prepared.')
    .option('--prepared <folder>', 'folder of `emostream data prepare` (default: in the user’s cache)')
    .action(async (flags: { prepared?: string }) => {
      const { describeCorpora } = await import('../training/data/catalogue.js');
      const { defaultPreparedFolder } = await import('../training/data/prepared.js');
      for (const line of await describeCorpora(flags.prepared ?? defaultPreparedFolder())) console.log(line);
    });
  return data;
}
