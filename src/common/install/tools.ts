import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EmostreamError } from '../errors.js';

/** A package of npm's registry, and the hash it must have. */
export interface PinnedPackage {
  name: string;
  version: string;
  /** As the registry and lock files write it. */
  integrity: string;
}

const ADVICE: Record<string, string> = {
  python3:
    'Install Python 3 with pip (Debian: apt-get install python3-pip) and see that its package index is reachable.',
  npm: 'See that npm is installed and its registry is reachable.',
  tar: 'Install tar.',
  'g++': 'Install a C++ compiler (Debian: apt-get install g++).',
};

/**
 * Runs a program to its end.
 * @returns its standard output
 * @throws EmostreamError INSTALL_FAILED when it cannot be started or fails, with the line that tells why
 */
export function runTool(tool: string, args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    // The end is what tells; a compiler can say very much.
    child.stderr.on('data', (data: Buffer) => (errors = (errors + data.toString()).slice(-8000)));
    const fail = (why: string, cause?: Error): void => {
      const message = `${tool} ${why}. ${ADVICE[tool] ?? ''}`.trim();
      reject(new EmostreamError('INSTALL_FAILED', message, { cause }));
    };
    child.on('error', (error) => fail('did not start', error));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else fail(`failed (${signal ?? `exit ${code}`}): ${tellingLine(errors)}`);
    });
  });
}

/** pip tries again, tells why each time, and complains of something else in the end. */
const BROKEN = /connection broken by '\w+\('?(?:<[^>]*>: )?(?<why>.*?)'?\)'/u;

/** The one line of what a program said that tells most: the first that names an error, else the last. */
export function tellingLine(errors: string): string {
  const broken = BROKEN.exec(errors)?.groups?.['why'];
  if (broken) return broken;
  const lines = errors
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const line = lines.find((one) => /\berror\b.*\S/iu.test(one)) ?? lines.at(-1) ?? 'it said nothing';
  return line.slice(0, 400).replace(/\.+$/u, '');
}

/**
 * Unpacks an npm package, without its dependencies and without running its scripts, into `into` below `work`.
 * @param integrity what its archive must hash to; without it npm's own check against its registry is all there is
 * @throws EmostreamError INSTALL_FAILED when npm cannot bring it, or brings something else
 */
export async function fetchPackage(work: string, spec: string, into: string, integrity?: string): Promise<void> {
  const tarball = await pack(work, spec, integrity);
  await mkdir(join(work, into), { recursive: true });
  await runTool('tar', ['xzf', tarball, '-C', into, '--strip-components=1'], work);
  await rm(tarball);
}

/**
 * Unpacks some files of a package into `node_modules` below `work`: of one that is large nothing else touches the disk.
 * @param keep told a file's path within the package
 * @returns the paths of those that were kept
 * @throws EmostreamError INSTALL_FAILED as `fetchPackage`
 */
export async function fetchPart(
  work: string,
  { name, version, integrity }: PinnedPackage,
  keep: (path: string) => boolean,
): Promise<string[]> {
  const into = join('node_modules', name);
  const tarball = await pack(work, `${name}@${version}`, integrity);
  // Everything in it lies in a folder, `package` as a rule.
  const inside = (entry: string): string => entry.slice(entry.indexOf('/') + 1);
  const listed = (await runTool('tar', ['tzf', tarball], work)).split('\n');
  // A folder that is named brings all that is in it.
  const entries = listed.filter((entry) => !entry.endsWith('/') && keep(inside(entry)));
  await mkdir(join(work, into), { recursive: true });
  await runTool('tar', ['xzf', tarball, '-C', into, '--strip-components=1', ...entries], work);
  await rm(tarball);
  return entries.map(inside);
}

/** Unpacks packages into `node_modules` below `work`. */
export async function fetchModules(work: string, packages: readonly PinnedPackage[]): Promise<void> {
  for (const { name, version, integrity } of packages) {
    await fetchPackage(work, `${name}@${version}`, join('node_modules', name), integrity);
  }
}

/** @returns the package's archive, in `work` */
async function pack(work: string, spec: string, integrity: string | undefined): Promise<string> {
  const packed = await runTool('npm', ['pack', '--loglevel=error', spec], work);
  const tarball = join(work, packed.trim().split('\n').at(-1)!);
  if (integrity !== undefined) await checkIntegrity(tarball, spec, integrity);
  return tarball;
}

async function checkIntegrity(tarball: string, spec: string, integrity: string): Promise<void> {
  const digest = createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64');
  if (`sha512-${digest}` === integrity) return;
  const message = `What npm brought as ${spec} does not have the hash that it must have: see which registry npm asks.`;
  throw new EmostreamError('INSTALL_FAILED', message);
}
