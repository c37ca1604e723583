import { EMPTY, NEVER, of, Subject } from 'rxjs';
import { expect, it } from 'vitest';
import { encodeVoice } from '../../src/features/encode-voice.js';
import { HeardSeconds } from '../../src/features/heard-seconds.js';
import { HEARD_PER_SECOND, HEARD_STEPS, HEARD_WIDTH, type Heard } from '../../src/features/types.js';
import { type EncodeVoiceOptions, MOST_WAITING } from '../../src/features/voice-queue.js';
import type { Aligned, AlignedWindow } from '../../src/streams/index.js';
import { CountMeter } from '../inference/support/count-meter.js';

const ANSWER = HEARD_PER_SECOND * HEARD_WIDTH;
const answer = (value: number): Float32Array => new Float32Array(ANSWER).fill(value);
const item = (mediaTime: number) => ({ mediaTime, durationMs: 500, arrivalMs: 0, decodedMs: 0, value: 1 });

/** A window with sound in the seconds before its end that are told. */
function window(endMs: number, seconds = [3, 2, 1], revision = 0): Aligned<unknown, number> {
  const audio = seconds.map((ago) => item(endMs - ago * 1000 + 200));
  const whole = { startMs: endMs - 1000, endMs, revision, audio };
  return { type: 'window', window: whole as unknown as AlignedWindow<unknown, number> };
}
/** First value and presence of each of the three seconds. */
const seconds = (heard: Heard | null) =>
  heard &&
  [0, 1, 2].map(
    (k) => [heard.present[k * HEARD_PER_SECOND], heard.frames[k * ANSWER]!].map(Number) as [number, number],
  );

it('what was heard is laid out over three seconds, oldest first, the newest three kept', () => {
  const heard = new HeardSeconds();
  for (const [start, value] of [
    [1000, 1],
    [2000, 2],
    [3000, 3],
    [4000, 4],
  ] as const) {
    heard.add(start, answer(value));
  }
  const in3 = (of: Aligned<unknown, number>) =>
    seconds(heard.in((of as { window: AlignedWindow<unknown, number> }).window));
  expect(in3(window(5000))).toEqual([
    [1, 2],
    [1, 3],
    [1, 4],
  ]);
  expect(in3(window(6000))).toEqual([
    [1, 3],
    [1, 4],
    [0, 0],
  ]);
  // What is too old for any window to come is gone.
  expect(in3(window(4000))).toEqual([
    [0, 0],
    [1, 2],
    [1, 3],
  ]);
  // A window that has not the sound of a second any more has not what was heard in it.
  expect(in3(window(5000, [1]))).toEqual([
    [0, 0],
    [0, 0],
    [1, 4],
  ]);
  expect(in3(window(9000))).toBeNull();
  expect(heard.in({ endMs: 5000, audio: [] })).toBeNull();
  expect(new HeardSeconds().in({ endMs: 5000, audio: [item(4000)] })).toBeNull();
});

function run(options: Partial<EncodeVoiceOptions<number>>) {
  const meter = new CountMeter();
  const out: { at: number; heard: Heard | null }[] = [];
  const input = new Subject<Aligned<unknown, number>>();
  const asked: number[] = [];
  const all: EncodeVoiceOptions<number> = {
    encoder: { encode: () => NEVER },
    secondOf: ({ endMs }) => {
      asked.push(endMs);
      return new Float32Array(16_000);
    },
    patience$: NEVER,
    affords: () => true,
    meter,
    ...options,
  };
  input.pipe(encodeVoice(all, NEVER)).subscribe((each) => {
    out.push({ at: each.type === 'window' ? each.window.endMs : -each.endMs, heard: each.heard });
  });
  const lost = (reason: string) => meter.counted('emostream_dropped_total', { stage: 'voice-encoder', reason });
  return { input, out, asked, meter, lost };
}

