import { existsSync, readFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { BUILD_PACKAGES } from '../../scripts/setup/worker-build.mjs';
import { inRange } from '../../scripts/setup/versions.mjs';
import { configSchema } from '../../src/config/schema.js';
import { MEDIA_PORTS } from '../../src/sfu/media-ports.js';
import { OPTIONS, assignments, dockerStages, fileText } from './support.js';

const stages = dockerStages(fileText('Dockerfile'));
const worker = stages.find(([from]) => from?.rest.endsWith(' AS worker')) ?? [];
const image = stages.at(-1) ?? [];
const all = (instructions: typeof image, wanted: string) =>
  instructions.filter(({ name }) => name === wanted).map(({ rest }) => rest);
const env = assignments(all(image, 'ENV').join(' '));

describe('the image', () => {
  it('has the Node that package.json asks for, on the Debian whose libraries it names', () => {
    const { engines } = JSON.parse(fileText('package.json')) as { engines: { node: string } };
    const [, major] = /^node:(\d+)-bookworm-slim AS base$/.exec(all(stages[0] ?? [], 'FROM')[0] ?? '') ?? [];
    expect(inRange(`${major}.99.0`, engines.node)).toBe(true);
    expect(all(image, 'FROM')).toEqual(['base']);
  });

  it('is not run by root, and keeps what is fetched and recorded in volumes of its user', () => {
    expect(all(image, 'USER')).toEqual(['1000:1000']);
    const volumes = JSON.parse(all(image, 'VOLUME')[0] ?? '[]') as string[];
    expect(volumes).toContain(`${env.get('XDG_CACHE_HOME')}/emostream`);
    const made = /install -d -o 1000 -g 1000 (\S+(?: \/\S+)*)/.exec(all(image, 'RUN').join(' '))?.[1]?.split(' ');
    expect(made).toEqual(volumes);
  });

  it('sets options that there are, and exposes the ports that they name', () => {
    const options = [...env.keys()].filter((key) => key.startsWith('EMOSTREAM_'));
    expect(options.length).toBeGreaterThan(1);
    for (const option of options) expect(OPTIONS).toContain(option);
    const media = Number(env.get('EMOSTREAM_RTC_PORT'));
    expect(media).toBeGreaterThanOrEqual(MEDIA_PORTS.min);
    expect(media).toBeLessThanOrEqual(MEDIA_PORTS.max);
    const { httpPort } = configSchema.parse({});
    expect(all(image, 'EXPOSE')).toEqual([`${httpPort}/tcp 9464/tcp ${media}/udp ${media}/tcp`]);
  });

  it('builds the worker in a stage that has all files of the set-up that this needs, and no other', () => {
    const copied = all(worker, 'COPY').flatMap((rest) => rest.split(/\s+/).slice(0, -1));
    for (const path of copied) expect(existsSync(projectFile(path)), path).toBe(true);
    expect(copied.filter((path) => !/^(scripts\/|package|\.npmrc)/.test(path))).toEqual([]);
    const seen = imported('scripts/setup.mjs');
    expect(seen.size).toBeGreaterThan(15);
    for (const path of [...seen, 'scripts/mediasoup-worker/CMakeLists.txt', 'scripts/setup/worker-check.mjs']) {
      expect(
        copied.some((from) => path === from || path.startsWith(`${from}/`)),
        path,
      ).toBe(true);
    }
    expect(all(worker, 'RUN').join()).toContain('node scripts/setup.mjs worker ');
  });

  it('has the libraries that the worker is linked with', () => {
    // Debian 12's names; FlatBuffers is compiled in.
    const runTime: Record<string, string> = {
      'libabsl-dev': 'libabsl20220623',
      'libsrtp2-dev': 'libsrtp2-1',
      'libssl-dev': 'libssl3',
      'libuv1-dev': 'libuv1',
    };
    const linked = BUILD_PACKAGES.filter((name) => /^lib.*-dev$/.test(name) && name !== 'libflatbuffers-dev');
    const installed = all(image, 'RUN').join(' ').split(/\s+/);
    for (const name of linked) expect(installed, name).toContain(runTime[name]);
  });

  it('can be made for both platforms: what is native in the packages is there for each', () => {
    const { packages } = JSON.parse(fileText('package-lock.json')) as { packages: Record<string, { dev?: boolean }> };
    const native = Object.keys(packages).filter((path) => /linux-x64$/.test(path) && !packages[path]?.dev);
    expect(native.length).toBeGreaterThan(1);
    for (const path of native) expect(Object.keys(packages)).toContain(path.replace(/x64$/, 'arm64'));
  });

  it('is made of files that there are', () => {
    const own = all(image, 'COPY').filter((rest) => !rest.startsWith('--from='));
    expect(own.length).toBeGreaterThan(1);
    for (const path of own.flatMap((rest) => rest.split(/\s+/).slice(0, -1)))
      expect(existsSync(projectFile(path)), path).toBe(true);
    const left = fileText('.dockerignore').split('\n');
    for (const path of ['.git', 'node_modules', 'dist', '**/.env']) expect(left).toContain(path);
  });
});

/** A script and all that it imports of the project, by paths in the project. */
function imported(path: string, seen = new Set<string>()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  const text = readFileSync(projectFile(path), 'utf8');
  for (const [, to = ''] of text.matchAll(/^(?:import|export) .*?from '(\.[^']+)';$/gms))
    imported(posix.join(posix.dirname(path), to), seen);
  return seen;
}

describe('its health check', () => {
  const [, check = ''] = /CMD (\[.*\])$/.exec(all(image, 'HEALTHCHECK')[0] ?? '') ?? [];
  const command = JSON.parse(check || '[]') as string[];

  async function run(port: number): Promise<{ status: number; said: string }> {
    const child = spawn(process.execPath, command.slice(1), {
      cwd: projectFile('.'),
      env: { ...process.env, EMOSTREAM_HTTP_PORT: String(port) },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr.on('data', (data: Buffer) => (said += data.toString()));
    const [status] = (await once(child, 'close')) as [number];
    return { status, said };
  }

  it('goes by what /healthz answers', async () => {
    expect(command[0]).toBe('node');
    let answer = 200;
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(answer).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await run(port)).toEqual({ status: 0, said: '' });
    expect(asked).toEqual(['/healthz']);
    answer = 503;
    expect(await run(port)).toMatchObject({ status: 1, said: expect.stringContaining('503') as string });
    server.close();
    await once(server, 'close');
    expect(await run(port)).toMatchObject({ status: 1, said: expect.stringContaining('ECONNREFUSED') as string });
  });
});
