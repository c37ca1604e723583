import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Writes a file for people to read too: indented, with lists of numbers on one line. */
export function writeJson(path: string, value: unknown): void {
  const text = JSON.stringify(value, null, 2).replaceAll(/\[[-\d.,e+\s]+\]/g, (list) =>
    list.replaceAll(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']'),
  );
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${text}\n`);
}
