import { EventEmitter } from 'node:events';
import type { types } from 'mediasoup';
import { expect, test } from 'vitest';
import { Bulkhead } from '../../../src/common/bulkhead.js';
import { silentMeter } from '../../../src/common/metrics.js';
import { Presence } from '../../../src/server/whip/presence.js';
import { silentLogger } from '../../sfu/support/sfu-fixture.js';

/** A transport that is in the states that the test puts it in, and time that passes when the test says so. */
function setUp() {
  const observer = new EventEmitter();
  const state = { iceState: 'new', dtlsState: 'new', observer };
  const timers = new Map<() => void, number>();
  let now = 0;
  const told: string[] = [];
  const presence = new Presence({
    // Of a transport it looks at no more than this.
    transport: state as unknown as types.WebRtcTransport,
    bulkhead: new Bulkhead('participant', { meter: silentMeter, logger: silentLogger }),
    schedule: (delayMs, task) => {
      timers.set(task, now + delayMs);
      return () => timers.delete(task);
    },
    onLost: () => told.push('lost'),
    onEnd: () => told.push('end'),
  });
  return {
    presence,
    told,
    become(ice: string, dtls: string) {
      Object.assign(state, { iceState: ice, dtlsState: dtls });
      observer.emit('icestatechange');
      observer.emit('dtlsstatechange');
    },
    close: () => observer.emit('close'),
    pass(ms: number) {
      now += ms;
      for (const [task, at] of [...timers]) {
        if (at > now || !timers.delete(task)) continue;
        task();
      }
    },
  };
}

test('who never connects is put out after 30 s', () => {
  const { told, pass, become } = setUp();
  become('connected', 'connecting');
  pass(29_999);
  expect(told).toEqual([]);
  pass(1);
  expect(told).toEqual(['lost']);
});

test('who is connected stays, and who is lost has 20 s to restart ICE', () => {
  const { told, pass, become } = setUp();
  become('completed', 'connected');
  pass(3_600_000);
  become('disconnected', 'connected');
  pass(19_000);
  become('connected', 'connected');
  pass(60_000);
  become('disconnected', 'connected');
  // Told again and again, it is one loss.
  pass(10_000);
  become('disconnected', 'connected');
  pass(9_999);
  expect(told).toEqual([]);
  pass(1);
  expect(told).toEqual(['lost']);
});

test('a transport that closes ends it at once, and nothing is told twice', () => {
  const { told, pass, become, close } = setUp();
  become('completed', 'connected');
  close();
  become('disconnected', 'closed');
  pass(60_000);
  expect(told).toEqual(['end']);
});
