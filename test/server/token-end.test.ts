import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { callAt } from '../../src/common/call-at.js';
import type { Config } from '../../src/config/schema.js';
import { TokenLife } from '../../src/server/token-life.js';
import { ALL, gapEvent, NONE, startServer, type TestServer } from './support/test-server.js';

const DAY_MS = 86_400_000;
const FACE = { face: true, voice: false, words: false };

describe('the life of a token', () => {
  afterEach(() => vi.useRealTimers());

  const live = (lifeMs: number, graceMs = 600_000) => {
    vi.useFakeTimers({ now: 1_000_000 });
    const told: [string, number][] = [];
    const tell = (what: string) => () => void told.push([what, Date.now() - 1_000_000]);
    const life = new TokenLife({
      expiresAtMs: 1_000_000 + lifeMs,
      graceMs,
      clock: Date.now,
      onExpiring: tell('expiring'),
      onExpired: tell('expired'),
      onGraceOver: tell('over'),
    });
    return { life, told };
  };

  it('is told a minute before its end, at its end, and when the grace is over', () => {
    const { told, life } = live(3_600_000);
    vi.advanceTimersByTime(3_539_999);
    expect(told).toEqual([]);
    vi.advanceTimersByTime(60_000);
    expect(life.over).toBe(false);
    vi.advanceTimersByTime(1);
    expect(life.over).toBe(true);
    vi.advanceTimersByTime(DAY_MS);
    expect(told).toEqual([
      ['expiring', 3_540_000],
      ['expired', 3_600_000],
      ['over', 4_200_000],
    ]);
  });

  it('is told at once where less than a minute is left', () => {
    const { told } = live(2000, 0);
    vi.advanceTimersByTime(1);
    expect(told.map(([what]) => what)).toEqual(['expiring']);
    vi.advanceTimersByTime(2000);
    expect(told.map(([what]) => what)).toEqual(['expiring', 'expired', 'over']);
  });

  it('tells nothing any more once it is stopped', () => {
    for (const [at, count] of [
      [0, 0],
      [30_000, 1],
      [100_000, 2],
    ] as const) {
      const { told, life } = live(90_000);
      vi.advanceTimersByTime(at);
      life.stop();
      vi.advanceTimersByTime(DAY_MS);
      expect(told.length).toBe(count);
    }
  });

  it('may last longer than a timer can (2^31 ms)', () => {
    vi.useFakeTimers({ now: 0 });
    const done = vi.fn();
    callAt(60 * DAY_MS, Date.now, done);
    vi.advanceTimersByTime(60 * DAY_MS - 1);
    expect(done).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(done).toHaveBeenCalledTimes(1);
  });

  it('goes by the clock that it is given, also where a timer fires too early by that one', () => {
    vi.useFakeTimers({ now: 0 });
    const done = vi.fn();
    callAt(1000, () => Date.now() * 0.9, done);
    vi.advanceTimersByTime(1000);
    expect(done).not.toHaveBeenCalled();
    vi.advanceTimersByTime(200);
    expect(done).toHaveBeenCalledTimes(1);
  });
});

