import { readFileSync } from 'node:fs';
import { projectFile } from '../../bench/support/project-file.js';
import { configKeys, envName } from '../../src/config/load.js';

export const fileText = (path: string): string => readFileSync(projectFile(path), 'utf8');

/** The environment variables that the server takes; it refuses to start with others that begin as they do. */
export const OPTIONS: readonly string[] = configKeys.map(envName);

/** An instruction of a Dockerfile: its name, and the rest on one line. */
export interface Instruction {
  name: string;
  rest: string;
}

/** The Dockerfile by stages, each with its instructions; comments are left out, and lines that go on are joined. */
export function dockerStages(text: string): Instruction[][] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '');
  const stages: Instruction[][] = [];
  for (const line of lines) {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, rest });
  }
  return stages;
}

/** `KEY=VALUE` words. */
export const assignments = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/(\w+)=(\S+)/g)].map(([, key = '', value = '']) => [key, value]));
