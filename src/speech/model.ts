import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { EmostreamError } from '../common/errors.js';
import { MODEL_FILE } from './paths.js';

/** A part of sherpa-onnx's configuration: values, and objects of them. */
export type ConfigPart = { [key: string]: string | number | boolean | ConfigPart };

const configPartSchema: z.ZodType<ConfigPart> = z.lazy(() =>
  z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), configPartSchema])),
);

/**
 * `speech-model.json`: a model that sherpa-onnx loads, and whose it is. `config` is sherpa-onnx's own configuration of its
 * recogniser (scripts/node-addon-api/lib/types.js: OfflineRecognizerConfig, OnlineRecognizerConfig) with file names relative
 * to the folder.
 */
export const speechModelSchema = z.strictObject({
  name: z.string().min(1),
  /** BCP 47 tag of the language that it writes. */
  language: z.string().regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, 'must be a language tag (BCP 47), as en or pt-BR'),
  licence: z.string().min(1),
  source: z.string().min(1),
  /** Whether it takes whole pieces of speech (Whisper, Moonshine) or sound as it comes (streaming Zipformer). */
  recogniser: z.enum(['offline', 'online']),
  config: z
    .object({ modelConfig: configPartSchema })
    .catchall(z.union([z.string(), z.number(), z.boolean(), configPartSchema])),
});
export type SpeechModelFile = z.infer<typeof speechModelSchema>;

export interface SpeechModel extends Omit<SpeechModelFile, 'config'> {
  folder: string;
  /** For sherpa-onnx's constructor: with whole paths, on one thread unless the file says otherwise. */
  config: ConfigPart;
}

/** What is text in a configuration; everything else that is written with letters names a file. */
const TEXT = new Set([
  ...['provider', 'modelType', 'modelingUnit', 'decodingMethod'],
  ...['language', 'task', 'srcLang', 'tgtLang', 'systemPrompt', 'userPrompt', 'hotwords'],
]);
/** Lists of files, with commas between. */
const LISTS = new Set(['ruleFsts', 'ruleFars', 'lexicon']);

/** One core for a person's words: several people are recognised side by side. */
const DEFAULTS: ConfigPart = { numThreads: 1, provider: 'cpu', debug: false };

/**
 * Reads a model's folder. Every file that the configuration names must be there: sherpa-onnx ends the process where one is not.
 * @throws EmostreamError CONFIG_INVALID: what is wrong with the folder
 */
export function readSpeechModel(folder: string): SpeechModel {
  const path = join(folder, MODEL_FILE);
  const { config, ...about } = parse(path);
  const missing: string[] = [];
  const located = locate({ ...config, modelConfig: { ...DEFAULTS, ...config.modelConfig } }, (name) => {
    const file = resolve(folder, name);
    if (!existsSync(file)) missing.push(name);
    return file;
  });
  if (missing.length > 0) throw wrong(`${path} names ${missing.join(', ')}, which the folder does not have`);
  return { ...about, folder, config: located };
}

/** Whether a model writes the language that the words network was trained on. */
export const isEnglish = (language: string): boolean => /^en(-|$)/i.test(language);

function parse(path: string): SpeechModelFile {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw wrong(`there is no ${path}: a folder is a model's by that file (see docs/words.md)`, cause);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw wrong(`${path} is no JSON`, cause);
  }
  const parsed = speechModelSchema.safeParse(json);
  if (!parsed.success) throw wrong(`${path} is not valid: ${z.prettifyError(parsed.error)}`, parsed.error);
  return parsed.data;
}

function locate(part: ConfigPart, file: (name: string) => string): ConfigPart {
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => {
      if (typeof value === 'object') return [key, locate(value, file)];
      if (typeof value !== 'string' || value === '' || TEXT.has(key)) return [key, value];
      return [key, LISTS.has(key) ? value.split(',').map(file).join(',') : file(value)];
    }),
  );
}

const wrong = (what: string, cause?: unknown): EmostreamError =>
  new EmostreamError('CONFIG_INVALID', `speechModel: ${what}`, { cause });
