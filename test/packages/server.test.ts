import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callRecording } from '../../bench/support/call-recording.js';
import { SyntheticPeer } from '../../bench/support/index.js';
import { projectFile } from '../../bench/support/project-file.js';
import type { Recording } from '../../bench/support/recording.js';
import type { RoomEvent } from '../../src/events/schema.js';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';
import { SECRET } from '../server/support/test-server.js';
import { EmptyProject } from './empty-project.js';

const tool = (path: string) => projectFile(join('node_modules', path));
const project = new EmptyProject();
let tarball: string;

beforeAll(async () => {
  await project.node([projectFile('scripts/package-types.mjs')]);
  tarball = await project.install(projectFile('.'));
  project.link('@types/node');
  // The application's own mediasoup: another copy than the product's, as another version would be.
  project.copy('mediasoup');
  project.link('mediasoup', 'node_modules/emostream');
});
afterAll(() => project.remove());

const examples = [...readFileSync(projectFile('docs/embedding.md'), 'utf8').matchAll(/```ts\n([\s\S]*?)```/g)].map(
  ([, code]) => code!,
);
const installed = () => join(project.folder, 'node_modules/emostream');
const options =
  '--http-port=0 --rtc-workers=1 --analysis-processes=1 --engine=wasm --speech=off --log-level=silent'.split(' ');

