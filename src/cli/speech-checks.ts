import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  damageOf,
  defaultModelFolder,
  readSpeechModel,
  sherpa,
  sileroFile,
  VOICE_SECOND,
  VoiceEncoder,
} from '../speech/index.js';
import { MODEL_FILE } from '../speech/paths.js';
import { type Check, failed, ok } from './check.js';

const INSTALL = 'npx emostream speech install';

/**
 * What hears voices and words: the library, the model of voice activity; that of recognition and the voice encoders, which may be
 * missing.
 */
export async function checkSpeech(): Promise<Check[]> {
  return [libraryCheck(), await sileroCheck(), await modelCheck(), await encodersCheck()];
}

function libraryCheck(): Check {
  try {
    sherpa();
    return ok('speech library', 'sherpa-onnx');
  } catch (error) {
    return failed('speech library', error, '');
  }
}

async function sileroCheck(): Promise<Check> {
  const name = 'voice activity';
  const file = sileroFile();
  if (!existsSync(file))
    return failed(name, new Error('Silero’s model is not here; no voice is analysed without it.'), INSTALL);
  return (await damaged(name, damageOf.voiceActivity())) ?? ok(name, file);
}

/** Null: everything is as it was installed. */
async function damaged(name: string, damage: Promise<string | null>): Promise<Check | null> {
  const file = await damage;
  return file === null ? null : failed(name, new Error(`${file} is not what was installed.`), INSTALL);
}

async function modelCheck(): Promise<Check> {
  const name = 'speech model';
  const folder = defaultModelFolder();
  if (!existsSync(join(folder, MODEL_FILE))) {
    return { name, state: 'missing', detail: 'Words come from captions only.', advice: INSTALL };
  }
  const damage = await damaged(name, damageOf.speechModel());
  if (damage) return damage;
  try {
    const model = readSpeechModel(folder);
    return ok(name, `${model.name} (${model.language}), ${model.licence}, in ${folder}`);
  } catch (error) {
    return failed(name, error, `Remove ${folder} and run ${INSTALL}.`);
  }
}

/** Seconds that are encoded: the first is slower, as its memory is new. */
const TRIED = 5;

async function encodersCheck(): Promise<Check> {
  const name = 'voice encoders';
  try {
    const encoder = await VoiceEncoder.open();
    if (!encoder) {
      return { name, state: 'missing', detail: 'Voices are judged without pretrained encoders.', advice: INSTALL };
    }
    const times: number[] = [];
    for (let i = 0; i < TRIED; i++) {
      const from = process.cpuUsage();
      await encoder.encode(new Float32Array(VOICE_SECOND));
      const { user, system } = process.cpuUsage(from);
      times.push((user + system) / 1000);
    }
    await encoder.close();
    return ok(
      name,
      `${Math.min(...times).toFixed(1)} ms of CPU a second; Moonshine Tiny’s and Resemblyzer’s, in ONNX Runtime`,
    );
  } catch (error) {
    return failed(name, error, '');
  }
}
