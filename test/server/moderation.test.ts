import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { ClientError, moderate } from '../../client/lib/index.js';
import { Moderation } from '../../src/server/moderation.js';
import { RecordingMeter } from '../sfu/support/recording-meter.js';
import { ALL, NONE, startServer, type TestServer } from './support/test-server.js';

const FACE = { ...NONE, face: true };
const MODERATOR = { publish: false, moderate: true };
let subject: TestServer;
afterEach(() => subject?.close());

describe('who was removed', () => {
  test('is told, is gone from everywhere in the room, and cannot come back with the same token for a while', async () => {
    let now = Date.now();
    subject = await startServer({ removalTime: 60 }, { clock: () => now });
    const moderator = await subject.connect(MODERATOR, { subject: 'mod' });
    const bob = await subject.connect();
    await bob.join('Bob');
    const token = await subject.token();
    const ada = await subject.connect({}, { token });
    const { participant, ticket } = await ada.join('Ada', FACE);
    const shares = await subject.connect({}, { token });
    await shares.join('Cleo');
    const listens = await subject.connect({}, { token });
    await listens.request('subscribe', {});

    const { until } = await moderator.request('removeParticipant', { participant });
    expect(until).toBe(now + 60_000);
    expect(await ada.next('peerLeft')).toEqual({ type: 'peerLeft', participant, reason: 'removed' });
    const when = new Date(until).toISOString();
    expect(await ada.ended()).toEqual({ code: 4003, reason: expect.stringMatching(`^FORBIDDEN: .*${when}`) as string });
    expect(await listens.ended()).toMatchObject({ code: 4003 });
    expect(await bob.next('peerLeft')).toMatchObject({ participant, reason: 'removed' });
    expect(subject.analyser.of(participant).closed).toBe('removed');

    const again = await subject.connect({}, { token });
    const seat = { name: 'Ada', consent: NONE, rtpCapabilities: { codecs: [] } };
    for (const [type, data] of [
      ['join', seat],
      ['join', { ...seat, ticket }],
      ['subscribe', {}],
      ['roster', {}],
    ] as const) {
      expect(await again.refused(type, data)).toMatchObject({
        code: 'FORBIDDEN',
        message: expect.stringContaining(when) as string,
      });
    }
    await expect(subject.connect({}, { token: ticket! })).rejects.toMatchObject({ status: 401 });
    now += 60_000;
    await again.request('join', seat);
    // Somebody else's was never touched.
    expect([bob.closed, shares.closed]).toEqual([undefined, undefined]);
  });

  test('is known by their subject with another token, too; with a token for every room only this one is shut', async () => {
    subject = await startServer();
    const moderator = await subject.connect({ ...MODERATOR, room: '*' });
    const ada = await subject.connect({ room: '*' }, { subject: 'ada' });
    await ada.request('join', { room: 'room', name: 'Ada', consent: NONE, rtpCapabilities: { codecs: [] } });
    await ada.request('subscribe', { room: 'room' });
    await moderator.request('removeParticipant', { room: 'room', participant: 'ada' });
    await ada.next('peerLeft');
    expect(await ada.refused('subscribe', { room: 'room' })).toMatchObject({ code: 'FORBIDDEN' });
    await ada.request('subscribe', { room: 'elsewhere' });
    const other = await subject.connect({}, { subject: 'ada' });
    expect(await other.refused('subscribe', {})).toMatchObject({ code: 'FORBIDDEN' });
  });

  test('is known by the token that they renewed', async () => {
    subject = await startServer();
    const moderator = await subject.connect(MODERATOR);
    const ada = await subject.connect();
    const { participant } = await ada.join();
    const renewed = await subject.token({}, { ttlSeconds: 999 });
    await ada.request('renew', { token: renewed });
    await moderator.request('removeParticipant', { participant });
    const again = await subject.connect({}, { token: renewed });
    expect(await again.refused('subscribe', {})).toMatchObject({ code: 'FORBIDDEN' });
  });
});

describe('whose analysis was stopped', () => {
  test('is analysed no more, is told, and can consent anew only when it is allowed again', async () => {
    subject = await startServer();
    const moderator = await subject.connect(MODERATOR);
    const bob = await subject.connect();
    await bob.join('Bob');
    const token = await subject.token();
    const ada = await subject.connect({}, { token });
    const { participant } = await ada.join('Ada', ALL);

    await moderator.request('stopAnalysis', { participant });
    const told = { type: 'analysisAllowed', participant, allowed: false };
    expect(await ada.next('analysisAllowed')).toEqual(told);
    expect(await bob.next('analysisAllowed')).toEqual(told);
    for (const client of [ada, bob]) {
      expect(await client.next('consentChanged')).toMatchObject({ participant, consent: NONE, showWords: false });
    }
    expect(subject.analyser.of(participant).consents.at(-1)).toEqual(NONE);
    expect(await ada.refused('setConsent', { consent: FACE })).toMatchObject({ code: 'POLICY_FORBIDS' });
    expect(await ada.request('setConsent', { consent: NONE })).toMatchObject({ consent: NONE });
    expect(subject.analyser.of(participant).consents.at(-1)).toEqual(NONE);

    // Not by coming back, either.
    ada.socket.terminate();
    await ada.ended();
    const again = await subject.connect({}, { token });
    const seat = await again.join('Ada', ALL);
    expect(seat.consent).toEqual(NONE);
    expect(await again.next('analysisAllowed')).toMatchObject({ participant: seat.participant, allowed: false });
    expect(await again.refused('setConsent', { consent: FACE })).toMatchObject({ code: 'POLICY_FORBIDS' });

    // Allowed under the id that they had when it was stopped.
    await moderator.request('allowAnalysis', { participant });
    expect(await again.next('analysisAllowed', 1)).toMatchObject({ allowed: true });
    expect(subject.analyser.of(seat.participant).consents.at(-1)).toEqual(NONE);
    expect(await again.request('setConsent', { consent: FACE })).toMatchObject({ consent: FACE });
    // What another consents to was never touched.
    expect(await bob.request('setConsent', { consent: FACE })).toMatchObject({ consent: FACE });
  });

  test('a join that is on its way brings no analysis', async () => {
    subject = await startServer();
    const moderator = await subject.connect(MODERATOR);
    const first = await subject.connect({}, { subject: 'ada' });
    await first.join('Ada', ALL);
    const second = await subject.connect({}, { subject: 'ada' });
    const joins = second.join('Ada', ALL);
    await moderator.request('stopAnalysis', { participant: 'ada' });
    await joins;
    await second.next('analysisAllowed');
    await second.request('getRouterCapabilities', {});
    expect(subject.server.rooms.open.get('room')?.roster).toMatchObject([{ participant: 'ada', consent: NONE }]);
  });
});

