/**
 * Sets the project up: `node scripts/setup.mjs [packages|worker|build|serve|test]`, all of it by default. Every npm script does what
 * it needs of this by itself (run.mjs); this is for doing it beforehand, in an image's build for instance.
 * Without dependencies, for it runs before they are installed, and for Node 20 too, for it brings Node 22 where there is none of those that package.json names.
 */
import { SetupError } from './setup/failure.mjs';
import { ROOT } from './setup/locations.mjs';
import { setUp } from './setup/plan.mjs';
import { NEEDS } from './setup/step.mjs';

const need = NEEDS.find((name) => name === (process.argv[2] ?? 'test'));
if (!need) {
  console.error(`usage: node scripts/setup.mjs [${NEEDS.join('|')}]`);
  process.exit(2);
}
try {
  const { node } = await setUp(ROOT, need);
  console.error(`Ready. Node: ${node}`);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(error.describe());
  process.exitCode = 1;
}
