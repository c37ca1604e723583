/** `npm run docs:api`: writes the contract into docs/api, from the compiled schemas. Another file there is deleted. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './setup/locations.mjs';

const { apiDocuments } = /** @type {{ apiDocuments: () => Map<string, string> }} */ (
  await import(join(ROOT, 'dist', 'src', 'server', 'api', 'documents.js'))
);
const folder = join(ROOT, 'docs', 'api');
rmSync(folder, { recursive: true, force: true });
for (const [path, text] of apiDocuments()) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}
