import { silentMeter } from '../../src/common/metrics.js';
import { Bulkhead } from '../../src/common/bulkhead.js';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { usableAddresses } from '../../src/sfu/media-addresses.js';
import { MEDIA_PORTS, TAP_PORTS } from '../../src/sfu/media-ports.js';
import { TapTransports } from '../../src/sfu/tap-transports.js';
import { optionDocs } from '../../src/config/table.js';
import { WorkerPool, type WorkerPoolOptions } from '../../src/sfu/index.js';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';
import { createWebRtcTransport } from '../../src/sfu/transport.js';
import { RecordingMeter } from './support/recording-meter.js';
import { silentLogger } from './support/sfu-fixture.js';

const bulkhead = new Bulkhead('nothing', { meter: silentMeter, logger: silentLogger });

let pool: WorkerPool | undefined;
afterEach(() => pool?.close());

async function start(options: Partial<WorkerPoolOptions>) {
  const meter = new RecordingMeter();
  const workerBin = findWorkerBinary();
  pool = await WorkerPool.create({
    size: 1,
    rtcHost: 'auto',
    rtcPort: 0,
    workerBin,
    meter,
    logger: silentLogger,
    ...options,
  });
  const media = pool.workers[0]!;
  const router = await media.worker.createRouter({ mediaCodecs: [] });
  return {
    pool,
    media,
    transport: () => createWebRtcTransport(router, { bulkhead, webRtcServer: media.webRtcServer }),
  };
}

/** One that was free a moment ago. */
async function freePort(): Promise<number> {
  for (let port = MEDIA_PORTS.max; port > MEDIA_PORTS.min; port--) {
    const server = createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    server.close();
    if (free) return port;
  }
  throw new Error('no media port is free');
}

test('by default media are offered on loopback first and on every address of the machine, UDP before TCP', async () => {
  const { pool, transport } = await start({});
  const own = (await usableAddresses()).map(({ ip }) => ip);
  expect(own[0]).toBe('127.0.0.1');
  expect(pool.offered).toEqual(own);
  const { iceCandidates } = await transport();
  expect(iceCandidates.map(({ protocol, address }) => `${protocol} ${address}`)).toEqual([
    ...own.map((address) => `udp ${address}`),
    ...own.map((address) => `tcp ${address}`),
  ]);
  const priorities = iceCandidates.map(({ priority }) => priority);
  expect(priorities).toEqual([...priorities].sort((a, b) => b - a));
  for (const { protocol, address, port } of iceCandidates) {
    if (protocol !== 'tcp') continue;
    const socket = connect(port, address);
    await once(socket, 'connect');
    socket.destroy();
  }
});

test('media and taps have ports of their own, media out of those of outgoing connections; the option says which', async () => {
  const { media, transport } = await start({ rtcHost: '127.0.0.1' });
  const outside = (port: number) => port < MEDIA_PORTS.min || port > MEDIA_PORTS.max;
  expect((await transport()).iceCandidates.map(({ port }) => port).filter(outside)).toEqual([]);
  await media.media.move([{ ip: '127.0.0.2' }]);
  expect((await transport()).iceCandidates.map(({ port }) => port).filter(outside)).toEqual([]);

  const { tuple } = await new TapTransports(await media.worker.createRouter({ mediaCodecs: [] })).take(40_000);
  expect(tuple.localPort).toBeGreaterThanOrEqual(TAP_PORTS.min);

  const linux = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').catch(() => '32768 60999');
  expect(MEDIA_PORTS.max).toBeLessThan(Number(linux.trim().split(/\s+/)[0]));
  const option = optionDocs().find(({ key }) => key === 'rtcPort');
  expect(option?.description).toContain(`from ${MEDIA_PORTS.min} to ${MEDIA_PORTS.max}`);
});

test('a list of addresses is taken as it is, with the same port on all', async () => {
  const rtcPort = await freePort();
  const { transport } = await start({ rtcHost: '127.0.0.1, 127.0.0.2', rtcPort });
  const { iceCandidates } = await transport();
  expect(iceCandidates.map(({ address, port }) => `${address} ${port}`)).toEqual([
    `127.0.0.1 ${rtcPort}`,
    `127.0.0.2 ${rtcPort}`,
    `127.0.0.1 ${rtcPort}`,
    `127.0.0.2 ${rtcPort}`,
  ]);
});

test('an announced address is the only one that is told', async () => {
  const { pool, transport } = await start({ rtcAnnouncedAddress: '198.51.100.7' });
  expect(pool.offered).toEqual(['198.51.100.7']);
  const { iceCandidates } = await transport();
  expect(iceCandidates.map(({ address }) => address)).toEqual(['198.51.100.7', '198.51.100.7']);
});

test('another network: who joins then is offered its addresses; the old ports go with the last that use them', async () => {
  const { media, transport } = await start({ rtcHost: '127.0.0.1' });
  const old = media.webRtcServer;
  const stays = await transport();
  await media.media.move([{ ip: '127.0.0.2' }]);
  expect(old.closed).toBe(false);
  const comes = await transport();
  expect(comes.iceCandidates.map(({ address }) => address)).toEqual(['127.0.0.2', '127.0.0.2']);
  expect(stays.closed).toBe(false);

  const closed = once(old.observer as unknown as NodeJS.EventEmitter, 'close');
  stays.close();
  await closed;
  // Nobody is on the second either once this one is gone: it ends at once.
  comes.close();
  const second = media.webRtcServer;
  await media.media.move([{ ip: '127.0.0.1' }]);
  expect(second.closed).toBe(true);
  expect(media.webRtcServer.closed).toBe(false);
});
