import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EmostreamError } from '../errors.js';
import { packageBeside } from '../install/beside.js';
import { makeInPlace } from '../install/in-place.js';
import { fetchPart, type PinnedPackage, runTool } from '../install/tools.js';
import { userCache } from '../install/user-cache.js';

const VERSION = '1.30.0';

/** ONNX Runtime for Node (MIT), and the package that it requires; what else it names is for its install script, which is not run. */
const RUNTIME: PinnedPackage = {
  name: 'onnxruntime-node',
  version: VERSION,
  integrity: 'sha512-twhs1C2C/BFkz1yc5OY0KIU2GUq6DURO7hD4bx5Q2Qy3nAMJwRXW8xU3NVczE29VA9lolLOYepoD8fjTGOfIqw==',
};
const COMMON: PinnedPackage = {
  name: 'onnxruntime-common',
  version: VERSION,
  integrity: 'sha512-7fdVWjAID1dVhH/G8qK3APARunV4VkBFoCQAP7qp4Wkab0mrorvmc+sqiT+mKXOzDqdjN5j+/Z9nb4gzNPWcyA==',
};

/** Where it is installed, outside the project: its package carries every platform's library, 240 MB of 290. */
export const onnxRuntimeFolder = (cache = userCache()): string => join(cache, `onnxruntime-${VERSION}`);

/** Where it is: beside the product, if its user has installed it there, else where `installOnnxRuntime` puts it. */
export function onnxRuntimeInUse(): string {
  const beside = packageBeside(RUNTIME.name, VERSION);
  // The folder whose node_modules holds it.
  return beside === null ? onnxRuntimeFolder() : dirname(dirname(beside));
}

const entryOf = (folder: string): string => join(folder, 'node_modules', RUNTIME.name, 'dist', 'index.js');

/** Whether it was installed there; it may still not load. */
export const hasOnnxRuntime = (folder = onnxRuntimeInUse()): boolean => existsSync(entryOf(folder));

/** Says why in one line. */
const LOAD = 'try { require(process.argv[1]) } catch (error) { console.error(error.message); process.exit(1) }';

export interface OnnxRuntimeInstallOptions {
  folder?: string;
  /** Whose library is kept; another one only in tests. */
  platform?: { platform: string; arch: string };
  /** Told each step. */
  log: (line: string) => void;
}

/**
 * Brings ONNX Runtime into the user's cache, with this platform's library alone. Idempotent.
 * @returns its folder, for `loadOnnxRuntime`
 * @throws EmostreamError INSTALL_FAILED: npm cannot bring it, it has no library for this platform, or that does not load
 */
export async function installOnnxRuntime(options: OnnxRuntimeInstallOptions): Promise<string> {
  const { folder = onnxRuntimeFolder(), platform: { platform, arch } = process, log } = options;
  const library = new RegExp(`^bin/napi-v\\d+/${platform}/${arch}/`, 'u');
  await makeInPlace(folder, entryOf(folder), async (work) => {
    log(
      `Fetching ONNX Runtime ${VERSION} (MIT): npm’s ${RUNTIME.name}, 114 MB, of which this platform’s library is kept …`,
    );
    const kept = await fetchPart(
      work,
      RUNTIME,
      (path) => /^(package\.json|dist\/[^/]+\.js)$/u.test(path) || library.test(path),
    );
    if (!kept.some((path) => library.test(path))) {
      throw new EmostreamError('INSTALL_FAILED', `ONNX Runtime ${VERSION} has no library for ${platform}-${arch}.`);
    }
    await fetchPart(work, COMMON, (path) => /^(package\.json|dist\/cjs\/.*\.js(on)?)$/u.test(path));
    // A library of another C library (musl) is brought all the same, and does not load.
    await runTool(process.execPath, ['-e', LOAD, entryOf(work)], work);
  });
  log(`ONNX Runtime is in ${folder}.`);
  return folder;
}
