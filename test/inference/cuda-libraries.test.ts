import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { loaderFinds } from '../../src/common/install/shared-library.js';
import { machineHasCuda, missingCudaLibraries } from '../../src/inference/engine-install/cuda-libraries.js';
import { CUDA_WHEELS } from '../../src/inference/engine-install/pinned-cuda.js';
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
  expect(machineHasCuda({ LD_LIBRARY_PATH: elsewhere })).toBe(here.length >= ALL.length - 2);
});

it('a machine whose loader finds all of it is not brought any', async () => {
  const folder = temporaryFolder();
  await touch(...ALL.map(({ name }) => join(folder, name)));
  expect(machineHasCuda({ LD_LIBRARY_PATH: folder })).toBe(true);
});

it('where the driver is missing that is what is said, for no library of CUDA helps then', async ({ skip }) => {
  if (loaderFinds(DRIVER)) skip('this machine has an NVIDIA driver');
  const problem = cudaProblem(temporaryFolder());
  expect(problem?.reason).toContain(DRIVER);
  expect(problem?.advice).toContain('Install the NVIDIA driver');
});

it('the driver never comes from a wheel, and the download of an older CUDA is not taken by itself', () => {
  expect(ALL.map(({ name }) => name)).not.toContain(DRIVER);
  expect(sourcesFor(true)).not.toContain('download');
  expect(sourcesFor(false)).toContain('download');
});

it('every wheel is named as its index names it, with a hash', () => {
  for (const { project, name, sha256, part } of CUDA_WHEELS) {
    expect(project).toBe(`nvidia-${part.replaceAll('_', '-')}-cu12`);
    expect(name.replaceAll('_', '-').startsWith(`${project}-`)).toBe(true);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/u);
  }
});
