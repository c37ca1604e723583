import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmostreamError } from '../../common/errors.js';
import { checkHash } from '../../common/install/download.js';
import { makeInPlace } from '../../common/install/in-place.js';
import { installOnnxRuntime } from '../../common/onnx/install.js';
import { damageOf, isWhole } from '../damage.js';
import { defaultModelFolder, ENCODERS_FILE, voiceEncodersFolder } from '../paths.js';
import { VOICE_ENCODERS } from '../voice-encoders.js';
import { cutOrt } from './cut-ort.js';
import { MOONSHINE, RESEMBLYZER_WEIGHTS, RESEMBLYZER_WHEEL } from './pinned.js';
import { resemblyzerLayers } from './resemblyzer.js';
import { fetchFromWheel } from '../../common/install/wheel.js';

/** What Moonshine's third block gives out: of its six it serves emotion best (models/TRAINING.md). */
const THIRD_BLOCK = '/layers.2/Add_1_output_0';
const [MOONSHINE_CUT, RESEMBLYZER_LAYERS] = VOICE_ENCODERS;
const [ENCODER] = MOONSHINE.files;

export interface VoiceEncodersInstallOptions {
  /** Where the encoders go, where ONNX Runtime does, and where the speech model is. */
  folder?: string;
  runtime?: string;
  speechModel?: string;
  env?: NodeJS.ProcessEnv;
  /** Told each step. */
  log: (line: string) => void;
}

/**
 * Brings what `VoiceEncoder` takes into the user's cache: ONNX Runtime; the front half of the speech model's encoder, cut out of the
 * file that is there; and Resemblyzer's first layers, out of a wheel in Python's package index. Idempotent.
 * @returns the encoders' folder
 * @throws EmostreamError INSTALL_FAILED when a part cannot be had
 */
export async function installVoiceEncoders(options: VoiceEncodersInstallOptions): Promise<string> {
  const {
    folder = voiceEncodersFolder(),
    runtime,
    speechModel = defaultModelFolder(),
    env = process.env,
    log,
  } = options;
  await installOnnxRuntime({ log, ...(runtime !== undefined && { folder: runtime }) });
  await makeInPlace(
    folder,
    join(folder, ENCODERS_FILE),
    async (work) => {
      for (const { name, licence } of VOICE_ENCODERS) log(`Voice encoder: ${name}, licence ${licence}`);
      await cutMoonshine(speechModel, work);
      await makeResemblyzer(work, env, log);
      await writeFile(join(work, ENCODERS_FILE), `${JSON.stringify(VOICE_ENCODERS, null, 2)}\n`);
    },
    isWhole(() => damageOf.voiceEncoders(folder), log),
  );
  log(`The voice encoders are in ${folder}.`);
  return folder;
}

async function cutMoonshine(speechModel: string, work: string): Promise<void> {
  const whole = join(speechModel, ENCODER.name);
  if (!existsSync(whole)) {
    throw new EmostreamError('INSTALL_FAILED', `The voice encoders need the speech model, and there is no ${whole}.`);
  }
  await checkHash(whole, ENCODER.sha256);
  const cut = join(work, MOONSHINE_CUT.file);
  await writeFile(cut, cutOrt(await readFile(whole), THIRD_BLOCK));
  await checkHash(cut, MOONSHINE_CUT.sha256);
}

async function makeResemblyzer(work: string, env: NodeJS.ProcessEnv, log: (line: string) => void): Promise<void> {
  const { folder, name } = RESEMBLYZER_WEIGHTS;
  await fetchFromWheel(RESEMBLYZER_WHEEL, folder, [name], work, { env, log });
  const weights = join(work, name);
  const layers = join(work, RESEMBLYZER_LAYERS.file);
  await writeFile(layers, resemblyzerLayers(await readFile(weights)));
  await rm(weights);
  await checkHash(layers, RESEMBLYZER_LAYERS.sha256);
}
