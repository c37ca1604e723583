import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defaultModelFolder, readSpeechModel, sherpa, sileroFile } from '../speech/index.js';
import { MODEL_FILE } from '../speech/paths.js';
import { type Check, failed, ok } from './check.js';

const INSTALL = 'npx emostream speech install';

/** What hears voices and words: the library, the model of voice activity, and that of recognition, which may be missing. */
export function checkSpeech(): Check[] {
  return [libraryCheck(), sileroCheck(), modelCheck()];
}

function libraryCheck(): Check {
  try {
    sherpa();
    return ok('speech library', 'sherpa-onnx');
  } catch (error) {
    return failed('speech library', error, '');
  }
}

function sileroCheck(): Check {
  const file = sileroFile();
  if (existsSync(file)) return ok('voice activity', file);
  return failed('voice activity', new Error('Silero’s model is not here; no voice is analysed without it.'), INSTALL);
}

function modelCheck(): Check {
  const name = 'speech model';
  const folder = defaultModelFolder();
  if (!existsSync(join(folder, MODEL_FILE))) {
    return { name, state: 'missing', detail: 'Words come from captions only.', advice: INSTALL };
  }
  try {
    const model = readSpeechModel(folder);
    return ok(name, `${model.name} (${model.language}), ${model.licence}, in ${folder}`);
  } catch (error) {
    return failed(name, error, `Remove ${folder} and run ${INSTALL}.`);
  }
}
