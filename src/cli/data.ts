import { Command } from 'commander';
import { EmostreamError } from '../common/errors.js';

/** A corpus, or a part of one, that is not where it was looked for. */
function explainMissing(cause: NodeJS.ErrnoException): never {
  if (cause.code !== 'ENOENT' || cause.path === undefined) throw cause;
  const message = `There is no ${cause.path}: \`emostream data list\` tells what lies where.`;
  throw new EmostreamError('NOT_FOUND', message, { cause });
}

/** `emostream data prepare`: corpora → tensors for training and evaluation; `list`: which corpora those are. */
export function dataCommand(): Command {
  const data = new Command('data').description('Work on training and evaluation corpora.');
  data
    .command('prepare')
    .description('Read, clean and normalise the corpora once, for training and evaluation.')
    .option('--data <folder>', 'the built-in corpora, laid out as `emostream data list` tells')
    .option(
      '--corpus <name=folder>',
      'a corpus of your own, repeatable: cremad, ravdess-full, meld-clips, iemocap, affectnet, rafdb',
      (value: string, before: string[]) => [...before, value],
      [],
    )
    .option('--out <folder>', 'where the prepared data go (default: in the user’s cache)')
    .action(async (flags: { data?: string; corpus: string[]; out?: string }) => {
      if (flags.data === undefined && flags.corpus.length === 0) {
        const message = 'Nothing to prepare: give --data FOLDER, or --corpus NAME=FOLDER, or both.';
        throw new EmostreamError('CONFIG_INVALID', message);
      }
      // Loaded here, so that other commands do not wait for the media library.
      const { checkCorpusFolders, parseCorpusFolders } = await import('../training/data/user/folders.js');
      const { defaultPreparedFolder } = await import('../training/data/prepared.js');
      const folders = parseCorpusFolders(flags.corpus);
      await checkCorpusFolders(folders);
      const out = flags.out ?? defaultPreparedFolder();
      if (flags.data !== undefined) {
        const { prepare } = await import('../training/data/prepare.js');
        await prepare({ data: flags.data, out, log: console.log }).catch(explainMissing);
      }
      if (folders.size > 0) {
        const { prepareUserCorpora } = await import('../training/data/user/prepare.js');
        await prepareUserCorpora({ folders, out, log: console.log });
      }
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