test('a room that was ended is empty, everybody is told, and it can be opened anew', async () => {
  subject = await startServer();
  const moderator = await subject.connect(MODERATOR);
  const people = await Promise.all(['a', 'b'].map((name) => subject.connect({}, { subject: name })));
  for (const person of people) await person.join('P', FACE);
  await moderator.request('endRoom', {});
  for (const [index, person] of people.entries()) {
    expect(await person.next('roomEnded')).toEqual({ type: 'roomEnded', room: 'room' });
    // For clients that do not know that.
    expect(await person.next('peerLeft')).toMatchObject({ participant: ['a', 'b'][index], reason: 'removed' });
  }
  expect(subject.server.rooms.open.size).toBe(0);
  expect(subject.analyser.of('a').closed).toBe('removed');
  expect(await moderator.refused('endRoom')).toMatchObject({ code: 'NOT_FOUND' });
  await people[0]!.join('P', NONE);
});

describe('POST /api/moderate', () => {
  test('does the same by HTTP, and who did it stands in the audit log, with ids only', async () => {
    const auditLog = join(mkdtempSync(join(tmpdir(), 'emostream-audit-')), 'audit.log');
    subject = await startServer({ auditLog });
    const { url } = subject.server;
    const ada = await subject.connect({}, { subject: 'ada' });
    await ada.join('Ada Lovelace', FACE);
    const token = await subject.token(MODERATOR, { subject: 'mod-7' });
    await moderate(url, token, { type: 'stopAnalysis', participant: 'ada' });
    await moderate(url, token, { type: 'allowAnalysis', participant: 'ada' });
    const { until } = await moderate(url, token, { type: 'removeParticipant', participant: 'ada' });
    expect(until).toBeGreaterThan(Date.now());
    await ada.ended();
    const nameless = await subject.token(MODERATOR);
    const bob = await subject.connect({}, { subject: 'bob' });
    await bob.join();
    await moderate(url, nameless, { type: 'endRoom' });
    await subject.close();
    const lines = readFileSync(auditLog, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string; by?: string; participant: string | null });
    expect(lines.map(({ event }) => event)).toEqual([
      ...['join', 'analysis-stopped', 'consent', 'analysis-allowed', 'removed', 'leave'],
      ...['join', 'room-ended', 'leave'],
    ]);
    expect(lines.filter(({ by }) => by === 'mod-7').map(({ participant }) => participant)).toEqual([
      'ada',
      'ada',
      'ada',
    ]);
    expect(lines[7]).toMatchObject({ participant: null, by: expect.stringMatching(/^token:[\w-]{12}$/) as string });
    expect(JSON.stringify(lines)).not.toContain('Lovelace');
  });

  test.each<[string, object, object, string]>([
    ['without the grant', { moderate: false }, { type: 'endRoom' }, 'FORBIDDEN'],
    ['another room', {}, { type: 'endRoom', room: 'other' }, 'WRONG_ROOM'],
    ['nobody', {}, { type: 'endRoom' }, 'NOT_FOUND'],
    ['a request of another kind', {}, { type: 'join' }, 'BAD_MESSAGE'],
    ['a field that it does not have', {}, { type: 'endRoom', participant: 'a' }, 'BAD_MESSAGE'],
  ])('is refused: %s', async (_name, grants, asked, code) => {
    subject = await startServer();
    const token = await subject.token({ ...MODERATOR, ...grants });
    const failed = await moderate(subject.server.url, token, asked as never).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ClientError);
    expect(failed).toMatchObject({ code });
  });

  test('is refused to a seat’s ticket whose token has ended', async () => {
    let now = Date.now();
    subject = await startServer({}, { clock: () => now });
    const ada = await subject.connect({ moderate: true });
    const { ticket } = await ada.join();
    await moderate(subject.server.url, ticket!, { type: 'allowAnalysis', participant: 'x' });
    now += 600_000;
    await expect(
      moderate(subject.server.url, ticket!, { type: 'allowAnalysis', participant: 'x' }),
    ).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

test('what moderators decided is kept for so many people, and forgotten in time', () => {
  let now = 0;
  const meter = new RecordingMeter();
  const moderation = new Moderation({ clock: () => now, meter, removalMs: 1000 });
  const who = (index: number) => ({ room: 'r', participant: `p${index}`, tokens: [] });
  for (let index = 0; index < 10_001; index++) moderation.stopAnalysis(who(index));
  expect(moderation.size).toBe(10_000);
  expect(meter.value('emostream_dropped_total', { stage: 'moderation', reason: 'overflow' })).toBe(1);
  expect([0, 1].map((index) => moderation.isStopped(who(index)))).toEqual([false, true]);
  now = 86_400_000;
  moderation.remove(who(0));
  expect(moderation.size).toBe(1);
});