it('without an encoder windows pass at once, and no sound is asked for', () => {
  const { input, out, asked } = run({ encoder: null });
  input.next(window(1000));
  input.next({ type: 'skipped', startMs: 1000, endMs: 5000 });
  expect(out).toEqual([
    { at: 1000, heard: null },
    { at: -5000, heard: null },
  ]);
  expect(asked).toEqual([]);
});

it('a revision is not encoded again, and has what was heard in its seconds', () => {
  let calls = 0;
  const { input, out, asked } = run({ encoder: { encode: () => of(answer(++calls)) } });
  input.next(window(1000, [1]));
  input.next(window(1000, [1], 1));
  expect(asked).toEqual([1000]);
  expect(out.map(({ heard }) => seconds(heard)?.[2])).toEqual([
    [1, 1],
    [1, 1],
  ]);
});

it('a window in which too little is said has what was heard before, and nothing is encoded', () => {
  let calls = 0;
  const { input, out } = run({
    encoder: { encode: () => of(answer(++calls)) },
    secondOf: ({ endMs }) => (endMs === 1000 ? new Float32Array(16_000) : null),
  });
  input.next(window(1000, [1]));
  input.next(window(2000, [2, 1]));
  expect(calls).toBe(1);
  expect(seconds(out[1]!.heard)).toEqual([
    [0, 0],
    [1, 1],
    [0, 0],
  ]);
});

it('what follows waits in order, so many at most: then the first goes without', () => {
  const { input, out, lost } = run({});
  for (let k = 1; k <= MOST_WAITING; k++) input.next(window(k * 1000));
  expect(out).toEqual([]);
  // One second of a person at a time is encoded.
  expect(lost('busy')).toBe(MOST_WAITING - 1);
  input.next({ type: 'skipped', startMs: 20_000, endMs: 30_000 });
  expect(out.map(({ at }) => at)).toEqual([...Array.from({ length: MOST_WAITING }, (_, k) => (k + 1) * 1000), -30_000]);
  expect(lost('late')).toBe(1);
});

it('nothing is encoded while there is no time for what is not indispensable', () => {
  let calls = 0;
  let affords = false;
  const encoder = { encode: () => of(answer(++calls)) };
  const { input, out, lost } = run({ encoder, affords: () => affords });
  input.next(window(1000));
  affords = true;
  input.next(window(2000));
  expect([calls, lost('load')]).toEqual([1, 1]);
  expect(out.map(({ heard }) => heard?.present.reduce((sum, there) => sum + there, 0))).toEqual([
    undefined,
    HEARD_STEPS / 3,
  ]);
});

it.each([
  ['of another length', () => of(new Float32Array(3))],
  ['with a number that is none', () => of(answer(1).fill(NaN, 7, 8))],
  ['that is none', () => EMPTY],
  [
    'that is thrown at once',
    () => {
      throw new Error('no');
    },
  ],
])('an answer %s is an error of the encoder, and the window goes on', (_, encode) => {
  const { input, out, meter } = run({ encoder: { encode } });
  input.next(window(1000));
  expect(out).toEqual([{ at: 1000, heard: null }]);
  expect(meter.counted('emostream_errors_total', { code: 'INTERNAL' })).toBe(1);
});

it('its end waits for what is being encoded', () => {
  const answers = new Subject<Float32Array>();
  let ended = false;
  const meter = new CountMeter();
  const seen: unknown[] = [];
  of(window(1000))
    .pipe(
      encodeVoice(
        {
          ...{ encoder: { encode: () => answers }, secondOf: () => new Float32Array(1), patience$: NEVER },
          ...{ affords: () => true, meter },
        },
        NEVER,
      ),
    )
    .subscribe({ next: (each) => seen.push(each), complete: () => (ended = true) });
  expect([seen.length, ended]).toEqual([0, false]);
  answers.next(answer(1));
  expect([seen.length, ended]).toEqual([1, true]);
});
