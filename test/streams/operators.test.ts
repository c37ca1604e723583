import { defer } from 'rxjs';
import { expect, it } from 'vitest';
import { silentMeter } from '../../src/common/metrics.js';
import { type AlignerInput, alignWindows, retryBounded } from '../../src/streams/index.js';
import { marbles } from '../support/marbles.js';

const track = (modality: 'face' | 'voice', on: boolean): AlignerInput<string, string> => ({
  type: 'track',
  change: { modality, on, paused: false },
});
const frame = (at: number): AlignerInput<string, string> => ({
  type: 'frame',
  frame: { mediaTime: at, durationMs: 0, arrivalMs: at, decodedMs: at, value: String(at) },
});
const tick = (now: number): AlignerInput<string, string> => ({ type: 'tick', now, handledMs: now });

it('alignWindows: windows come with the tick that closes them, in order; completion and errors go on', () => {
  marbles(({ cold, expectObservable }) => {
    const input$ = cold<AlignerInput<string, string>>('oatbucd---#', {
      ...{ o: track('face', true), t: tick(500), a: frame(400), b: frame(999), u: tick(1100) },
      ...{ c: { type: 'progress', modality: 'face', mediaTime: 2000, arrivalMs: 2000 }, d: tick(2000) },
    });
    const shown$ = defer(() => input$.pipe(alignWindows({ meter: silentMeter })));
    // At 1100 nothing has passed the end of the first window, which still waits; at 2000 both are due.
    const window = (startMs: number, values: string[], closedBy: string) =>
      expect.objectContaining({
        type: 'window',
        window: expect.objectContaining({
          ...{ startMs, closedBy },
          frames: values.map((value) => expect.objectContaining({ value }) as unknown),
        }) as unknown,
      }) as never;
    const values = { x: window(0, ['400', '999'], 'deadline'), y: window(1000, [], 'watermark') };
    expectObservable(shown$).toBe('------(xy)#', values);
  });
});

it('alignWindows: each subscription has an aligner of its own', () => {
  marbles(({ cold, expectObservable }) => {
    const aligned$ = cold<AlignerInput<string, string>>('otu|', {
      ...{ o: track('face', true), t: tick(500), u: tick(1200) },
    }).pipe(alignWindows({ meter: silentMeter }));
    const one = expect.objectContaining({ type: 'window' }) as never;
    expectObservable(aligned$).toBe('--x|', { x: one });
    expectObservable(aligned$, '-----^').toBe('-------x|', { x: one });
  });
});

const OPTIONS = { attempts: 2, withinMs: 10, delayMs: 3 };

it('retryBounded: starts anew so often within a time, then the error goes on', () => {
  marbles(({ cold, now, flush, expectObservable, expectSubscriptions }) => {
    const failures: unknown[] = [];
    const source$ = cold('a#');
    const retried$ = source$.pipe(retryBounded({ ...OPTIONS, clock: now, onFailure: (error) => failures.push(error) }));
    expectObservable(retried$).toBe('a---a---a#');
    expectSubscriptions(source$.subscriptions).toBe(['^!', '----^!', '--------^!']);
    flush();
    expect(failures).toHaveLength(3);
  });
});

it('retryBounded: failures that are long ago are forgotten; completion is no failure', () => {
  marbles(({ cold, now, expectObservable }) => {
    let left = 4;
    const source$ = defer(() => (left-- > 0 ? cold('a-----#') : cold('b|')));
    const retried$ = source$.pipe(retryBounded({ ...OPTIONS, clock: now, onFailure: () => undefined }));
    expectObservable(retried$).toBe('a--------a--------a--------a--------b|');
  });
});

it('retryBounded: nothing is left waiting when nobody listens any more', () => {
  marbles(({ cold, now, expectObservable, expectSubscriptions }) => {
    const source$ = cold('a#');
    const retried$ = source$.pipe(retryBounded({ ...OPTIONS, clock: now, onFailure: () => undefined }));
    expectObservable(retried$, '^--!').toBe('a---');
    expectSubscriptions(source$.subscriptions).toBe(['^!']);
  });
});
