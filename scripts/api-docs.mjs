/** `npm run docs:api`: writes the contract, from the compiled schemas: docs/api, and the types of the Python client. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pythonTypes } from './python-types.mjs';
import { ROOT } from './setup/locations.mjs';

const compiled = (/** @type {string} */ name) => import(join(ROOT, 'dist', 'src', 'server', 'api', name));
const { apiDocuments } = /** @type {{ apiDocuments: () => Map<string, string> }} */ (await compiled('documents.js'));
const { eventJson } = /** @type {{ eventJson: Map<string, Record<string, unknown>> }} */ (
  await compiled('json-schemas.js')
);

const folder = join(ROOT, 'docs', 'api');
rmSync(folder, { recursive: true, force: true });
for (const [path, text] of apiDocuments()) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
writeFileSync(join(ROOT, 'clients', 'python', 'src', 'emostream', 'types.py'), pythonTypes(eventJson));
