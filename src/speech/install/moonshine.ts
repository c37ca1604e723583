import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmostreamError, toEmostreamError } from '../../common/errors.js';
import { checkHash, download } from '../../common/install/download.js';
import { makeInPlace } from '../../common/install/in-place.js';
import type { SpeechModelFile } from '../model.js';
import { damageOf, isWhole } from '../damage.js';
import { defaultModelFolder, MODEL_FILE } from '../paths.js';
import { MOONSHINE } from './pinned.js';
import { megabytes, progress } from '../../common/install/progress.js';
import { tokensText } from './tokens.js';
import { fetchFromWheel } from '../../common/install/wheel.js';

export interface ModelInstallOptions {
  folder?: string;
  env?: NodeJS.ProcessEnv;
  /** The maker's address of the files. */
  maker?: string;
  /** Told each step. */
  log: (line: string) => void;
}

type Source = (work: string, options: Required<ModelInstallOptions>) => Promise<void>;

/** Where the files come from, in the order of trying. */
const SOURCES: Record<string, Source> = {
  'its maker': async (work, { maker, log }) => {
    for (const { name, sha256, bytes } of MOONSHINE.files) {
      const url = new URL(name, maker).href;
      log(`Fetching ${url} (${megabytes(bytes)} MB) …`);
      await download(url, join(work, name), { sha256, onProgress: progress(bytes, log) });
    }
  },
  'Python’s package index': async (work, { env, log }) => {
    const names = MOONSHINE.files.map((file) => file.name);
    await fetchFromWheel(MOONSHINE.wheel, MOONSHINE.wheel.folder, names, work, { env, log });
    for (const file of MOONSHINE.files) await checkHash(join(work, file.name), file.sha256);
  },
};

/**
 * Brings the recogniser's default model into the user's cache, from the first source that works. Idempotent.
 * @returns the model's folder
 * @throws EmostreamError INSTALL_FAILED, with what each source said, when none works
 */
export async function installMoonshine(wanted: ModelInstallOptions): Promise<string> {
  const options = { folder: defaultModelFolder(), env: process.env, maker: MOONSHINE.source, ...wanted };
  const { folder, log } = options;
  await makeInPlace(
    folder,
    join(folder, MODEL_FILE),
    async (work) => {
      log(`Speech recognition by ${MOONSHINE.name}, licence ${MOONSHINE.licence}`);
      await fromFirstSource(work, options);
      await writeFile(join(work, 'tokens.txt'), tokensText(await readFile(join(work, 'tokenizer.bin'))));
      await rm(join(work, 'tokenizer.bin'));
      await writeFile(join(work, MODEL_FILE), `${JSON.stringify(MODEL, null, 2)}\n`);
    },
    isWhole(() => damageOf.speechModel(folder), log),
  );
  log(`The speech model is in ${folder}.`);
  return folder;
}

const MODEL: SpeechModelFile = {
  name: MOONSHINE.name,
  language: 'en',
  licence: MOONSHINE.licence,
  source: MOONSHINE.source,
  recogniser: 'offline',
  config: {
    modelConfig: {
      moonshine: { encoder: 'encoder_model.ort', mergedDecoder: 'decoder_model_merged.ort' },
      tokens: 'tokens.txt',
    },
  },
};

async function fromFirstSource(work: string, options: Required<ModelInstallOptions>): Promise<void> {
  const failures: string[] = [];
  for (const [source, fetch] of Object.entries(SOURCES)) {
    try {
      return await fetch(work, options);
    } catch (error) {
      const { message } = toEmostreamError(error);
      failures.push(`${source}: ${message}`);
      options.log(`No speech model from ${source}: ${message}`);
      for (const { name } of [...MOONSHINE.files, MOONSHINE.wheel]) await rm(join(work, name), { force: true });
    }
  }
  throw new EmostreamError('INSTALL_FAILED', `The speech model was not installed:\n  ${failures.join('\n  ')}\n`);
}