/** A program of the project's that runs until it is ended. */
async function start(args: string[], ready: RegExp, env: NodeJS.ProcessEnv = {}): Promise<[ChildProcess, string]> {
  const child = spawn(process.execPath, args, {
    cwd: project.folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  let said = '';
  for await (const line of createInterface({ input: child.stdout })) {
    said += `${line}\n`;
    const [, told] = ready.exec(line) ?? [];
    if (told === undefined) continue;
    child.stdout.resume();
    return [child, told];
  }
  throw new Error(`it ended before it was ready:\n${said}`);
}

async function end(child: ChildProcess): Promise<number | null> {
  const exited = once(child, 'exit') as Promise<[number | null]>;
  child.kill('SIGTERM');
  return (await exited)[0];
}

it('is in order by publint and attw', async () => {
  await project.node([tool('publint/src/cli.js'), 'run', tarball, '--strict']);
  await project.node([tool('@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'esm-only']);
});

it('has what it needs at run time and nothing else: no sources, no tests, no maps', () => {
  const files = readdirSync(installed(), { recursive: true }).map(String);
  const odd = files.filter(
    (path) =>
      (/\.(ts|map|tsbuildinfo)$/.test(path) && !path.endsWith('.d.ts')) ||
      /^dist\/(test|bench|deploy)|^(src|test)\//.test(path),
  );
  expect(odd.filter((path) => !path.startsWith('node_modules'))).toEqual([]);
  for (const path of [
    'bin/emostream.mjs',
    'dist/client/index.html',
    'dist/client/emostream.js',
    'models/fusion/model.json',
  ]) {
    expect(files, path).toContain(path);
  }
});

it('has types for strict TypeScript, in its examples too, whose mediasoup is another copy', async () => {
  examples.forEach((code, index) => project.write(`example-${index}.ts`, code));
  for (const moduleResolution of ['nodenext', 'bundler']) {
    const compilerOptions = {
      ...{ strict: true, noEmit: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
      ...{ target: 'es2023', lib: ['es2023', 'esnext.disposable'], types: ['node'], skipLibCheck: true },
      ...{ moduleResolution, module: moduleResolution === 'bundler' ? 'esnext' : 'nodenext' },
    };
    project.write('tsconfig.json', JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    await project.node([tool('typescript/bin/tsc'), '-p', '.']).catch((error: Error & { stdout: string }) => {
      throw new Error(error.stdout);
    });
  }
});

it('serves from the tarball, writes nothing into node_modules, and ends in order', async () => {
  const before = readdirSync(installed(), { recursive: true }).length;
  const [child, url] = await start(
    ['node_modules/emostream/bin/emostream.mjs', 'serve', ...options],
    /emostream is ready: (\S+)\//,
  );
  const page = await (await fetch(`${url}/`)).text();
  expect(page).toContain('<title>');
  const manifest = JSON.parse(readFileSync(join(installed(), 'package.json'), 'utf8')) as { version: string };
  expect(await (await fetch(`${url}/api/info`)).json()).toMatchObject({ version: manifest.version, engine: 'wasm' });
  expect(await end(child)).toBe(0);
  expect(readdirSync(installed(), { recursive: true }).length).toBe(before);
});

it('runs as the page’s first example says', async () => {
  const [first] = examples;
  expect(first).toContain('process.env.SECRET');
  project.write('first.ts', first!);
  const quiet = { EMOSTREAM_LOG_LEVEL: 'silent', EMOSTREAM_RTC_WORKERS: '1', EMOSTREAM_SPEECH: 'off' };
  const env = { SECRET, EMOSTREAM_ENGINE: 'wasm', ...quiet };
  const { stdout } = await project.node(['--experimental-strip-types', '--no-warnings', 'first.ts'], env);
  expect(stdout).toMatch(/^calls at http:\/\/127\.0\.0\.1:\d+\n[\w-]+\.[\w-]+\.[\w-]+\n$/);
});

describe('the example of a mediasoup application', () => {
  const app = projectFile('examples/mediasoup/app.mjs');
  let child: ChildProcess | undefined;
  let base: string;
  const peers: SyntheticPeer[] = [];

  beforeAll(async () => {
    cpSync(app, join(project.folder, 'app.mjs'));
    const workerBin = findWorkerBinary();
    const env = {
      ...{ EMOSTREAM_ENGINE: 'wasm', EMOSTREAM_LOG_LEVEL: 'silent', EMOSTREAM_JWT_SECRET: SECRET },
      ...(workerBin === undefined ? {} : { MEDIASOUP_WORKER_BIN: workerBin }),
    };
    const [running, port] = await start(['app.mjs', '0'], /^ready at port (\d+)$/, env);
    [child, base] = [running, `http://127.0.0.1:${port}`];
  });
  afterAll(async () => {
    for (const peer of peers) peer.close();
    if (child) await end(child);
  });

  const ask = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${base}/people/${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('has under 100 lines, and uses mediasoup of its own', () => {
    expect(readFileSync(app, 'utf8').split('\n').length).toBeLessThan(100);
    expect(existsSync(join(installed(), 'node_modules/mediasoup'))).toBe(true);
  });

  it('makes events of RTP that is sent to it, from consent until its withdrawal', async () => {
    expect(await ask('POST', 'ada', {})).toEqual({ status: 200, body: { participant: 'ada' } });
    expect(await ask('POST', 'ada', {})).toMatchObject({ status: 400, body: { code: 'WRONG_STATE' } });
    const { video, audio } = callRecording();
    for (const recording of [
      { video, audio: null },
      { video: null, audio },
    ] satisfies Recording[]) {
      const peer = await SyntheticPeer.sendTo(
        async (wanted) => {
          const { body } = await ask('POST', 'ada/tracks', wanted.video ?? wanted.audio ?? undefined);
          return { port: Number(body.port), close: () => undefined };
        },
        { recording, seed: peers.length + 1 },
      );
      peer.start();
      peers.push(peer);
    }
    const stream = await fetch(`${base}/people/ada/events`);
    const told: RoomEvent[] = [];
    const reading = (async () => {
      let text = '';
      for await (const chunk of stream.body!) {
        text += Buffer.from(chunk as Uint8Array).toString();
        const blocks = text.split('\n\n');
        text = blocks.pop()!;
        told.push(...blocks.map((block) => JSON.parse(block.slice('data: '.length)) as RoomEvent));
      }
    })();
    await ask('PUT', 'ada/consent', { face: true, voice: true });
    const judged = () => told.find((event) => event.type === 'emotion' && event.face.present && event.voice.present);
    await expect.poll(judged).toBeDefined();
    expect(told[0]).toMatchObject({ type: 'begin', room: 'main', participant: 'ada' });

    const { body } = await ask('DELETE', 'ada/consent');
    expect(body).toMatchObject({ generation: 2, consent: { face: false, voice: false, words: false } });
    await expect.poll(() => told.at(-1)?.type).toBe('end');
    expect(told.at(-1)).toMatchObject({ reason: 'consent-withdrawn' });
    await ask('DELETE', 'ada');
    await reading;
    expect(told.at(-1)).toMatchObject({ type: 'end', reason: 'consent-withdrawn' });
  });

  it('has emostream’s own routes on the same server', async () => {
    expect(await (await fetch(`${base}/emostream/api/info`)).json()).toMatchObject({ engine: 'wasm', openDoor: false });
    expect((await fetch(`${base}/elsewhere`)).status).toBe(404);
  });
});
