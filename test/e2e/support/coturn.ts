import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFile } from '../../../bench/support/project-file.js';
import { findProgram } from '../../../scripts/setup/command.mjs';
import { freePort } from '../../support/free-port.js';

export const COTURN = findProgram(['turnserver']);

/** An address of this machine that is no loopback, if it has one. */
export const OWN_ADDRESS = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

/** Debian's coturn with our example of a configuration. */
export class Coturn {
  readonly url: string;
  readonly secret: string;
  readonly #child: ChildProcess;
  readonly #folder: string;
  /** What it says, and whom it knows. */
  log = '';

  private constructor(child: ChildProcess, folder: string, url: string, secret: string) {
    this.#child = child;
    this.#folder = folder;
    this.url = url;
    this.secret = secret;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (this.log += String(text)));
  }

  static async start(address: string): Promise<Coturn> {
    const folder = mkdtempSync(join(tmpdir(), 'emostream-turn-'));
    const port = await freePort();
    const secret = 'a-secret-that-both-know';
    let text = readFileSync(projectFile('deploy/turnserver.conf'), 'utf8');
    // What is of another machine: its certificate, its ports and where the server is.
    for (const [from, to] of [
      [/^listening-port=.*$/m, `listening-port=${port}\nlistening-ip=${address}\nrelay-ip=${address}`],
      [/^tls-listening-port=.*$/m, 'no-tls\nno-dtls'],
      [/^(cert|pkey|no-tlsv1.*)\b.*$/gm, ''],
      [/^static-auth-secret=.*$/m, `static-auth-secret=${secret}`],
      [/^allowed-peer-ip=.*$/m, `allowed-peer-ip=${address}`],
    ] as const) {
      if (!from.test(text)) throw new Error(`deploy/turnserver.conf has no ${String(from)}`);
      text = text.replace(from, to);
    }
    const file = join(folder, 'turnserver.conf');
    writeFileSync(file, `${text}\nverbose\nlog-file=stdout\npidfile=${folder}/pid\nuserdb=${folder}/db\n`);
    const child = spawn(COTURN ?? '', ['-c', file], { stdio: ['ignore', 'pipe', 'pipe'] });
    const coturn = new Coturn(child, folder, `turn:${address}:${port}?transport=tcp`, secret);
    while (!coturn.log.includes(`listener opened on : ${address}:${port}`)) {
      if (child.exitCode !== null) throw new Error(`coturn ended: ${coturn.log}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return coturn;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    if (this.#child.kill('SIGKILL')) await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
