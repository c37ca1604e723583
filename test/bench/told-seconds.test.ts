import { describe, expect, it } from 'vitest';
import { lostNumbers, toldSeconds } from '../../bench/support/told-seconds.js';
import type { RoomEvent } from '../../src/events/schema.js';
import { emotionEvent } from '../server/support/emotion-event.js';

const FROM = 1_000_000;
const span = { fromMs: FROM, toMs: FROM + 10_000 };
let seq = 0;

const at = (second: number) => ({ start: FROM + second * 1000, end: FROM + (second + 1) * 1000 });
const common = { room: 'room', participant: 'ada', epoch: 'epoch' };
const judged = (second: number): RoomEvent => ({
  ...(emotionEvent(second) as RoomEvent & { type: 'emotion' }),
  ...common,
  seq: ++seq,
  window: at(second),
});
const gap = (second: number): RoomEvent => ({
  type: 'gap',
  ...common,
  seq: ++seq,
  window: at(second),
  reason: 'overloaded',
});
const end = (second: number): RoomEvent => ({
  type: 'end',
  ...common,
  seq: ++seq,
  at: at(second).start,
  reason: 'left',
});
const begin = (second: number): RoomEvent => ({
  type: 'begin',
  ...common,
  seq: ++seq,
  at: at(second).start,
  analysed: { face: true, voice: true, words: true },
});
const seconds = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => judged(from + index));

describe('seconds of a person', () => {
  it('are judged, or gaps, and nothing else is left', () => {
    const found = toldSeconds([...seconds(0, 4), gap(4), gap(5), ...seconds(6, 10)], 'ada', span);
    expect(found).toMatchObject({ expected: 10, judged: 8, gaps: { overloaded: 2 }, away: 0, silent: 0 });
  });

  it('that nobody told of are silent', () => {
    expect(toldSeconds([...seconds(0, 4), ...seconds(6, 10)], 'ada', span).silent).toBe(2);
    expect(toldSeconds([], 'ada', span).silent).toBe(10);
    expect(toldSeconds(seconds(0, 10), 'bea', span).silent).toBe(10);
  });

  it('between an end and a begin are away, and so are those after a socket broke', () => {
    const events = [...seconds(0, 3), end(4), begin(7), ...seconds(8, 10)];
    expect(toldSeconds(events, 'ada', span)).toMatchObject({ judged: 5, away: 5, silent: 0 });
    const broken = [...seconds(0, 3), begin(7), ...seconds(8, 10)];
    expect(toldSeconds(broken, 'ada', span, [FROM + 4500])).toMatchObject({ away: 5, silent: 0 });
    expect(toldSeconds(broken, 'ada', span).silent).toBeGreaterThan(2.9);
  });

  it('whose gap was followed by the event after all are no gaps', () => {
    expect(toldSeconds([gap(3), ...seconds(0, 10)], 'ada', span)).toMatchObject({ judged: 10, gaps: {} });
  });
});

describe('numbers of events', () => {
  const numbered = (...numbers: number[]) => numbers.map((number) => ({ ...judged(0), seq: number }));

  it('that neither came nor were told are lost; those that came twice are seen', () => {
    expect(lostNumbers(numbered(1, 2, 5, 6), [])).toEqual({ lost: 2, repeated: 0 });
    expect(lostNumbers(numbered(1, 2, 2, 3), [])).toEqual({ lost: 0, repeated: 1 });
    const missed = [{ epoch: 'epoch', fromSeq: 3, toSeq: 4 }];
    expect(lostNumbers(numbered(1, 2, 5, 6), missed)).toEqual({ lost: 0, repeated: 0 });
    expect(lostNumbers(numbered(1, 2, 5, 6), [{ ...missed[0]!, epoch: 'another' }]).lost).toBe(2);
  });
});
