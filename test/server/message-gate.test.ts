import { describe, expect, test } from 'vitest';
import { MessageGate, type Verdict } from '../../src/server/message-gate.js';

function gate(maxMessagesPerSecond = 50) {
  let now = 0;
  const subject = new MessageGate({ maxMessagesPerSecond, maxMessageBytes: 262_144, clock: () => now });
  return { subject, advance: (ms: number) => (now += ms) };
}

/** Messages at a steady rate for so long; ends when it is closed. */
function send(perSecond: number, seconds: number, crowded = false): Verdict[] {
  const { subject, advance } = gate();
  const verdicts: Verdict[] = [];
  for (let n = 0; n < perSecond * seconds && verdicts.at(-1) !== 'close'; n++) {
    advance(1000 / perSecond);
    verdicts.push(subject.message(crowded));
  }
  return verdicts;
}

describe('messages', () => {
  test.each([60, 75, 100])('%d a second, 50 being allowed, end in closing', (perSecond) => {
    const verdicts = send(perSecond, 120);
    expect(verdicts.at(-1)).toBe('close');
    expect(verdicts.filter((verdict) => verdict === 'refuse').length).toBeLessThanOrEqual(30);
  });

  test('at the allowed rate nothing is refused, however long', () => {
    expect(new Set(send(50, 600))).toEqual(new Set(['admit']));
  });

  test('a burst now and then is forgiven', () => {
    const { subject, advance } = gate();
    for (let minutes = 0; minutes < 60; minutes++) {
      for (let n = 0; n < 505; n++) expect(subject.message(false)).not.toBe('close');
      advance(60_000);
    }
  });

  test('where others use up what a token or address has, a modest socket is served as ever', () => {
    expect(new Set(send(5, 60, true))).toEqual(new Set(['admit']));
  });

  test('and one that is not is refused, and then closed', () => {
    const verdicts = send(49, 60, true);
    expect(verdicts.at(-1)).toBe('close');
  });
});

describe('a message that costs as much as several', () => {
  test('counts as several', () => {
    const { subject } = gate();
    for (let n = 0; n < 5; n++) expect(subject.message(false, 100)).toBe('admit');
    expect(subject.message(false)).toBe('refuse');
  });

  test('comes through after a while, however much it weighs and however little is allowed', () => {
    const { subject, advance } = gate(1);
    expect(subject.message(true, 1000)).toBe('admit');
    expect(subject.message(true)).toBe('refuse');
    advance(60_000);
    expect(subject.message(true, 1000)).toBe('admit');
  });
});

describe('pings and pongs', () => {
  test('one a second may come for ever, a flood may not; what answers our pings does not count', () => {
    const { subject, advance } = gate();
    for (let n = 0; n < 600; n++) {
      advance(1000);
      expect(subject.control(0, false)).toBe(true);
    }
    for (let n = 0; n < 1000; n++) expect(subject.control(125, true)).toBe(true);
    let taken = 0;
    while (subject.control(0, false)) taken += 1;
    expect(taken).toBeLessThanOrEqual(60);
  });
});

describe('what is read', () => {
  test('a byte at a time is a flood, whole messages at full rate are none', () => {
    const dribble = gate();
    let reads = 0;
    while (dribble.subject.read(1)) {
      reads += 1;
      dribble.advance(1);
    }
    expect(reads).toBeLessThan(10_000);
    const whole = gate();
    for (let n = 0; n < 6000; n++) {
      whole.advance(20);
      expect(whole.subject.read(1500)).toBe(true);
      expect(whole.subject.message(false)).toBe('admit');
    }
  });

  test.each([
    ['a message that never ends', 0],
    ['also with pings in between', 1],
  ])('%s is noticed', (_name, pings) => {
    const { subject, advance } = gate();
    subject.read(1000);
    for (let n = 0; n < 4; n++) {
      expect(subject.stuck).toBe(false);
      advance(5000);
      for (let k = 0; k < pings; k++) {
        subject.read(6);
        subject.control(0, false);
      }
    }
    expect(subject.stuck).toBe(true);
  });

  test('messages and pings that came whole leave nothing behind', () => {
    const { subject, advance } = gate();
    for (let n = 0; n < 1000; n++) {
      subject.read(208);
      subject.message(false);
      subject.read(6 + (n % 126));
      subject.control(n % 126, true);
      advance(20_000);
      expect(subject.stuck).toBe(false);
    }
  });
});
