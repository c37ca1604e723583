import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defaultModelFolder, readSpeechModel, type SpeechModel, sileroFile } from '../../../src/speech/index.js';

/** The default model, where it is installed. */
export const installedModel = (): SpeechModel | null =>
  existsSync(join(defaultModelFolder(), 'speech-model.json')) && existsSync(sileroFile())
    ? readSpeechModel(defaultModelFolder())
    : null;

/** Where it is not, the tests that need it say so. */
export const NO_MODEL = 'the speech model is not installed here: `npx emostream speech install` brings it';

/** A model that names nothing: for threads that load none. */
export const noModel: SpeechModel = {
  name: 'none',
  language: 'en',
  licence: 'MIT',
  source: 'none',
  recogniser: 'offline',
  folder: '/',
  config: {},
};
