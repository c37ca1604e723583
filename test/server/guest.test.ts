import { afterAll, beforeAll, expect, test } from 'vitest';
import { mintToken, verifyToken } from '../../src/server/index.js';
import { consentingSubject } from '../../src/server/grants.js';
import type { GrantsGiven } from '../../src/server/protocol.js';
import { SECRET, startServer, type TestServer } from './support/test-server.js';

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
