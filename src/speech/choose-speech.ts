import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/schema.js';
import { readSpeechModel, type SpeechModel } from './model.js';
import { defaultModelFolder, MODEL_FILE } from './paths.js';

/** Whether words are recognised in people's voices, and by what. */
export interface SpeechChoice {
  /** `missing`: they should be, and the model is not there. */
  state: 'on' | 'off' | 'missing';
  /** BCP 47; null where there is no model, or a module of the operator's own recognises. */
  language: string | null;
  /** Null where there is none, or a module of the operator's own recognises. */
  model: SpeechModel | null;
}

type Options = Pick<Config, 'speech' | 'speechModel' | 'transcriber' | 'allowVoice' | 'allowWords'>;

/** @throws EmostreamError CONFIG_INVALID when the model that was named is not one; the default one may be missing */
export function chooseSpeech(config: Options, fallback = defaultModelFolder()): SpeechChoice {
  const { speech, speechModel, transcriber, allowVoice, allowWords } = config;
  if (speech === 'off' || !allowVoice || !allowWords) return { state: 'off', language: null, model: null };
  if (transcriber !== undefined) return { state: 'on', language: null, model: null };
  if (speechModel === undefined && !existsSync(join(fallback, MODEL_FILE))) {
    return { state: 'missing', language: null, model: null };
  }
  const model = readSpeechModel(speechModel ?? fallback);
  return { state: 'on', language: model.language, model };
}
