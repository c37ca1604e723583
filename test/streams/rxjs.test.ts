import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { silentMeter } from '../../src/common/metrics.js';
import { type Aligned, alignWindows, boundedMap, ParticipantStreams } from '../../src/streams/index.js';

const T0 = 100_000;

describe('alignWindows', () => {
  function setUp() {
    const streams = new ParticipantStreams<string, string>();
    const tick$ = new Subject<number>();
    const out: Aligned<string, string>[] = [];
    const state = { completed: false };
    const subscription = alignWindows(streams, tick$, { meter: silentMeter }).subscribe({
      next: (event) => out.push(event),
      complete: () => {
        state.completed = true;
      },
    });
    return { streams, tick$, out, state, subscription };
  }

  it('makes windows and revisions of the streams, and says what it skipped', () => {
    const { streams, tick$, out } = setUp();
    streams.setTrack({ modality: 'face', on: true, paused: false });
    streams.setTrack({ modality: 'words', on: true, paused: false });
    tick$.next(T0);
    const at = { arrivalMs: T0 + 500, decodedMs: T0 + 501 };
    streams.frame({ mediaTime: T0 + 500, durationMs: 0, value: 'picture', ...at });
    streams.progress({ modality: 'face', mediaTime: T0 + 1005, arrivalMs: T0 + 1006 });
    tick$.next(T0 + 1010);
    streams.words({ startMs: T0 + 100, endMs: T0 + 400, arrivalMs: T0 + 1020, text: 'said' });
    tick$.next(T0 + 1050);
    tick$.next(T0 + 90_200);
    expect(
      out.map((event) =>
        event.type === 'window'
          ? [event.window.startMs - T0, event.window.closedBy, event.window.frames.length, event.window.words.length]
          : [event.type, event.startMs - T0, event.endMs - T0],
      ),
    ).toEqual([
      [0, 'watermark', 1, 0],
      [0, 'revision', 1, 1],
      ['skipped', 1000, 89_000],
      [89_000, 'deadline', 0, 0],
    ]);
  });

  it('lets go of everything when unsubscribed', () => {
    const { streams, tick$, out, subscription } = setUp();
    expect(streams.observed).toBe(true);
    subscription.unsubscribe();
    expect(streams.observed).toBe(false);
    expect(tick$.observed).toBe(false);
    streams.setTrack({ modality: 'face', on: true, paused: false });
    tick$.next(T0 + 5000);
    expect(out).toEqual([]);
  });

  it('ends with its ticks and lets go then, too', () => {
    const { streams, tick$, state } = setUp();
    streams.close();
    expect(state.completed).toBe(false);
    tick$.complete();
    expect(state.completed).toBe(true);
    expect(streams.observed).toBe(false);
  });
});

describe('boundedMap', () => {
  function setUp(capacity: number) {
    const source = new Subject<number>();
    const dropped: number[] = [];
    const errors: unknown[] = [];
    const out: number[] = [];
    const started: number[] = [];
    const finish: ((value?: unknown) => void)[] = [];
    const fail: ((error: Error) => void)[] = [];
    let complete = () => {};
    const done = new Promise<void>((resolve) => (complete = resolve));
    const subscription = source
      .pipe(
        boundedMap(
          async (item: number) => {
            started.push(item);
            await new Promise((resolve, reject) => {
              finish.push(resolve);
              fail.push(reject);
            });
            return item * 10;
          },
          { capacity, onDrop: (item) => dropped.push(item), onError: (error) => errors.push(error) },
        ),
      )
      .subscribe({
        next: (item) => out.push(item),
        complete: () => {
          complete();
        },
      });
    return { source, dropped, errors, out, started, finish, fail, subscription, done };
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('does one at a time in order and drops the oldest that wait', async () => {
    const s = setUp(2);
    for (let i = 1; i <= 5; i++) s.source.next(i);
    s.source.complete();
    expect(s.started).toEqual([1]);
    expect(s.dropped).toEqual([2, 3]);
    for (let i = 0; i < 3; i++) {
      s.finish[i]!();
      await settled();
    }
    await s.done;
    expect(s.out).toEqual([10, 40, 50]);
  });

  it('goes on after a failure', async () => {
    const s = setUp(5);
    s.source.next(1);
    s.source.next(2);
    s.fail[0]!(new Error('no'));
    await settled();
    s.finish[1]!();
    await settled();
    expect(s.out).toEqual([20]);
    expect(s.errors).toHaveLength(1);
  });

  it('forgets everything when unsubscribed', async () => {
    const s = setUp(5);
    s.source.next(1);
    s.source.next(2);
    s.subscription.unsubscribe();
    s.finish[0]!();
    await settled();
    expect(s.out).toEqual([]);
    expect(s.started).toEqual([1]);
    expect(s.source.observed).toBe(false);
  });
});
