import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type ClientError,
  type ClientStatus,
  EmostreamClient,
  type Notification,
  platformSocket,
} from '../../client/lib/index.js';
import { nodeSocket } from '../../client/lib/node.js';
import { rtpCapabilitiesSchema } from '../../src/common/rtp-schema.js';
import { CLIENT_CAPABILITIES } from '../../src/sfu/index.js';
import { ALL, gapEvent, NONE, startServer, type TestServer } from '../server/support/test-server.js';
import { Relay } from './support/relay.js';
import { until } from './support/scripted-server.js';

const GRACE_MS = 300_000;
let server: TestServer;
let relay: Relay;
let now: number;
let client: EmostreamClient;
let told: Notification[];
let states: ClientStatus[];
let events: number;

beforeEach(async () => {
  now = Date.now();
  // No connection ends but those that are cut, however busy the machine is: the clock jumps past what a lost seat is held for.
  server = await startServer({ tokenGrace: GRACE_MS / 1000, heartbeat: 60_000 }, { clock: () => now });
  relay = await Relay.start(server.server.port);
});
afterEach(async () => {
  client.close();
  await relay.close();
  await server.close();
});

const connect = async (socket: typeof platformSocket, token: string) => {
  const reconnect = { initialMs: 5, maxMs: 20 };
  client = new EmostreamClient({ server: `http://127.0.0.1:${relay.port}`, token, socket, reconnect });
  [told, states, events] = [[], [], 0];
  client.on('notification', (notification) => told.push(notification));
  client.on('status', (status) => states.push(status));
  client.on('event', () => (events += 1));
  await client.connect();
};
const join = (consent: typeof ALL) =>
  client.request('join', { name: 'Ada', consent, rtpCapabilities: rtpCapabilitiesSchema.parse(CLIENT_CAPABILITIES) });
/** The connection is cut once, and made again. */
const cut = async () => {
  const again = new Promise<void>((resolve) => {
    const stop = client.on('connected', () => {
      stop();
      resolve();
    });
  });
  relay.cut();
  await again;
};

describe.each([
  ['ws', nodeSocket],
  ['the platform’s WebSocket', platformSocket],
] as const)('whoever loses their socket, over %s,', (_name, socket) => {
  it('comes back into their seat: with the token, past its end by the seat’s ticket, and past the grace no more', async () => {
    await connect(socket, await server.token());
    const consent = { ...NONE, face: true };
    const { participant, ticket } = await join(consent);
    await client.subscribe();
    const watcher = await server.connect({}, { ttlSeconds: 86_400 });
    await watcher.join('Watcher');

    await cut();
    // The token names nobody: without the ticket they would be somebody else.
    expect(await join(consent)).toMatchObject({ participant, ticket });

    now += 600_000;
    await cut();
    await until(() => told.some(({ type }) => type === 'tokenExpired'));
    expect(told.find(({ type }) => type === 'tokenExpired')).toMatchObject({ seatUntil: expect.any(Number) as number });
    // With what they had agreed to, and not with more.
    expect(await join(ALL)).toMatchObject({ participant, consent });
    expect(server.server.rooms.open.get('room')?.size).toBe(2);
    const link = await client.request('createTransport', { direction: 'send' });
    expect(link.transportId).toBeTypeOf('string');
    // Nothing of the room is told, and nothing more may be consented to.
    server.bus.publish(gapEvent());
    for (const asked of [
      client.request('subscribe', {}),
      client.request('setConsent', { consent: ALL }),
      client.request('caption', { text: 'a', startMs: 0, endMs: 0, sentMs: 0 }),
    ]) {
      await expect(asked).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    }
    expect(events).toBe(0);
    // Again and again, while the seat is kept.
    await cut();
    expect(await join(consent)).toMatchObject({ participant });

    now += GRACE_MS;
    relay.cut();
    await until(() => client.status.state === 'closed');
    const { error } = client.status as Extract<ClientStatus, { state: 'closed' }>;
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining('expired') as string });
  });

  it('is told why nobody lets them in', async () => {
    const token = await server.token({}, { ttlSeconds: 60 });
    now += 61_000;
    const failed = (await connect(socket, token).then(
      () => undefined,
      (error: unknown) => error,
    )) as ClientError;
    expect(failed).toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining('expired') as string });
  });
});

it('who has left has no seat to come back to', async () => {
  await connect(nodeSocket, await server.token());
  const { participant } = await join(NONE);
  await client.request('leave', {});
  await cut();
  expect((await join(NONE)).participant).not.toBe(participant);
});
