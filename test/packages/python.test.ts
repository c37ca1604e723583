import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { pythonTypes } from '../../scripts/python-types.mjs';
import { eventJson } from '../../src/server/api/json-schemas.js';
import { Relay } from '../client/support/relay.js';
import { emotionEvent as scripted, ScriptedServer, until } from '../client/support/scripted-server.js';
import { emotionEvent } from '../server/support/emotion-event.js';
import { gapEvent, startServer, type TestServer } from '../server/support/test-server.js';

const run = promisify(execFile);
const FOLDER = projectFile('clients/python');
const home = mkdtempSync(join(tmpdir(), 'emostream-python-'));
const python = join(home, 'bin', 'python');

/** Installs the package with what it needs into a folder of its own. @returns why that cannot be done here */
function install(): string | null {
  const version = spawnSync('python3', ['-c', 'import sys, venv, ensurepip; print(sys.version_info >= (3, 11))']);
  if (version.status !== 0 || !String(version.stdout).startsWith('True'))
    return 'no Python 3.11 with venv is installed';
  const made = spawnSync('python3', ['-m', 'venv', home]);
  // From a copy: building leaves files beside the sources.
  spawnSync('cp', ['-r', FOLDER, join(home, 'source')]);
  const pip = spawnSync(python, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    join(home, 'source'),
  ]);
  if (made.status !== 0) return 'python3 -m venv fails';
  return pip.status === 0 ? null : `pip cannot install it (does it reach PyPI?): ${String(pip.stderr).slice(-300)}`;
}
const lack = install();
if (lack) console.warn(`the Python client is not tested: ${lack}`);
afterAll(() => rmSync(home, { recursive: true, force: true }));

it('the types are generated from the schemas: run `npm run docs:api` where this fails', () => {
  expect(readFileSync(join(FOLDER, 'src/emostream/types.py'), 'utf8')).toBe(pythonTypes(eventJson));
});

interface Item {
  type?: string;
  seq?: number;
  [key: string]: unknown;
}

