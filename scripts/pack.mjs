/** `npm run build:packages`: builds the packages and packs them into dist/packages, as they would be published. */
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execute } from './setup/execute.mjs';
import { ROOT } from './setup/locations.mjs';
import { npmProgram } from './setup/node-runtime.mjs';

const OUT = join(ROOT, 'dist', 'packages');
const CLIENT = join(ROOT, 'packages', 'client');

rmSync(join(CLIENT, 'dist'), { recursive: true, force: true });
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
const pack = (/** @type {string} */ folder) =>
  execute(npmProgram(), ['pack', '--silent', '--ignore-scripts', '--pack-destination', OUT], {
    cwd: folder,
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` },
  });
const types = join(ROOT, 'scripts', 'package-types.mjs');
process.exitCode =
  (await execute(process.execPath, [tsc, '-p', CLIENT])) ||
  (await execute(process.execPath, [types])) ||
  (await pack(CLIENT)) ||
  (await pack(ROOT));
