import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { npmProgram } from '../../scripts/setup/node-runtime.mjs';
import { projectFile } from '../../bench/support/project-file.js';

const run = promisify(execFile);
const NPM = npmProgram();

export interface Ran {
  stdout: string;
  stderr: string;
}

/**
 * A folder with nothing in it but packages as they would be published, and what these say that they need: linked from here, so that the
 * test asks no registry, and nothing that they forgot to name is found.
 */
export class EmptyProject {
  readonly folder = mkdtempSync(join(tmpdir(), 'emostream-project-'));
  readonly #environment = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ''}` };

  constructor() {
    writeFileSync(join(this.folder, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }\n');
    mkdirSync(join(this.folder, 'node_modules'));
  }

  /** Packs a package, unpacks it, and links what it names. @returns the tarball */
  async install(folder: string): Promise<string> {
    const out = join(this.folder, '.packed');
    mkdirSync(out, { recursive: true });
    await run(NPM, ['pack', '--silent', '--ignore-scripts', '--pack-destination', out], {
      cwd: folder,
      env: this.#environment,
    });
    const tarball = join(out, readdirSync(out).at(-1)!);
    const { name, dependencies, peerDependencies } = JSON.parse(
      readFileSync(join(folder, 'package.json'), 'utf8'),
    ) as Record<'name', string> & Record<'dependencies' | 'peerDependencies', object | undefined>;
    const target = join(this.folder, 'node_modules', name);
    mkdirSync(target, { recursive: true });
    await run('tar', ['xzf', tarball, '--strip-components=1', '-C', target]);
    for (const needed of Object.keys({ ...dependencies, ...peerDependencies })) {
      // An optional one may not be here either.
      if (existsSync(projectFile(join('node_modules', needed)))) this.link(needed);
    }
    return tarball;
  }

  /** @param into the package that gets one of its own */
  link(name: string, into = '.'): void {
    const at = join(this.folder, into, 'node_modules', name);
    mkdirSync(dirname(at), { recursive: true });
    symlinkSync(projectFile(join('node_modules', name)), at);
  }

  /** A copy of the project's own in place of the link: to Node it is another package, as another version would be. */
  copy(name: string): void {
    const at = join(this.folder, 'node_modules', name);
    rmSync(at);
    cpSync(realpathSync(projectFile(join('node_modules', name))), at, { recursive: true });
    const { dependencies } = JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as { dependencies: object };
    for (const needed of Object.keys(dependencies)) {
      if (![this.folder, at].some((folder) => existsSync(join(folder, 'node_modules', needed)))) this.link(needed);
    }
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  /** Runs a file by Node, or a tool of this repository. */
  node(args: string[], env: Record<string, string> = {}): Promise<Ran> {
    return run(process.execPath, args, { cwd: this.folder, env: { ...this.#environment, ...env } });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
