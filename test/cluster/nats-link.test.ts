import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NatsLink } from '../../src/cluster/nats-link.js';
import { loadConfig } from '../../src/config/load.js';
import type { NatsOptions } from '../../src/config/nats-checks.js';
import { PromMeter } from '../../src/telemetry/prom-meter.js';
import { NatsServer, noNatsServer } from '../support/nats-server.js';
import { securedNats } from './support/secured-nats.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const TOKEN = 'a-token-that-only-nodes-have';

async function start(...options: string[]): Promise<NatsServer> {
  const server = await NatsServer.start(...options);
  onTestFinished(() => server.close());
  return server;
}

function open(options: Partial<NatsOptions>) {
  const meter = new PromMeter();
  const lines: string[] = [];
  const line = (details: object, message: string) => void lines.push(JSON.stringify({ ...details, message }));
  const link = NatsLink.open(
    { ...loadConfig(), ...options },
    { meter, logger: { info: line, warn: line }, startMs: 0 },
  );
  const value = async (name: string) =>
    (await meter.registry.getSingleMetric(name)!.get()).values.map((series) => series.value);
  return { link, value, lines };
}

describe.skipIf(noNatsServer)('the connection to NATS', () => {
  it('is taken up again when NATS is back, and says meanwhile that there is none', async () => {
    const server = await start('--auth', TOKEN);
    const natsTokenFile = join(temporaryFolder({ token: `${TOKEN}\n` }), 'token');
    const { link: opening, value, lines } = open({ nats: [server.url], natsTokenFile });
    const link = await opening;
    onTestFinished(() => link.close());
    const until = (connected: boolean) =>
      new Promise<void>((resolve) => {
        const stop = link.onChange((now) => {
          if (now === connected) queueMicrotask(() => (stop(), resolve()));
        });
      });
    expect(await value('emostream_nats_connected')).toEqual([1]);

    await server.kill();
    await until(false);
    expect(await value('emostream_nats_connected')).toEqual([0]);
    await server.start();
    await until(true);
    expect(await value('emostream_nats_connected')).toEqual([1]);

    // It hangs: nothing says so but that pings are not answered.
    server.hang();
    await until(false);
    server.goOn();
    await until(true);
    expect(await value('emostream_nats_disconnects_total')).toEqual([2]);
    expect(lines.join('\n')).not.toContain(TOKEN);
  });

  it('refuses to start with a wrong token, and where there is no NATS, and says which', async () => {
    const server = await start('--auth', TOKEN);
    const natsTokenFile = join(temporaryFolder(), 'token');
    writeFileSync(natsTokenFile, 'another');
    await expect(open({ nats: [server.url], natsTokenFile }).link).rejects.toMatchObject({ code: 'NATS_REFUSED' });
    await server.kill();
    await expect(open({ nats: [server.url] }).link).rejects.toMatchObject({ code: 'NATS_UNAVAILABLE' });
    // A server without TLS where TLS was asked for.
    await server.start();
    const tls = server.url.replace('nats:', 'tls:');
    await expect(open({ nats: [tls], natsTokenFile }).link).rejects.toMatchObject({ code: 'NATS_UNAVAILABLE' });
  });

  it('goes over TLS with a credentials file, trusts no certificate but by natsCa, and says of what is not allowed nothing of whom', async () => {
    const { ca: natsCa, creds: natsCreds, config } = securedNats();
    const server = await start('-c', config);
    const tls = server.url.replace('nats:', 'tls:');
    await expect(open({ nats: [tls], natsCreds }).link).rejects.toMatchObject({ code: 'NATS_UNAVAILABLE' });
    // Its certificate is good for 127.0.0.1 alone.
    const other = { nats: [tls.replace('127.0.0.1', 'localhost')], natsCreds, natsCa };
    await expect(open(other).link).rejects.toMatchObject({ code: 'NATS_UNAVAILABLE' });
    await expect(open({ nats: [tls], natsCa }).link).rejects.toMatchObject({ code: 'NATS_REFUSED' });
    const { link: opening, lines } = open({ nats: [tls], natsCreds, natsCa });
    const link = await opening;
    onTestFinished(() => link.close());
    expect(link.connection.info?.tls_required).toBe(true);
    link.connection.publish('events.room-1.ada-lovelace', 'x');
    await expect.poll(() => lines.join()).toContain('publish to events.…');
    expect(lines.join()).not.toMatch(/lovelace|room-1/);
  });
});
