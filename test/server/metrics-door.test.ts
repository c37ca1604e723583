import { request } from 'node:http';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/schema.js';
import { startServer, type TestServer } from './support/test-server.js';

const METRICS_TOKEN = 'a-token-for-prometheus';
let subject: TestServer;
afterEach(() => subject.close());

const ask = async (headers: Record<string, string> = {}, url = subject.server.url + '/metrics') => {
  const sent = request(url.replace('localhost', '127.0.0.1'), { headers }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, body };
};
const start = async (config: Partial<Config>) => (subject = await startServer(config));

test('on loopback they are given as ever, but not through a proxy, nor to a name that was made to lead here', async () => {
  await start({});
  expect(await ask()).toEqual({ status: 200, body: 'metrics' });
  for (const header of ['X-Forwarded-For', 'Forwarded', 'Via', 'X-Real-IP']) {
    expect(await ask({ [header]: '192.0.2.1' })).toMatchObject({ status: 403 });
  }
  expect(await ask({ host: 'evil.example' })).toMatchObject({ status: 403 });
  expect(subject.server.metricsUrl).toBe(`${subject.server.url}/metrics`);
});

describe('beyond loopback', () => {
  test('they are closed, to this machine as well', async () => {
    await start({ host: '0.0.0.0' });
    const { status, body } = await ask();
    expect(status).toBe(403);
    expect(body).toMatch(/metricsPort.*metricsToken/);
    expect(subject.server.metricsUrl).toBeUndefined();
  });

  test('with a token they are given to whoever shows it', async () => {
    await start({ host: '0.0.0.0', metricsToken: METRICS_TOKEN });
    expect(await ask({ authorization: `Bearer ${METRICS_TOKEN}`, 'x-forwarded-for': '192.0.2.1' })).toMatchObject({
      status: 200,
    });
    for (const wrong of [undefined, 'Bearer ', `Bearer ${METRICS_TOKEN}x`, `Basic ${METRICS_TOKEN}`]) {
      expect(await ask(wrong === undefined ? {} : { authorization: wrong })).toMatchObject({ status: 401 });
    }
  });

  test('on a port of their own there is nothing else, and they are nowhere else', async () => {
    await start({ host: '0.0.0.0', metricsHost: '127.0.0.1', metricsPort: 0 });
    const url = subject.server.metricsUrl ?? '';
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    expect(await ask({}, url)).toEqual({ status: 200, body: 'metrics' });
    for (const path of ['/', '/readyz', '/ws', '/metrics/../readyz', '/api/info']) {
      expect(await ask({}, url.replace('/metrics', path))).toMatchObject({ status: 404 });
    }
    expect(await ask()).toMatchObject({ status: 404 });
    const outside = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    const { address } = outside.find(({ internal, family }) => !internal && family === 'IPv4') ?? {};
    if (address === undefined) console.warn('passed over: this machine has no address but loopback');
    else await expect(ask({}, url.replace('127.0.0.1', address))).rejects.toThrow(/ECONNREFUSED/);
  });

  test('and there, too, a token may be wanted', async () => {
    await start({ metricsPort: 0, metricsToken: METRICS_TOKEN });
    const url = subject.server.metricsUrl ?? '';
    expect(await ask({}, url)).toMatchObject({ status: 401 });
    expect(await ask({ authorization: `Bearer ${METRICS_TOKEN}` }, url)).toMatchObject({ status: 200 });
  });
});

test('a port that is taken is said so, and nothing is left running', async () => {
  await start({ metricsPort: 0 });
  const taken = Number(new URL(subject.server.metricsUrl ?? '').port);
  await expect(startServer({ metricsPort: taken })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('--metrics-port') as string,
  });
});
