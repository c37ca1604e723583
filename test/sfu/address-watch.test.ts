import { expect, test } from 'vitest';
import { AddressWatch, type AddressWatchOptions } from '../../src/sfu/address-watch.js';
import { silentLogger } from './support/sfu-fixture.js';

async function watch(options: Partial<AddressWatchOptions> = {}) {
  const moves: string[] = [];
  const subject = await AddressWatch.create({
    rtcHost: 'auto',
    rtcPort: 0,
    logger: silentLogger,
    move: (addresses) => Promise.resolve(void moves.push(addresses.map(({ ip }) => ip).join())),
    ...options,
  });
  return { subject, moves, now: () => subject.addresses.map(({ ip }) => ip).join() };
}

test('addresses that come and go are followed; one that cannot be listened on does not count', async () => {
  const { subject, moves, now } = await watch();
  await subject.look(['127.0.0.1', '127.0.0.7']);
  await subject.look(['127.0.0.1', '127.0.0.7']);
  await subject.look(['127.0.0.1', '127.0.0.7', '203.0.113.9']);
  await subject.look(['127.0.0.1', '127.0.0.8']);
  expect(moves).toEqual(['127.0.0.1,127.0.0.7', '127.0.0.1,127.0.0.8']);
  expect(now()).toBe('127.0.0.1,127.0.0.8');
});

test('where the workers cannot move they are asked again', async () => {
  let fails = true;
  const { subject, now } = await watch({
    move: () => (fails ? Promise.reject(new Error('no port')) : Promise.resolve()),
  });
  const before = now();
  await subject.look(['127.0.0.9']);
  expect(now()).toBe(before);
  fails = false;
  await subject.look(['127.0.0.9']);
  expect(now()).toBe('127.0.0.9');
});

test('a port that was chosen stays where it is', async () => {
  const { subject, moves } = await watch({ rtcPort: 40_000 });
  await subject.look(['127.0.0.9']);
  expect(moves).toEqual([]);
});
