import { join } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { EmostreamError } from '../common/errors.js';
import { USER_CORPUS_NAMES, type UserCorpusName } from '../training/data/user-corpora.js';
import type { Part } from '../training/train-part.js';
import { BUILT_IN_CORPORA, type BuiltInCorpus } from '../training/train-options.js';

interface TrainFlags {
  prepared?: string;
  weights?: string;
  seed: number;
  epochs?: number;
  without?: BuiltInCorpus[];
  with?: UserCorpusName[];
  continue?: boolean;
  restart?: boolean;
  crossValidate?: boolean;
  leaveOutCorpus?: boolean;
  packLogMel?: string;
  logMel?: string;
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
    .option('--restart', 'begin anew, where the same command would go on with its interrupted run')
    .option('--cross-validate', 'voice only: train once per fold of held-out speakers, and keep what it answers them')
    .option(
      '--leave-out-corpus',
      'voice or words: train once for each corpus (voice: RAVDESS, EMO-DB, nEMO) on the others',
    )
    .option(
      '--pack-log-mel <folder>',
      'voice only: write what scripts/log-mel/train.py trains the networks on log-mel of, on a GPU, and train nothing',
    )
    .option(
      '--log-mel <folder>',
      'voice only: take the networks on log-mel from what that script wrote; train the rest',
    )
    .addOption(new Option('--without <corpus...>', 'built-in corpora to leave out').choices(BUILT_IN_CORPORA))
    .addOption(
      new Option(
        '--with <corpus...>',
        'corpora of your own to train on in addition (`emostream data prepare --corpus`; not for fusion)',
      ).choices(USER_CORPUS_NAMES),
    )
    .action(async (part: string, flags: TrainFlags) => {
      // Loaded here, so that other commands do not wait for TensorFlow.
      const { trainPart } = await import('../training/train-part.js');
      const { leaveOutWords } = await import('../training/leave-out-words.js');
      const { defaultPreparedFolder } = await import('../training/data/prepared.js');
      const prepared = flags.prepared ?? defaultPreparedFolder();
      const command = ['emostream', 'train', part, '--seed', String(flags.seed)];
      if (flags.epochs !== undefined) command.push('--epochs', String(flags.epochs));
      if (flags.continue) command.push('--continue');
      if (flags.without) command.push('--without', ...flags.without);
      if (flags.with) command.push('--with', ...flags.with);
      if (flags.logMel !== undefined) command.push('--log-mel', 'TRAINED');
      const options = {
        prepared,
        weights: flags.weights ?? join(prepared, 'weights'),
        seed: flags.seed,
        ...(flags.epochs === undefined ? {} : { epochs: flags.epochs }),
        ...(flags.without ? { without: flags.without } : {}),
        ...(flags.logMel === undefined ? {} : { logMel: flags.logMel }),
        restart: flags.restart === true,
        log: console.log,
      };
      checkLogMel(part, flags);
      if (flags.packLogMel !== undefined) {
        const { packLogMel } = await import('../training/log-mel/pack.js');
        await packLogMel({ ...options, out: flags.packLogMel });
        return;
      }
      if (flags.crossValidate || flags.leaveOutCorpus) checkHoldingOut(part, flags);
      if (part === 'voice' && (flags.crossValidate || flags.leaveOutCorpus)) {
        const { crossValidateVoice, leaveOutCorpora } = await import('../training/cross-validate-voice.js');
        const [run, flag] = flags.leaveOutCorpus
          ? [leaveOutCorpora, '--leave-out-corpus']
          : [crossValidateVoice, '--cross-validate'];
        await run({ ...options, command: [...command, flag].join(' ') });
        return;
      }
      const stop = stopOnSignal(part);
      const common = {
        ...options,
        command: command.join(' '),
        goOn: flags.continue === true && part !== 'fusion',
        ...(flags.with ? { with: flags.with } : {}),
        signal: stop.signal,
      };
      const run = flags.leaveOutCorpus
        ? leaveOutWords({ ...common, command: `${common.command} --leave-out-corpus` })
        : trainPart(part as Part, common);
      await run.catch((error: unknown) => {
        if (error !== stop.signal.reason) throw error;
        console.log((error as EmostreamError).message);
        process.exitCode = INTERRUPTED;
      });
    });
}

/** @throws EmostreamError CONFIG_INVALID when networks on log-mel are of no use to the run */
function checkLogMel(part: string, flags: TrainFlags): void {
  const refuse = (message: string): never => {
    throw new EmostreamError('CONFIG_INVALID', message);
  };
  if (flags.logMel === undefined && flags.packLogMel === undefined) return;
  if (part !== 'voice') refuse('--log-mel and --pack-log-mel are for the voice: no other part hears.');
  if (flags.packLogMel !== undefined && (flags.with || flags.without))
    refuse('--pack-log-mel packs the built-in corpora: leave out --with and --without.');
  if (flags.continue) refuse('--log-mel takes networks that are trained: leave out --continue.');
}

/** @throws EmostreamError CONFIG_INVALID when a run that holds data out would not be of a part's built-in corpora */
function checkHoldingOut(part: string, flags: TrainFlags): void {
  const refuse = (message: string): never => {
    throw new EmostreamError('CONFIG_INVALID', message);
  };
  if (flags.crossValidate && part !== 'voice') {
    refuse('Only the voice is cross-validated: `emostream train voice --cross-validate`.');
  }
  if (flags.with) refuse('Cross-validation is of the built-in corpora: leave out --with.');
  if (!flags.leaveOutCorpus) return;
  if (part !== 'voice' && part !== 'words')
    refuse('--leave-out-corpus is for voice and words: no other part has several.');
  if (flags.crossValidate) refuse('--cross-validate and --leave-out-corpus are two runs: give one after the other.');
  if (flags.without) refuse('--leave-out-corpus leaves out each corpus: give it no --without.');
  if (flags.continue) refuse('--leave-out-corpus trains from random weights: leave out --continue.');
}

/** What a shell reports of a program that Ctrl-C ended: 128 + SIGINT. */
const INTERRUPTED = 130;

/** The first signal ends the run after its step; a second one ends the process at once. */
function stopOnSignal(part: string): AbortController {
  const stop = new AbortController();
  const onSignal = (): void => {
    process.removeListener('SIGINT', onSignal).removeListener('SIGTERM', onSignal);
    const message = `Stopped; \`emostream train ${part}\` with the same options goes on from here, with --restart it begins anew.`;
    stop.abort(new EmostreamError('CLOSED', message));
    console.log('stopping after the running step …');
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return stop;
}

function parseCount(value: string): number {
  const count = Number(value);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('a whole number, 1 or more.');
  return count;
}
