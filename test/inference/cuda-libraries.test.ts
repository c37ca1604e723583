import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { keepLoaded, loaderFinds } from '../../src/common/install/shared-library.js';
import { hasOnnxRuntime, onnxRuntimeFolder } from '../../src/common/onnx/install.js';
import { createOnnxEngine } from '../../src/inference/onnx-backend.js';
import { machineHas, missingCudaLibraries } from '../../src/inference/engine-install/cuda-libraries.js';
import { CUDA_13_WHEELS, CUDA_WHEELS, ONNX_CUDA_WHEEL } from '../../src/inference/engine-install/pinned-cuda.js';
import { sourcesFor } from '../../src/inference/engine-install/tensorflow-library.js';
import { cudaProblem } from '../../src/inference/engine-problems.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ALL = CUDA_WHEELS.flatMap(({ part, libraries }) => libraries.map((name) => ({ name, part })));
const DRIVER = 'libcuda.so.1';

async function touch(...files: string[]): Promise<void> {
  for (const file of files) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, '');
  }
}

// Where the machine has CUDA of its own it is found there, and nothing is missing.
const here = ALL.filter(({ name }) => loaderFinds(name)).map(({ name }) => name);

it('a library is found in a folder that the loader is told of, by its whole name', async () => {
  const folder = temporaryFolder();
  await touch(join(folder, 'libemostream-try.so.1'));
  const env = { LD_LIBRARY_PATH: `/nowhere:${folder}` };
  expect(loaderFinds('libemostream-try.so.1', env)).toBe(true);
  expect(loaderFinds('libemostream-try.so', env)).toBe(false);
  expect(loaderFinds('libemostream-try.so.1', {})).toBe(false);
});

it('a library that every Linux has is found without being told where', ({ skip }) => {
  if (process.platform !== 'linux') skip('no Linux');
  expect(loaderFinds('libc.so.6', {}) || loaderFinds('libc.musl-x86_64.so.1', {})).toBe(true);
});

it('each library of CUDA that TensorFlow would not find is named, wherever the others lie', async () => {
  const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()];
  const absent = (names: string[]) => names.filter((name) => !here.includes(name));
  expect(missingCudaLibraries(folder, {})).toEqual(absent(ALL.map(({ name }) => name)));
  const [first, second, ...rest] = ALL;
  await touch(...rest.map(({ name, part }) => join(folder, 'nvidia', part, 'lib', name)));
  expect(missingCudaLibraries(folder, {})).toEqual(absent([first!.name, second!.name]));
  await touch(join(elsewhere, first!.name), join(elsewhere, second!.name));
  expect(missingCudaLibraries(folder, { LD_LIBRARY_PATH: elsewhere })).toEqual([]);
  expect(machineHas(CUDA_WHEELS, { LD_LIBRARY_PATH: elsewhere })).toBe(here.length >= ALL.length - 2);
});

it('a machine whose loader finds all of it is not brought any', async () => {
  const folder = temporaryFolder();
  await touch(...ALL.map(({ name }) => join(folder, name)));
  expect(machineHas(CUDA_WHEELS, { LD_LIBRARY_PATH: folder })).toBe(true);
});

it('where the driver is missing that is what is said, for no library of CUDA helps then', async ({ skip }) => {
  if (loaderFinds(DRIVER)) skip('this machine has an NVIDIA driver');
  const problem = cudaProblem(temporaryFolder());
  expect(problem?.reason).toContain(DRIVER);
  expect(problem?.advice).toContain('Install the NVIDIA driver');
});

it('the driver never comes from a wheel, and the download of an older CUDA is not taken by itself', () => {
  const names = [...CUDA_WHEELS, ...CUDA_13_WHEELS].flatMap(({ libraries, further = [] }) => [
    ...libraries,
    ...further,
  ]);
  expect(names).not.toContain(DRIVER);
  expect(sourcesFor(true)).not.toContain('download');
  expect(sourcesFor(false)).toContain('download');
});

it('every wheel is named as its index names it, with a hash', () => {
  for (const { project, name, sha256 } of [...CUDA_WHEELS, ...CUDA_13_WHEELS, ONNX_CUDA_WHEEL]) {
    // PEP 503 and PEP 427: the same name, written twice.
    expect(name.replaceAll('_', '-').startsWith(`${project}-`)).toBe(true);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/u);
  }
});

it('the CUDA provider is of the very version of ONNX Runtime', () => {
  const version = /onnxruntime-(?<version>[\d.]+)$/u.exec(onnxRuntimeFolder('/cache'))!.groups!['version'];
  expect(ONNX_CUDA_WHEEL.name).toContain(`-${version}-`);
});

it('a library that is kept loaded stays in the process though Node finds it to be no addon', ({ skip }) => {
  const file = ['/usr/lib/x86_64-linux-gnu/libutil.so.1', '/usr/lib/aarch64-linux-gnu/libutil.so.1'].find(existsSync);
  if (file === undefined) skip('no libutil.so.1 where Debian has it');
  const script = `
    import { readFileSync } from 'node:fs';
    import { keepLoaded } from ${JSON.stringify(new URL('../../dist/src/common/install/shared-library.js', import.meta.url).href)};
    const there = () => readFileSync('/proc/self/maps', 'utf8').includes('libutil');
    const before = there();
    keepLoaded(process.argv[1]);
    console.log(before, there());`;
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script, file!], { encoding: 'utf8' });
  expect(stdout).toBe('false true\n');
});

it('a file that is no library is told as the loader tells it', async () => {
  const file = join(temporaryFolder(), 'libnothing.so');
  await writeFile(file, 'nothing');
  expect(() => keepLoaded(file)).toThrow(/libnothing\.so/u);
});

it('ONNX Runtime that is to compute by CUDA says what the machine lacks', async ({ skip }) => {
  if (!hasOnnxRuntime()) skip('ONNX Runtime is not installed: `npx emostream engine install onnx`');
  if (loaderFinds(DRIVER)) skip('this machine has an NVIDIA driver');
  await expect(createOnnxEngine('cuda')).rejects.toMatchObject({
    code: 'ENGINE_UNAVAILABLE',
    message: expect.stringContaining(`The driver’s ${DRIVER} is missing`) as string,
  });
});
