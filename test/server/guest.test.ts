import { afterAll, beforeAll, expect, test } from 'vitest';
import { NO_AGREEMENT } from '../../src/common/consent.js';
import { mintToken, verifyToken } from '../../src/server/index.js';
import { consentingSubject } from '../../src/server/grants.js';
import { Guest } from '../../src/server/guest.js';
import type { GrantsGiven } from '../../src/server/protocol.js';
import type { Services } from '../../src/server/services.js';
import { createLogger } from '../../src/telemetry/logger.js';
import { CountingMeter } from '../media/support/counting-meter.js';
import { ALL, SECRET, startServer, type TestServer } from './support/test-server.js';

const key = new TextEncoder().encode(SECRET);
let subject: TestServer;
beforeAll(async () => {
  subject = await startServer({ jwtSecret: SECRET });
});
afterAll(() => subject.close());

const identity = async (grants: GrantsGiven, sub?: string, claims: { name?: string; consent?: string } = {}) => {
  const nowMs = Date.now();
  const { token } = await mintToken({ secret: key }, grants, { ttlSeconds: 60, nowMs, subject: sub, ...claims });
  return verifyToken({ secret: key }, token, nowMs);
};

test('a token tells what its subject calls themselves and agreed to', async () => {
  const read = await identity({ room: 'room', publish: true }, 'ada', { name: 'Ada', consent: 'face voice' });
  expect(read).toMatchObject({
    name: 'Ada',
    declared: { consent: { face: true, voice: true, words: false }, showWords: false },
  });
  expect((await identity({ room: 'room' })).declared).toBeUndefined();
  await expect(identity({ room: 'room' }, 'ada', { consent: 'yes' })).rejects.toMatchObject({
    code: 'UNAUTHENTICATED',
  });
});

test('only the token of a person, for one room, can consent: no key of those who run things', async () => {
  expect(consentingSubject(await identity({ room: 'room', publish: true }, 'ada'))).toBe('ada');
  for (const other of [
    await identity({ room: 'room', publish: true }),
    await identity({ room: '*', publish: true }, 'operator'),
    await identity({ room: 'room', publish: true, moderate: true }, 'operator'),
  ]) {
    expect(() => consentingSubject(other)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }) as Error);
  }
});

test('who seats a guest and cannot bear their end keeps no seat taken, and hurts nobody in the room', async () => {
  const meter = new CountingMeter();
  const services = {
    limits: { join: () => Promise.resolve() },
    placement: { claim: () => Promise.resolve() },
    rooms: subject.server.rooms,
    withdrawals: { standing: (...[, , , declared]: unknown[]) => declared, said: () => undefined },
    ...{ policy: ALL, meter, logger: createLogger('silent'), clock: Date.now, tokenGraceMs: 0 },
  } as unknown as Services;
  const seat = async (sub: string, onEnd: () => void) =>
    Guest.join({
      ...{ services, room: 'room', address: '127.0.0.1', name: sub, agreement: NO_AGREEMENT, onEnd },
      identity: await identity({ room: 'room', publish: true }, sub),
    });
  const watcher = await subject.connect({ room: 'room' });
  await watcher.join('Watcher');
  let ends = 0;
  const bob = await seat('bob', () => undefined);
  const ada = await seat('ada', () => {
    ends += 1;
    throw new Error('planted');
  });
  ada.leave();
  ada.leave();
  expect([ends, ada.closed, bob.closed]).toEqual([1, true, false]);
  expect(meter.of('emostream_errors_total', 'INTERNAL')).toBe(1);
  expect(await watcher.next('peerLeft')).toMatchObject({ participant: 'ada', reason: 'left' });
  // Her seat is free, and the room goes on.
  const again = await seat('ada', () => undefined);
  expect(again.participantId()).toBe('ada');
  again.leave();
  bob.leave();
});
