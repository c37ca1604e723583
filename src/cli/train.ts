import { join } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { SPEECH_CORPORA, type SpeechCorpus } from '../training/train-options.js';

interface TrainFlags {
  prepared?: string;
  weights?: string;
  seed: number;
  epochs?: number;
  without?: SpeechCorpus[];
  continue?: boolean;
}

/** `emostream train face|voice|words|fusion`: trains one part of the network on prepared corpora. */
export function trainCommand(): Command {
  return new Command('train')
    .description('Train one part of the network; fusion needs the other three trained first.')
    .addArgument(new Argument('<part>', 'which part').choices(['face', 'voice', 'words', 'fusion']))
    .option('--prepared <folder>', 'folder of `emostream data prepare` (default: in the user’s cache)')
    .option('--weights <folder>', 'where trained parts are kept (default: beside the prepared data)')
    .option('--seed <number>', 'seed of everything random', parseCount, 1)
    .option('--epochs <number>', 'passes over the data (default: what made the shipped weights)', parseCount)
    .option('--continue', 'go on from the part’s kept weights instead of random ones (not for fusion)')
    .addOption(new Option('--without <corpus...>', 'speech corpora to leave out').choices(SPEECH_CORPORA))
    .action(async (part: string, flags: TrainFlags) => {
      // Loaded here, so that other commands do not wait for TensorFlow.
      const { trainPart } = await import('../training/train-part.js');
      const { defaultPreparedFolder } = await import('../training/data/prepared.js');
      const prepared = flags.prepared ?? defaultPreparedFolder();
      const command = ['emostream', 'train', part, '--seed', String(flags.seed)];
      if (flags.epochs !== undefined) command.push('--epochs', String(flags.epochs));
      if (flags.continue) command.push('--continue');
      if (flags.without) command.push('--without', ...flags.without);
      await trainPart(part as 'face' | 'voice' | 'words' | 'fusion', {
        prepared,
        weights: flags.weights ?? join(prepared, 'weights'),
        command: command.join(' '),
        seed: flags.seed,
        goOn: flags.continue === true && part !== 'fusion',
        ...(flags.epochs === undefined ? {} : { epochs: flags.epochs }),
        ...(flags.without ? { without: flags.without } : {}),
        log: console.log,
      });
    });
}

function parseCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('a whole number, 1 or more.');
  return count;
}
