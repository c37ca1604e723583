import { Command } from 'commander';
import { checkSpeech } from './speech-checks.js';

/** `emostream speech install` and `speech status`: what hears voices and words. */
export function speechCommand(): Command {
  const speech = new Command('speech').description('Install what hears voices and words, or say what is here.');
  speech
    .command('install')
    .description(
      'Bring the models of voice activity (Silero) and of speech recognition (Moonshine Tiny, English), and the pretrained ' +
        'voice encoders with ONNX Runtime, into the user’s cache; nothing is added to the project. They come out of npm’s ' +
        'registry, from Moonshine’s maker, and out of wheels in Python’s package index (PIP_INDEX_URL where that is set; no ' +
        'Python is run). All are checked against known hashes.',
    )
    .action(async () => {
      const [{ installSilero }, { installMoonshine }, { installVoiceEncoders }] = [
        await import('../speech/install/silero.js'),
        await import('../speech/install/moonshine.js'),
        await import('../speech/install/voice-encoders.js'),
      ];
      await installSilero({ log: console.log });
      await installMoonshine({ log: console.log });
      await installVoiceEncoders({ log: console.log });
    });
  speech
    .command('status')
    .description('Say whether the speech library, its models and the voice encoders are here, and run.')
    .action(async () => {
      for (const { name, state, detail, advice } of await checkSpeech()) {
        console.log(`${state.padEnd(8)}${name.padEnd(18)}${detail}${advice ? `\n${' '.repeat(26)}→ ${advice}` : ''}`);
        if (state === 'failed') process.exitCode = 1;
      }
    });
  return speech;
}
