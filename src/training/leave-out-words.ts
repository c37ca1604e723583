import { join } from 'node:path';
import { exists } from './data/corpora/folders.js';
import { withoutFolder, WORDS_CORPORA } from './train-options.js';
import { trainPart, type TrainPartOptions } from './train-part.js';

/**
 * Trains the words once without each corpus, in a folder of its own beside the weights, for `evaluate` to judge on that corpus. What
 * is done is kept: an interrupted run goes on where it was, and `restart` begins anew.
 */
export async function leaveOutWords(options: Omit<TrainPartOptions, 'without'>): Promise<void> {
  for (const corpus of WORDS_CORPORA) {
    const weights = withoutFolder(options.weights, corpus);
    const log = (line: string): void => options.log(`without ${corpus}  ${line}`);
    const isThere = await exists(join(weights, 'words.record.json'));
    if (isThere && !options.restart && !(await exists(join(weights, 'words.checkpoint.bin')))) {
      log(`is in ${weights} already; --restart trains it anew`);
      continue;
    }
    await trainPart('words', { ...options, weights, without: [corpus], log });
  }
}
