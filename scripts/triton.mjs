/**
 * Fetches an NVIDIA Triton for the tests and the benchmark of the engine triton, of Python wheels by pinned hashes (100 MB), into the
 * user's cache: `node scripts/triton.mjs`. It needs Linux on x86-64 and a Python 3.11 to 3.13 with its shared library. The product needs
 * none of it; where it is missing, those tests are passed over and say so.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, userCache } from './setup/locations.mjs';

const VERSIONS = ['3.11', '3.12', '3.13'];
const REQUIREMENTS = join(ROOT, 'test', 'inference', 'support', 'triton-requirements.txt');
const folder = join(userCache(), 'triton-2.51');

const python = process.env['PYTHON'] ?? 'python3';
const ask = (/** @type {string} */ code) => execFileSync(python, ['-c', code], { encoding: 'utf8' }).trim();

if (existsSync(join(folder, 'triton.json'))) {
  console.log(`${folder} is there.`);
} else {
  const version = ask('import sys; print("%d.%d" % sys.version_info[:2])');
  const libraries = ask('import sysconfig; print(sysconfig.get_config_var("LIBDIR"))');
  if (!VERSIONS.includes(version) || !existsSync(join(libraries, `libpython${version}.so`))) {
    console.error(
      `It needs a Python ${VERSIONS.join(', ')} with libpython.so: name one by PYTHON. ${python} is ${version}.`,
    );
    process.exit(1);
  }
  const work = `${folder}.${process.pid}`;
  try {
    mkdirSync(work, { recursive: true });
    execFileSync(python, ['-m', 'venv', '--without-pip', join(work, 'venv')]);
    const site = join('venv', 'lib', `python${version}`, 'site-packages');
    // Without what they name: of pytriton nothing but the server is wanted, and ONNX Runtime computes without the rest.
    const options = ['--no-deps', '--only-binary', ':all:', '--require-hashes', '--target', join(work, site)];
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', ...options, '-r', REQUIREMENTS], { stdio: 'inherit' });
    const server = join(site, 'pytriton', 'tritonserver');
    const stub = 'triton_python_backend_stub';
    const backend = join(work, server, 'backends', 'python', stub);
    copyFileSync(join(work, server, 'python_backend_stubs', version, stub), backend);
    for (const program of [backend, join(work, server, 'bin', 'tritonserver')]) chmodSync(program, 0o755);
    const place = { site, server, libraries };
    writeFileSync(join(work, 'triton.json'), `${JSON.stringify(place, null, 2)}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(work, folder);
    console.log(`${folder} has it.`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
