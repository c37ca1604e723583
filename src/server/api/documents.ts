import { asyncApi } from './asyncapi.js';
import { schemaFiles } from './json-schemas.js';
import { openApi } from './openapi.js';

/** The contract as files: path, as it is served and lies in docs/api, and text. */
export function apiDocuments(): Map<string, string> {
  const text = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const files = new Map([
    ['/asyncapi.json', text(asyncApi())],
    ['/openapi.json', text(openApi())],
  ]);
  for (const [name, schema] of schemaFiles()) files.set(`/schema/${name}.json`, text(schema));
  return files;
}
