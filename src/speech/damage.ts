import { dirname } from 'node:path';
import { damagedFile, type InstalledFile } from '../common/install/damage.js';
import { MOONSHINE_INSTALLED, SILERO_INSTALLED } from './install/pinned.js';
import { defaultModelFolder, sileroFile, voiceEncodersFolder } from './paths.js';
import { VOICE_ENCODERS } from './voice-encoders.js';

/**
 * What of speech's models is not as it was installed. A network with some of its numbers wrong answers all the same, and sherpa-onnx
 * and ONNX Runtime may end the process over a file that breaks off: nothing is loaded that was not looked at.
 * @returns the first file that is missing or another one; null: none
 */
export const damageOf = {
  voiceActivity: (file = sileroFile()): Promise<string | null> => damagedFile(dirname(file), SILERO_INSTALLED),
  /** Of the default model; of one of the operator's own nothing is known. */
  speechModel: (folder = defaultModelFolder()): Promise<string | null> => damagedFile(folder, MOONSHINE_INSTALLED),
  voiceEncoders: (folder = voiceEncodersFolder()): Promise<string | null> => damagedFile(folder, ENCODER_FILES),
};

const ENCODER_FILES: readonly InstalledFile[] = VOICE_ENCODERS.map(({ file, sha256 }) => ({ name: file, sha256 }));

/** For whoever installs: whether it is whole; where it is not, says once that it is made anew. */
export function isWhole(damage: () => Promise<string | null>, log: (line: string) => void): () => Promise<boolean> {
  let told = false;
  return async () => {
    const file = await damage();
    if (file !== null && !told) log(`${file} is not what was installed: it is made anew.`);
    told = true;
    return file === null;
  };
}
