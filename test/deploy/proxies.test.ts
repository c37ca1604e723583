import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { projectFile } from '../../bench/support/project-file.js';
import { findProgram } from '../../scripts/setup/command.mjs';
import { freePort } from '../support/free-port.js';
import { startServer, type TestServer } from '../server/support/test-server.js';
import { fileText } from './support.js';

const cert = projectFile('test/server/fixtures/localhost-cert.pem');
const key = projectFile('test/server/fixtures/localhost-key.pem');
const ca = readFileSync(cert);

interface Ports {
  front: number;
  back: number;
}
interface Proxy {
  program: string;
  /** The example with this machine's ports and certificate in place of its own. @returns how it is started */
  prepare(folder: string, ports: Ports): string[];
}

const replaced = (text: string, pairs: readonly [string, string][]): string => {
  for (const [from, to] of pairs) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  return text;
};

const PROXIES: Proxy[] = [
  {
    program: 'nginx',
    prepare: (folder, { front, back }) => {
      const site = replaced(fileText('deploy/nginx.conf'), [
        ['127.0.0.1:8080', `127.0.0.1:${back}`],
        ['listen 443 ssl', `listen 127.0.0.1:${front} ssl`],
        ['server_name calls.example', 'server_name localhost'],
        ['/etc/nginx/emostream-cert.pem', cert],
        ['/etc/nginx/emostream-key.pem', key],
      ]);
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((kind) => `${kind}_temp_path ${folder}/${kind};`)
        .join(' ');
      const main = [
        `daemon off; pid ${folder}/nginx.pid; error_log stderr; worker_processes 1;`,
        'events {}',
        `http { access_log off; ${temporary}`,
        site,
        '}',
      ].join('\n');
      writeFileSync(join(folder, 'nginx.conf'), main);
      return ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')];
    },
  },
  {
    program: 'caddy',
    prepare: (folder, { front, back }) => {
      const site = replaced(fileText('deploy/Caddyfile'), [
        ['127.0.0.1:8080', `127.0.0.1:${back}`],
        ['calls.example {', `https://localhost:${front} {\n\tbind 127.0.0.1\n\ttls ${cert} ${key}`],
      ]);
      writeFileSync(join(folder, 'Caddyfile'), `{\n\tadmin off\n\tauto_https disable_redirects\n}\n${site}`);
      return ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')];
    },
  },
];

