import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import { filter, firstValueFrom, lastValueFrom, ReplaySubject, toArray } from 'rxjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callRecording } from '../../bench/support/call-recording.js';
import { SyntheticPeer } from '../../bench/support/index.js';
import { EmotionFeed } from '../../client/lib/index.js';
import { nodeSocket } from '../../client/lib/node.js';
import {
  attach,
  createServer,
  type EmostreamServer,
  type MediaProducer,
  type RoomEvent,
} from '../../src/embed/index.js';
import { MEDIA_CODECS } from '../../src/sfu/index.js';
import { findWorkerBinary } from '../../src/sfu/worker-binary.js';
import { SECRET } from '../server/support/test-server.js';

/** Somebody's program: a mediasoup worker, an HTTP server, and the whole product in it. */
let worker: types.Worker;
let router: types.Router;
let peer: SyntheticPeer;
let http: Server;
let server: EmostreamServer;
let base: string;

beforeAll(async () => {
  const workerBin = findWorkerBinary();
  worker = await mediasoup.createWorker({ logLevel: 'error', ...(workerBin ? { workerBin } : {}) });
  router = await worker.createRouter({ mediaCodecs: MEDIA_CODECS });
  peer = await SyntheticPeer.create({ router, recording: callRecording() });
  peer.start();
  http = createHttpServer((_, response) => response.end('theirs'));
  server = await createServer({ http, calls: false, jwtSecret: SECRET, logLevel: 'silent', analysisProcesses: 1 });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  base = `http://127.0.0.1:${(http.address() as AddressInfo).port}/emostream`;
});
afterAll(async () => {
  peer.close();
  await server.close();
  worker.close();
  http.close();
  http.closeAllConnections();
});

const producers = () => [peer.videoProducer!, peer.audioProducer!];
const judged = (event: RoomEvent) => event.type === 'emotion' && event.face.present && event.voice.present;

it('makes events of somebody else’s producers, in the process and for subscribers, and forgets when consent is withdrawn', async () => {
  const ada = await server.attach({ router, producers: producers(), participant: 'ada', room: 'main', name: 'Ada' });
  const seen$ = new ReplaySubject<RoomEvent>(500);
  ada.events$.subscribe(seen$);
  const feed = new EmotionFeed({
    server: base,
    socket: nodeSocket,
    token: await server.token({ room: 'main', subscribe: true, publish: false }),
  });
  const told: RoomEvent[] = [];
  feed.on('event', (event) => told.push(event));
  await feed.start();

  const consent = { consent: { face: true, voice: true, words: false }, showWords: false };
  const { generation } = await ada.consent.set(consent);
  const event = await firstValueFrom(seen$.pipe(filter(judged)));
  expect(event).toMatchObject({ room: 'main', participant: 'ada', words: { present: false } });
  await expect.poll(() => told.some(judged)).toBe(true);

  expect(ada.consent.withdraw().generation).toBe(generation + 1);
  const end = await firstValueFrom(seen$.pipe(filter(({ type }) => type === 'end')));
  expect(end).toMatchObject({ reason: 'consent-withdrawn' });
  feed.close();
  // Whoever comes now is told of nothing that was measured.
  const late = new EmotionFeed({
    server: base,
    socket: nodeSocket,
    token: await server.token({ room: 'main', subscribe: true, publish: false }),
  });
  const held: RoomEvent[] = [];
  late.on('event', (one) => held.push(one));
  await late.start({ sinceSeq: 0 });

  // Given again: another generation, whose events are new.
  await ada.consent.set(consent);
  await expect.poll(() => held.some(judged)).toBe(true);
  expect(
    held
      .filter(({ type }) => type === 'emotion')
      .every((one) => 'window' in one && one.window.start >= (end as { at: number }).at - 1000),
  ).toBe(true);
  late.close();

  const all = lastValueFrom(ada.events$.pipe(toArray()));
  ada.close();
  expect(await ada.closed).toBe('left');
  expect((await all).at(-1)).toMatchObject({ type: 'end', reason: 'left' });
});

it('attaches all that is given or nothing', async () => {
  const options = { router, participant: 'bo', room: 'main', consent: { voice: true } };
  const strange = { ...producers()[1]!, kind: 'audio' as const };
  await expect(server.attach({ ...options, producers: [...producers(), producers()[0]!] })).rejects.toMatchObject({
    code: 'WRONG_STATE',
  });
  await expect(server.attach({ ...options, producers: [strange] })).rejects.toMatchObject({ code: 'BAD_MESSAGE' });
  // What says that it is a screen is no camera.
  const screen = Object.create(producers()[0]!, { appData: { value: { source: 'screen' } } }) as MediaProducer;
  await expect(server.attach({ ...options, producers: [screen] })).rejects.toMatchObject({ code: 'UNSUPPORTED_MEDIA' });
  await expect(server.attach({ ...options, router: {} as never })).rejects.toMatchObject({ code: 'BAD_MESSAGE' });
  await expect(server.attach({ ...options, room: 'no room' })).rejects.toMatchObject({ code: 'BAD_MESSAGE' });
  await expect(server.attach({ ...options, participant: '' })).rejects.toMatchObject({ code: 'BAD_MESSAGE' });
  const bo = await server.attach({ ...options, producers: producers() });
  await expect(server.attach(options)).rejects.toMatchObject({ code: 'WRONG_STATE' });
  expect(bo.consent.state.consent).toEqual({ face: false, voice: true, words: false });
  bo.close();
});

it('takes for consent nothing but true', async () => {
  const consent = { face: 'false', voice: 1, words: [] } as never;
  const cy = await server.attach({ router, producers: producers(), participant: 'cy', room: 'main', consent });
  expect(cy.consent.state.consent).toEqual({ face: false, voice: false, words: false });
  cy.close();
});

it('refuses options that there are not, and a server of theirs without a way to check tokens', async () => {
  await expect(createServer({ htpPort: 0 } as never)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await expect(createServer({ http })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  await expect(createServer({ http, path: 'x', jwtSecret: SECRET })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

it('without a server, starts one with the first who is attached and ends it with the last', async () => {
  const before = process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
  const options = { router, producers: producers(), room: 'other', consent: { face: true, voice: true } };
  const [one, two] = await Promise.all([
    attach({ ...options, participant: 'one' }),
    attach({ ...options, participant: 'two' }),
  ]);
  const processes = () => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
  expect(processes()).toBeGreaterThan(before);
  await firstValueFrom(one.events$.pipe(filter(judged)));
  one.close();
  await firstValueFrom(two.events$.pipe(filter(judged)));
  two.close();
  await expect.poll(processes).toBe(before);
});