describe('a socket whose token ends', () => {
  let subject: TestServer | undefined;
  let now: number;
  beforeEach(() => {
    now = Math.floor(Date.now() / 1000) * 1000;
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await subject?.close();
  });

  const start = (config: Partial<Config> = {}) => startServer(config, { clock: () => now });
  /** So much time passes, for the server. */
  const pass = (ms: number) => {
    now += ms;
    vi.advanceTimersByTime(ms);
  };

  it('keeps its seat for the grace, loses every grant but that of taking back, and is closed then', async () => {
    subject = await start({ tokenGrace: 300 });
    const bob = await subject.connect({}, { ttlSeconds: 3600 });
    await bob.join('Bob');
    const alice = await subject.connect({}, { ttlSeconds: 120 });
    const { participant } = await alice.join('Alice', FACE);
    await alice.request('subscribe', {});
    const send = await alice.request('createTransport', { direction: 'send' });
    const { producerId } = await alice.request('produce', {
      transportId: send.transportId,
      source: 'microphone',
      kind: 'audio',
      rtpParameters: {
        codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 }],
        encodings: [{ ssrc: 1000 }],
      },
    });
    pass(59_999);
    await alice.request('getRouterCapabilities', {});
    expect(alice.of('tokenExpiring')).toEqual([]);
    pass(1);
    const expiresAt = now + 60_000;
    expect(await alice.next('tokenExpiring')).toEqual({ type: 'tokenExpiring', expiresAt });
    pass(60_000);
    expect(await alice.next('tokenExpired')).toEqual({ type: 'tokenExpired', seatUntil: expiresAt + 300_000 });

    const digest = Array.from({ length: 32 }, () => 'AB').join(':');
    const dtlsParameters = { fingerprints: [{ algorithm: 'sha-256', value: digest }] };
    const rtpParameters = { codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }] };
    const asked: [string, object][] = [
      ['getRouterCapabilities', {}],
      ['join', { name: 'Alice', consent: NONE, rtpCapabilities: {} }],
      ['createTransport', { direction: 'recv' }],
      ['connectTransport', { transportId: send.transportId, dtlsParameters }],
      ['restartIce', { transportId: send.transportId }],
      ['produce', { transportId: send.transportId, source: 'camera', kind: 'video', rtpParameters }],
      ['resumeProducer', { producerId }],
      ['consume', { transportId: send.transportId, producerId }],
      ['resumeConsumer', { consumerId: 'none' }],
      ['setConsent', { consent: ALL }],
      ['setConsent', { consent: { face: true, voice: true, words: false } }],
      ['caption', { text: 'hello', startMs: 0, endMs: 0, sentMs: 0 }],
      ['subscribe', {}],
    ];
    for (const [type, data] of asked) {
      const { code, message } = await alice.refused(type, data);
      expect([type, code]).toEqual([type, 'UNAUTHENTICATED']);
      expect(message).toContain('new one');
    }
    // Nothing of what the room tells its subscribers reaches it any more.
    subject.bus.publish(gapEvent());
    // Muting, consenting to as much as before and to less are no grants.
    await alice.request('pauseProducer', { producerId });
    await alice.request('setConsent', { consent: FACE });
    await alice.request('setConsent', { consent: NONE });
    expect(subject.analyser.of(participant).consents.at(-1)).toEqual(NONE);
    await alice.request('unsubscribe', {});
    expect(alice.of('gap')).toEqual([]);
    expect(alice.closed).toBeUndefined();
    pass(299_999);
    await bob.request('getRouterCapabilities', {});
    expect(bob.of('peerLeft')).toEqual([]);

    pass(1);
    expect(await bob.next('peerLeft')).toEqual({ type: 'peerLeft', participant, reason: 'token-expired' });
    expect(subject.analyser.of(participant).closed).toBe('token-expired');
    expect(await alice.ended()).toMatchObject({
      code: 4002,
      reason: expect.stringMatching(/^UNAUTHENTICATED: .* new one/) as string,
    });
  });

  it('may hide words and not show them any more', async () => {
    subject = await start({ tokenGrace: 300 });
    const bob = await subject.connect({}, { ttlSeconds: 3600 });
    await bob.join('Bob');
    const alice = await subject.connect({}, { ttlSeconds: 30 });
    const { participant } = await alice.join('Alice', ALL);
    const show = { consent: ALL, showWords: true };
    await alice.request('setConsent', show);
    pass(30_000);
    await alice.next('tokenExpired');
    expect(await alice.request('setConsent', show)).toEqual(show);
    expect(await alice.request('setConsent', { consent: ALL })).toEqual({ consent: ALL, showWords: false });
    expect(await bob.next('wordsWithdrawn')).toMatchObject({ participant });
    expect(await alice.refused('setConsent', show)).toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(subject.analyser.of(participant).showsWords).toBe(false);
  });

  it('is closed at once where it has no seat, or gives it up', async () => {
    subject = await start();
    const watcher = await subject.connect({}, { ttlSeconds: 30 });
    const leaver = await subject.connect({}, { ttlSeconds: 30 });
    await watcher.request('subscribe', {});
    await leaver.join('Leaver');
    pass(30_000);
    expect(await watcher.next('tokenExpired')).toEqual({ type: 'tokenExpired', seatUntil: null });
    expect(await watcher.ended()).toMatchObject({ code: 4002 });
    await leaver.next('tokenExpired');
    await leaver.request('leave', {});
    expect(await leaver.ended()).toMatchObject({ code: 4002 });
  });

  it('without grace loses its seat with the token', async () => {
    subject = await start({ tokenGrace: 0 });
    const alice = await subject.connect({}, { ttlSeconds: 30 });
    const { participant } = await alice.join();
    pass(30_000);
    vi.advanceTimersByTime(1);
    expect(await alice.ended()).toMatchObject({ code: 4002 });
    expect(alice.of('tokenExpired').length).toBe(1);
    expect(subject.analyser.of(participant).closed).toBe('token-expired');
  });

  it('takes no seat by a join that was on its way', async () => {
    subject = await start();
    const alice = await subject.connect({}, { ttlSeconds: 30 });
    const { pool } = subject.server;
    const acquire = pool.acquire.bind(pool);
    // The end comes while the room is being opened: the request was admitted before.
    pool.acquire = () => {
      now += 30_000;
      return acquire();
    };
    expect(await alice.refused('join', { name: 'Alice', consent: NONE, rtpCapabilities: {} })).toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect(subject.server.rooms.members).toBe(0);
  });

  it('is not opened by a token that has ended, not by a second', async () => {
    subject = await start();
    const token = await subject.token({}, { ttlSeconds: 30 });
    now += 31_000;
    await expect(subject.connect({}, { token })).rejects.toMatchObject({ status: 401 });
  });
});
