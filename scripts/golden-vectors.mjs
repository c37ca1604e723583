/**
 * `node scripts/golden-vectors.mjs`, after `npm run build`, whenever models/fusion changes: writes what the network says of
 * the golden windows, to which every engine is held (test/inference/conformance.test.ts). With `--inputs` it makes the
 * windows anew as well.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './setup/locations.mjs';

/** @param {string} name */
const compiled = (name) => import(pathToFileURL(join(ROOT, 'dist', 'test', 'inference', 'golden', `${name}.js`)).href);

const { SHIPPED_MODEL, writeInputs, writeOutputs } = await compiled('golden-vectors');
const { makeInputs } = await compiled('make-inputs');
const { makeOutputs } = await compiled('make-outputs');

if (process.argv.includes('--inputs')) await writeInputs(await makeInputs());
const outputs = await makeOutputs(SHIPPED_MODEL);
await writeOutputs(outputs);
console.log(`Golden vectors of model ${outputs.model}: ${outputs.scores.length} windows, by ${outputs.madeBy}.`);
