import { posix } from 'node:path';
import { dependenciesOf } from './imports.js';
import type { SourceTree } from './tree.js';

/** The way of the data: a stage imports only stages before it (and itself). */
export const STAGES = [
  'common',
  'config',
  'sfu',
  'media',
  'streams',
  'speech',
  'features',
  'inference',
  'events',
  'cluster',
  'report',
  'analysis',
  'server',
  'files',
  'telemetry',
  'training',
  'cli',
  'embed',
];

/** What the page and the client library share with the server: the wire, what is made of events, and nothing of how it is served. */
const SHARED_WITH_CLIENT = [
  /^src\/common\//,
  /^src\/report\//,
  /^src\/events\/schema\.ts$/,
  /^src\/server\/protocol\.ts$/,
];

/** The command line subscribes as any program would, with the client library. */
const CLIENT_LIBRARY = /^client\/lib\//;

/** Imports that break the order of the stages, or reach out of `src/` or out of what the client may see; one line for each. */
export function findViolations(tree: SourceTree): string[] {
  const violations: string[] = [];
  for (const [path, source] of tree) {
    for (const { specifier, line } of dependenciesOf(path, source)) {
      if (!specifier.startsWith('.')) continue;
      const target = resolveImport(path, specifier, tree);
      const problem = target === undefined ? 'which is no file' : judge(path, target);
      if (problem) violations.push(`${path}:${line} imports ${specifier}: ${problem}`);
    }
  }
  return violations;
}

/** @returns what is wrong with one file importing another, if anything is */
function judge(path: string, target: string): string | undefined {
  const [area, stage] = path.split('/');
  const [targetArea, targetStage] = target.split('/');
  if (area === 'src') {
    if (stage === 'cli' && CLIENT_LIBRARY.test(target)) return undefined;
    if (targetArea !== 'src') return 'the product imports only from src/';
    const from = STAGES.indexOf(stage!);
    const to = STAGES.indexOf(targetStage!);
    if (from < 0) return `src/${stage} is no stage`;
    if (to < 0) return `src/${targetStage} is no stage`;
    return to > from ? `${stage} stands before ${targetStage}` : undefined;
  }
  if (area === 'client' && targetArea !== 'client') {
    const shared = SHARED_WITH_CLIENT.some((pattern) => pattern.test(target));
    return shared ? undefined : 'the client shares only the wire with the server';
  }
  return undefined;
}

/** The file that a relative specifier means: `./x.js` is written for `./x.ts`, the client's bundler takes `./x` and assets. */
export function resolveImport(from: string, specifier: string, tree: SourceTree): string | undefined {
  const path = posix.join(posix.dirname(from), specifier.replace(/\?.*$/, ''));
  const candidates = [
    path,
    path.replace(/\.js$/, '.ts'),
    path.replace(/\.mjs$/, '.mts'),
    `${path}.ts`,
    `${path}/index.ts`,
  ];
  const found = candidates.find((candidate) => tree.has(candidate));
  // Styles, pictures, data: not code, and of no stage unless they lie in one.
  return found ?? (/\.(css|svg|png|json|html|mjs)$/.test(path) ? path : undefined);
}
