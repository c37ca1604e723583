import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { mintToken } from '../../../src/server/index.js';
import { NONE, SECRET, startServer, type TestServer } from '../support/test-server.js';
import { offer, swap } from './support/offer.js';
import { locationOf, WhipRequests } from './support/whip-client.js';

let subject: TestServer;
let whip: WhipRequests;
/** Of the server, ms. */
let now = Date.now();
beforeAll(async () => {
  subject = await startServer({ removalTime: 3600 }, { clock: () => now });
  whip = new WhipRequests(subject);
});
afterAll(() => subject.close());
afterEach(() => {
  now += 3_600_000;
  for (const room of [...subject.server.rooms.open.values()]) room.room.close('failed');
});

const GIVEN = { 'emostream-consent': 'given' };
const moderate = async (type: string) => {
  const token = await subject.token({ publish: false, moderate: true });
  const response = await whip.send(
    'POST',
    '/api/moderate',
    token,
    { 'content-type': 'application/json' },
    JSON.stringify({ type, participant: 'ada' }),
  );
  expect(response.status).toBe(200);
};

test('an offer that the media worker refuses leaves nobody in the room', async () => {
  const token = await subject.token({}, { subject: 'ada' });
  const refused = await whip.post(
    token,
    offer((parts) => {
      parts.video = swap(swap(parts.video, /^a=ssrc-group/, null), /^a=ssrc:2222/, 'a=ssrc:1111 cname:browser');
    }),
  );
  expect(refused.status).toBe(409);
  expect(subject.server.rooms.members).toBe(0);
  expect(subject.server.rooms.open.size).toBe(0);
});

test('a room that ends while an offer is answered takes the sender with it', async () => {
  const token = await subject.token({}, { subject: 'ada' });
  const watcher = await subject.connect();
  await watcher.join('Watcher');
  const answered = whip.post(token, offer());
  await watcher.next('peerJoined');
  subject.server.rooms.open.get('room')!.end();
  expect((await answered).status).toBe(503);
  expect(subject.server.rooms.members).toBe(0);
});

describe('what was withdrawn', () => {
  /** @returns what stands after the sender came again */
  const again = async (token: string, headers: Record<string, string> = {}) => {
    const response = await whip.post(token, offer(), headers);
    expect(response.status).toBe(201);
    return { stands: response.headers.get('emostream-consent'), location: locationOf(response) };
  };
  const withClaim = async () => {
    const key = new TextEncoder().encode(SECRET);
    const claims = { ttlSeconds: 600, nowMs: now, subject: 'ada', consent: 'face voice' };
    return (await mintToken({ secret: key }, { room: 'room', publish: true }, claims)).token;
  };

  test.each([
    ['token', undefined],
    ['header', GIVEN],
  ])('is not given again by a sender that comes back with what its %s said from the first', async (_, headers) => {
    const token = await withClaim();
    const first = await again(token, headers);
    expect(first.stands).toContain('face voice');
    await whip.send('DELETE', `${first.location}/consent`, token);
    const second = await again(token, headers);
    expect(second.stands).toBe('none');
    expect(subject.analyser.of('ada').consents.at(-1)).toEqual(NONE);

    const put = (tag: string) => {
      const body = JSON.stringify({ consent: { ...NONE, voice: true } });
      const type = { 'content-type': 'application/json', 'if-match': tag };
      return whip.send('PUT', `${second.location}/consent`, token, type, body);
    };
    expect((await put('"1"')).status).toBe(200);
    expect((await again(token, headers)).stands).toBe('voice');
    now += 1000;
    expect((await again(await withClaim(), headers)).stands).toBe(first.stands);
  });

  test('by a moderator, too, when they allow it again', async () => {
    const token = await withClaim();
    await again(token);
    await moderate('stopAnalysis');
    await moderate('allowAnalysis');
    expect((await again(token)).stands).toBe('none');
  });
});

test('who was removed while their offer was on its way does not come in with it', async () => {
  const token = await subject.token({}, { subject: 'ada' });
  const watcher = await subject.connect();
  await watcher.join('Watcher');
  expect((await whip.post(token, offer())).status).toBe(201);
  const sdp = offer();
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/sdp',
    'content-length': Buffer.byteLength(sdp),
    // Says when the server is about to read the body: the token was looked at before.
    expect: '100-continue',
  };
  const late = request(whip.url('/whip/room'), { method: 'POST', headers });
  const status = new Promise<number | undefined>((resolve, reject) => {
    late.once('response', (response) => resolve(response.resume().statusCode)).once('error', reject);
  });
  late.flushHeaders();
  await new Promise((resolve) => late.once('continue', resolve));
  late.write(sdp.slice(0, 100));
  await moderate('removeParticipant');
  late.end(sdp.slice(100));
  expect(await status).toBe(403);
  expect(subject.server.rooms.members).toBe(1);
});
