import { join } from 'node:path';
import { userCache } from '../common/install/user-cache.js';

/** Where what speech needs is kept, outside the project, for every checkout; scripts/setup/speech.mjs looks there, too. */
export const speechFolder = (env?: NodeJS.ProcessEnv): string => join(userCache(env), 'speech');

/** Silero's model of voice activity (MIT), without which no voice is analysed. */
export const sileroFile = (folder = speechFolder()): string => join(folder, 'silero-vad-v5', 'silero_vad_v5.onnx');

/** The folder of the recogniser's model that is used where none is named. */
export const defaultModelFolder = (folder = speechFolder()): string => join(folder, 'moonshine-tiny-en-v2');

/** What a folder is told by: the name of the JSON beside a model's files. */
export const MODEL_FILE = 'speech-model.json';

/** The folder of the voice branch's pretrained encoders (voice-encoders.ts): others would have another name. */
export const voiceEncodersFolder = (folder = speechFolder()): string => join(folder, 'voice-encoders-1');

/** Beside them: whose they are. */
export const ENCODERS_FILE = 'voice-encoders.json';