describe.skipIf(lack !== null)('the Python client', () => {
  let children: ChildProcess[] = [];
  const stop = () => {
    for (const child of children) child.kill();
    children = [];
  };

  /** A feed in a Python process. It ends after so many items. */
  function listen(
    url: string,
    token: string,
    count: number,
    options: object = {},
  ): { items: Item[]; ended: Promise<void> } {
    const args = [join(FOLDER, 'tests/listen.py'), String(count), JSON.stringify(options)];
    const child = spawn(python, args, {
      env: { ...process.env, SERVER: url, TOKEN: token },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children.push(child);
    const items: Item[] = [];
    createInterface(child.stdout).on('line', (line) => items.push(JSON.parse(line) as Item));
    return { items, ended: new Promise((resolve) => child.once('close', () => resolve())) };
  }

  describe('with the real server', () => {
    let server: TestServer;
    let relay: Relay;
    beforeEach(async () => {
      server = await startServer({ heartbeat: 200 });
      relay = await Relay.start(server.server.port);
    });
    afterEach(async () => {
      stop();
      await relay.close();
      await server.close();
    });

    it('hears events, and resumes after a connection that died without a word', async () => {
      const url = `http://127.0.0.1:${relay.port}`;
      const { items, ended } = listen(url, await server.token(), 4, { since_seq: 0 });
      server.bus.publish(emotionEvent(1));
      await until(() => items.length === 1);
      relay.forget();
      for (let index = 0; index < 3; index++) server.bus.publish(gapEvent());
      await ended;
      expect(items.map(({ type, seq }) => [type, seq])).toEqual([
        ['emotion', 1],
        ['gap', 2],
        ['gap', 3],
        ['gap', 4],
        [undefined, undefined],
      ]);
      expect(items.at(-1)).toMatchObject({ place: { sinceSeq: 4 } });
      expect(relay.taken).toBe(2);
    });

    it('is narrowed, and told what is missed', async () => {
      for (let index = 0; index < 120; index++) server.bus.publish(index % 2 ? gapEvent() : emotionEvent(index));
      const url = `http://127.0.0.1:${server.server.port}`;
      const { items, ended } = listen(url, await server.token(), 3, { since_seq: 0, types: ['gap'] });
      await ended;
      expect(items.slice(0, 3)).toMatchObject([
        { type: 'missed', fromSeq: 1, toSeq: 20, reason: 'expired' },
        { type: 'gap', seq: 22 },
        { type: 'gap', seq: 24 },
      ]);
    });

    it('moderates', async () => {
      const ada = await server.connect({}, { subject: 'ada' });
      await ada.join();
      const code = [
        'import asyncio, json, os',
        'from emostream import EmostreamError, moderate',
        'async def main():',
        '    where = os.environ["SERVER"], os.environ["TOKEN"]',
        '    print(json.dumps(await moderate(*where, "removeParticipant", participant="ada")))',
        '    try:',
        '        await moderate(*where, "endRoom")',
        '    except EmostreamError as error:',
        '        print(error.code)',
        'asyncio.run(main())',
      ].join('\n');
      const TOKEN = await server.token({ moderate: true });
      const env = { ...process.env, SERVER: `http://127.0.0.1:${server.server.port}`, TOKEN };
      const { stdout } = await run(python, ['-c', code], { env });
      const [removed = '', refused] = stdout.trim().split('\n');
      expect(JSON.parse(removed)).toEqual({ until: expect.any(Number) as number });
      expect(refused).toBe('NOT_FOUND');
      expect(await ada.ended()).toMatchObject({ code: 4003 });
    });

    it('ends with the server’s code where its token does not do', async () => {
      const url = `http://127.0.0.1:${server.server.port}`;
      const forbidden = listen(url, await server.token({ subscribe: false }), 1);
      const unknown = listen(url, 'a.b.c', 1);
      await Promise.all([forbidden.ended, unknown.ended]);
      expect(forbidden.items[0]).toEqual({ error: 'FORBIDDEN' });
      expect(unknown.items[0]).toEqual({ error: 'UNAUTHENTICATED' });
    });
  });

  it('goes to the server that is named, and comes back by another when that is gone', async () => {
    const [first, second] = [await ScriptedServer.start(), await ScriptedServer.start()];
    first.script.subscribe = () => ({ error: { code: 'MOVED', message: 'elsewhere', url: second.url } });
    const { items, ended } = listen(first.url, 'a.b.c', 2);
    await until(() => second.requests.length === 1);
    second.send(scripted(1));
    await until(() => items.length === 1);
    first.script = {};
    await second.close();
    await until(() => first.requests.length === 2);
    first.send(scripted(2));
    await ended;
    expect(items.map(({ seq }) => seq)).toEqual([1, 2, undefined]);
    stop();
    await first.close();
  });

  it('ignores what a later server adds', async () => {
    const server = await ScriptedServer.start();
    const { items, ended } = listen(server.url, 'a.b.c', 2);
    await until(() => server.requests.length === 1);
    server.send({ ...scripted(1), mood: 'sunny' });
    server.send({ type: 'gesture', room: 'room-1', participant: 'p1', epoch: 'e1', seq: 2 });
    server.send({ type: 'weather' });
    server.send(scripted(3));
    await ended;
    expect(items.map(({ seq }) => seq)).toEqual([1, 3, undefined]);
    stop();
    await server.close();
  });

  it('runs the example of its page', async () => {
    const server = await startServer();
    const [example = ''] = [
      ...readFileSync(join(FOLDER, 'README.md'), 'utf8').matchAll(/```python\n([\s\S]*?)```/g),
    ].map(([, code]) => code!);
    const timer = setInterval(() => {
      server.bus.publish(emotionEvent(1));
      server.bus.publish({ type: 'end', room: 'room', participant: 'alice', at: 0, reason: 'left' });
    }, 100);
    const env = { ...process.env, SERVER: `http://127.0.0.1:${server.server.port}`, TOKEN: await server.token() };
    const { stdout } = await run(python, ['-c', example], { env });
    clearInterval(timer);
    expect(stdout).toMatch(/^alice neutral 0\.9$/m);
    await server.close();
  });
});