for (const { program, prepare } of PROXIES) {
  // Debian keeps servers where users do not look.
  const path = findProgram([program], { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` });
  if (!path) console.warn(`passed over: ${program} is not here; its example in deploy/ is not tried`);

  describe.skipIf(!path)(`${program}, by its example`, () => {
    let subject: TestServer;
    let proxy: ChildProcess;
    let front: number;
    let said = '';
    let folder: string;

    const ask = async (target: string) => {
      // fetch would tidy the path, and takes no certificate.
      const headers = { host: `localhost:${front}` };
      const sent = get({ host: '127.0.0.1', servername: 'localhost', port: front, path: target, ca, headers });
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      let body = '';
      for await (const chunk of response) body += String(chunk);
      return { status: response.statusCode, headers: response.headers, body };
    };
    const open = async (
      token: string,
      { from = '127.0.0.1', forged = '', origin = `https://localhost:${front}` } = {},
    ) => {
      const socket = new WebSocket(`wss://localhost:${front}/calls/ws`, ['emostream.v1', `bearer.${token}`], {
        ...{ ca, origin, localAddress: from, family: 4 },
        headers: forged === '' ? {} : { 'X-Forwarded-For': forged },
      });
      const opened = once(socket, 'open').then(() => 101);
      const refused = once(socket, 'unexpected-response').then(
        ([, response]) => (response as IncomingMessage).statusCode,
      );
      socket.on('error', () => undefined);
      return { socket, status: await Promise.race([opened, refused]) };
    };

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'emostream-proxy-'));
      const clientDir = join(folder, 'page');
      mkdirSync(join(clientDir, 'assets'), { recursive: true });
      mkdirSync(join(clientDir, 'overlay'));
      writeFileSync(join(clientDir, 'index.html'), '<!doctype html><script src="./assets/a.js"></script>');
      writeFileSync(join(clientDir, 'overlay', 'index.html'), '<!doctype html>overlay');
      writeFileSync(join(clientDir, 'assets', 'a.js'), 'export {}');
      subject = await startServer({ trustedProxies: ['127.0.0.1'], maxConnectionsPerAddress: 2 }, { clientDir });
      front = await freePort();
      proxy = spawn(path ?? '', prepare(folder, { front, back: subject.server.port }), {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
      });
      for (const stream of [proxy.stdout, proxy.stderr]) stream?.on('data', (text) => (said += String(text)));
      for (;;) {
        if (proxy.exitCode !== null) throw new Error(`${program} ended: ${said}`);
        const answer = await ask('/calls/healthz').catch(() => undefined);
        if (answer?.body === 'ok') break;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    afterAll(async () => {
      const ended = once(proxy, 'exit');
      // At once, for nginx with its worker.
      if (proxy.kill('SIGTERM')) await ended;
      await subject.close();
      rmSync(folder, { recursive: true });
    });

    it('gives the page, its files and the overlay under the path, and nothing beside it', async () => {
      expect(await ask('/calls/')).toMatchObject({
        status: 200,
        body: expect.stringContaining('./assets/a.js') as string,
      });
      expect((await ask('/calls/assets/a.js')).headers['cache-control']).toContain('immutable');
      expect((await ask('/calls/overlay/room?participant=a')).body).toContain('overlay');
      const { status, headers } = await ask('/calls');
      expect([status, headers.location]).toEqual([301, expect.stringMatching(/\/calls\/$/) as string]);
      for (const beside of ['/', '/ws', '/healthz']) expect((await ask(beside)).body).not.toMatch(/^ok$|doctype/);
      expect((await ask('/calls/')).headers['strict-transport-security']).toContain('max-age');
    });

    it.each([
      '/calls/metrics',
      '/calls//metrics',
      '/calls/%6detrics',
      '/calls/x/../metrics',
      '/calls/metrics?a',
      '/calls/./metrics',
    ])('does not give %s', async (target) => {
      const { status, body } = await ask(target);
      expect([403, 404, 308, 301]).toContain(status);
      expect(body).not.toBe('metrics');
    });

    it('hands sockets through, to pages of its own origin', async () => {
      const { socket, status } = await open(await subject.token());
      expect(status).toBe(101);
      const [beat] = (await once(socket, 'message')) as [Buffer];
      expect(JSON.parse(beat.toString())).toMatchObject({ type: 'beat' });
      socket.close();
      await once(socket, 'close');
      expect((await open(await subject.token(), { origin: 'https://evil.example' })).status).toBe(403);
      expect((await open('a.b.c')).status).toBe(401);
    });

    it('says who asks, and not whom they say they are', async () => {
      const token = await subject.token();
      const held = [];
      for (const forged of ['203.0.113.1', '203.0.113.2']) held.push(await open(token, { from: '127.0.0.2', forged }));
      expect(held.map(({ status }) => status)).toEqual([101, 101]);
      // Two are the most of an address, whatever it calls itself; another address is another.
      expect((await open(token, { from: '127.0.0.2', forged: '203.0.113.3' })).status).toBe(503);
      const other = await open(token, { from: '127.0.0.3' });
      expect(other.status).toBe(101);
      for (const { socket } of [...held, other]) socket.terminate();
    });
  });
}

it.skipIf(!findProgram(['caddy']))('Caddy finds its example well formatted', () => {
  const { status, stdout } = spawnSync('caddy', ['fmt', projectFile('deploy/Caddyfile')], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([0, fileText('deploy/Caddyfile')]);
});
