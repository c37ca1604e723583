import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json: two levels up from the source, three from the compiled file. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('package.json was not found above the program');
    folder = parent;
  }
  return folder;
}

const manifest = () =>
  JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as {
    version: string;
    engines: { node: string };
  };

export const packageVersion = (): string => manifest().version;

/** Major versions of Node that the project was tried with. */
export const triedNodes = (): string[] =>
  [...manifest().engines.node.matchAll(/>=(\d+)/g)].map(([, major = '']) => major);

/** Where the shipped weights are. */
export const shippedModelFolder = (): string => join(projectRoot(), 'models', 'fusion');
