import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AlignedWindow, type AlignerOptions, type Timed, WindowAligner } from '../../src/streams/index.js';
import { CountingMeter } from '../media/support/counting-meter.js';

type Window = AlignedWindow<string, string>;

/** Starts at second 100 exactly, so that numbers stay short. */
const T0 = 100_000;

function setUp(options: Partial<AlignerOptions> = {}) {
  const meter = new CountingMeter();
  const aligner = new WindowAligner<string, string>({ meter, ...options });
  const windows: Window[] = [];
  const skipped: { startMs: number; endMs: number }[] = [];
  const frame = (at: number, arrivalMs = at): void => {
    aligner.pushFrame(timed(at, 0, arrivalMs));
  };
  const sound = (at: number, durationMs: number, arrivalMs = at + durationMs): void => {
    aligner.pushAudio(timed(at, durationMs, arrivalMs));
  };
  const words = (startMs: number, endMs: number, arrivalMs: number, text = 'words'): void => {
    aligner.pushWords({ startMs, endMs, arrivalMs, text });
  };
  const advance = (to: number): Window[] => {
    const out = aligner.advance(to);
    windows.push(...out.windows);
    if (out.skipped) skipped.push(out.skipped);
    return out.windows;
  };
  const dropped = (reason: string) => meter.of('emostream_dropped_total', 'align', reason);
  return { aligner, meter, windows, skipped, frame, sound, words, advance, dropped };
}

function timed(at: number, durationMs: number, arrivalMs: number): Timed<string> {
  return { mediaTime: at, durationMs, arrivalMs, decodedMs: arrivalMs + 1, value: String(at) };
}

/** Pictures every 100 ms and sound every 20 ms in [from, to), with a tick every 50 ms. */
function live(s: ReturnType<typeof setUp>, from: number, to: number, kinds = { frames: true, audio: true }): void {
  for (let at = from; at < to; at += 10) {
    if (kinds.frames && at % 100 === 0) s.frame(at);
    if (kinds.audio && at % 20 === 0 && at > from) s.sound(at - 20, 20);
    if (at % 50 === 0) s.advance(at);
  }
}

describe('WindowAligner', () => {
  it('waits for what its own process has not handled yet: that came in time, and is in its window', () => {
    const s = setUp();
    s.aligner.setTrack('voice', true, false);
    s.sound(T0, 100);
    s.advance(T0 + 100);
    // The process gets no processor for most of a second; sound of that time lies in its queue.
    expect(s.aligner.advance(T0 + 1600, T0 + 100).windows).toEqual([]);
    for (let at = T0 + 100; at < T0 + 1000; at += 20) s.sound(at, 20);
    const { windows } = s.aligner.advance(T0 + 1620, T0 + 1620);
    expect(windows.map(({ state, audio }) => [state.voice, audio.length])).toEqual([['live', 46]]);
    expect(s.dropped('voice-late')).toBe(0);
  });

  it('closes a window when all live tracks have passed its end', () => {
    const s = setUp();
    s.aligner.setTrack('face', true, false);
    s.aligner.setTrack('voice', true, false);
    live(s, T0, T0 + 3200);
    expect(s.windows.map(({ startMs, closedBy }) => [startMs, closedBy])).toEqual([
      [T0, 'watermark'],
      [T0 + 1000, 'watermark'],
      [T0 + 2000, 'watermark'],
    ]);
    const last = s.windows[2]!;
    expect(last.frames.map(({ mediaTime }) => mediaTime - T0)).toEqual([
      2000, 2100, 2200, 2300, 2400, 2500, 2600, 2700, 2800, 2900,
    ]);
    expect(last.audio).toHaveLength(150);
    expect(last.audio[0]!.mediaTime).toBe(T0);
    expect(last.state).toEqual({ face: 'live', voice: 'live', words: 'off' });
    expect(last).toMatchObject({
      lastMediaMs: T0 + 3000,
      lastArrivalMs: T0 + 3000,
      lastDecodedMs: T0 + 3001,
      revision: 0,
    });
  });

  it('has windows between whole seconds where it is told so, also after it was overrun', () => {
    const s = setUp({ phaseMs: 250, allowedLatenessMs: 150 });
    s.aligner.setTrack('voice', true, false);
    live(s, T0, T0 + 2500);
    // The first is the one that was under way.
    expect(s.windows.map(({ startMs, endMs }) => [startMs - T0, endMs - T0])).toEqual([
      [-750, 250],
      [250, 1250],
      [1250, 2250],
    ]);
    expect(s.windows[2]!.audio.at(-1)!.mediaTime - T0).toBe(2240);
    expect(s.windows.map(({ state }) => state.voice)).toEqual(['live', 'live', 'live']);
    s.advance(T0 + 20_000);
    expect(s.skipped.map(({ startMs, endMs }) => [startMs - T0, endMs - T0])).toEqual([[2250, 18_250]]);
    expect(s.windows.slice(3).map(({ startMs }) => startMs - T0)).toEqual([18_250]);
  });

  it('waits for the slower track, but not past the deadline', () => {
    const s = setUp({ allowedLatenessMs: 150 });
    s.aligner.setTrack('face', true, false);
    s.aligner.setTrack('voice', true, false);
    s.advance(T0);
    s.sound(T0 + 500, 20);
    s.frame(T0 + 500);
    s.frame(T0 + 1010);
    expect(s.advance(T0 + 1149)).toEqual([]);
    expect(s.advance(T0 + 1150).map(({ closedBy, closedMs }) => [closedBy, closedMs])).toEqual([
      ['deadline', T0 + 1150],
    ]);
  });

  it('does not wait for a track that is paused, off, or has had no media for a second', () => {
    for (const quiet of ['paused', 'off', 'stalled']) {
      const s = setUp();
      s.aligner.setTrack('face', true, false);
      s.aligner.setTrack('voice', quiet !== 'off', quiet === 'paused');
      live(s, T0, T0 + 4100, { frames: true, audio: false });
      const state = quiet === 'stalled' ? 'stalled' : 'off';
      expect(s.windows.map((w) => [w.closedBy, w.state.voice])).toEqual(Array(4).fill(['watermark', state]));
    }
  });

  it('closes on time with no media at all while a track is on, and says that it is stalled', () => {
    const s = setUp();
    s.aligner.setTrack('face', true, false);
    live(s, T0, T0 + 2200, { frames: false, audio: false });
    expect(s.windows.map(({ closedBy, state, lastMediaMs }) => [closedBy, state.face, lastMediaMs])).toEqual([
      ['deadline', 'stalled', null],
      ['deadline', 'stalled', null],
    ]);
  });

  it('is silent while nothing is on, and never repeats a window when something comes back', () => {
    const s = setUp();
    live(s, T0, T0 + 2000);
    expect(s.windows).toEqual([]);
    expect(s.dropped('face-off')).toBe(20);
    s.aligner.setTrack('face', true, false);
    live(s, T0 + 2000, T0 + 4120);
    s.aligner.setTrack('face', false, false);
    s.advance(T0 + 4130);
    s.aligner.setTrack('face', true, false);
    live(s, T0 + 4150, T0 + 6200);
    expect(s.windows.map(({ startMs }) => startMs - T0)).toEqual([2000, 3000, 4000, 5000]);
  });

  it('drops late media and counts them', () => {
    const s = setUp();
    s.aligner.setTrack('face', true, false);
    s.aligner.setTrack('voice', true, false);
    live(s, T0, T0 + 1120);
    expect(s.windows).toHaveLength(1);
    s.frame(T0 + 999, T0 + 1130);
    s.sound(T0 + 980, 20, T0 + 1130);
    expect(s.dropped('face-late')).toBe(1);
    expect(s.dropped('voice-late')).toBe(1);
  });

  it('drops media from the future', () => {
    const s = setUp();
    s.aligner.setTrack('face', true, false);
    s.frame(T0 + 60_000, T0);
    s.frame(NaN, T0);
    expect(s.dropped('face-time')).toBe(2);
    expect(s.aligner.held).toBe(0);
  });

  it('takes the words of the trailing eight seconds', () => {
    const s = setUp();
    s.aligner.setTrack('words', true, false);
    s.advance(T0);
    s.words(T0 + 100, T0 + 600, T0 + 700, 'one');
    s.words(T0 + 7900, T0 + 8100, T0 + 7950, 'two');
    for (let at = T0; at <= T0 + 10_000; at += 100) s.advance(at);
    const byStart = new Map(s.windows.map((w) => [w.startMs - T0, w]));
    expect(byStart.get(0)!.words.map(({ text }) => text)).toEqual(['one']);
    expect(byStart.get(6000)!.words.map(({ text }) => text)).toEqual(['one']);
    // Trailing [0, 8) s still holds what ended at 0.6 s; trailing [1, 9) does not.
    expect(byStart.get(7000)!.words.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(byStart.get(8000)!.words.map(({ text }) => text)).toEqual(['two']);
    expect(byStart.get(0)!.state.words).toBe('live');
  });

  it('revises the windows in which late words were said, with the same media', () => {
    const s = setUp();
    s.aligner.setTrack('face', true, false);
    s.aligner.setTrack('voice', true, false);
    s.aligner.setTrack('words', true, false);
    live(s, T0, T0 + 5200);
    const original = s.windows.slice();
    s.words(T0 + 1500, T0 + 2500, T0 + 5200, 'late');
    const revised = s.advance(T0 + 5210);
    expect(revised.map(({ startMs, revision, closedBy }) => [startMs - T0, revision, closedBy])).toEqual([
      [1000, 1, 'revision'],
      [2000, 1, 'revision'],
    ]);
    for (const window of revised) {
      const first = original.find(({ startMs }) => startMs === window.startMs)!;
      expect(window.frames).toEqual(first.frames);
      expect(window.audio).toEqual(first.audio);
      expect(window.words.map(({ text }) => text)).toEqual(['late']);
      expect(window.state).toEqual({ ...first.state, words: 'live' });
    }
    s.words(T0 + 1500, T0 + 1600, T0 + 5300, 'later');
    expect(s.advance(T0 + 5310).map(({ startMs, revision }) => [startMs - T0, revision])).toEqual([[1000, 2]]);
    expect(s.advance(T0 + 5320)).toEqual([]);
  });

  it('revises no window beyond the horizon, and only the newest of long words', () => {
    const s = setUp({ wordsRevisionHorizonMs: 10_000 });
    s.aligner.setTrack('words', true, false);
    for (let at = T0; at <= T0 + 30_000; at += 100) s.advance(at);
    s.words(T0 + 5000, T0 + 6000, T0 + 30_000);
    expect(s.dropped('words-late')).toBe(1);
    s.words(T0 + 10_000, T0 + 29_500, T0 + 30_000);
    expect(s.advance(T0 + 30_010).map(({ startMs }) => startMs - T0)).toEqual([26_000, 27_000, 28_000]);
  });

  it('forgets at once what is switched off, also for revisions', () => {
    const s = setUp();
    for (const modality of ['face', 'voice', 'words'] as const) s.aligner.setTrack(modality, true, false);
    live(s, T0, T0 + 3200);
    s.aligner.setTrack('face', false, false);
    s.words(T0 + 1500, T0 + 1600, T0 + 3200);
    const [revision] = s.advance(T0 + 3210);
    expect(revision).toMatchObject({ revision: 1, frames: [], state: { face: 'off', voice: 'live' } });
    s.aligner.setTrack('voice', false, false);
    s.aligner.setTrack('words', false, false);
    expect(s.aligner.held).toBe(0);
  });

  it('after a suspension skips ahead and says what will never come', () => {
    const s = setUp();
    s.aligner.setTrack('face', true, false);
    live(s, T0, T0 + 2200, { frames: true, audio: false });
    s.frame(T0 + 2500, T0 + 2500);
    const [window] = s.advance(T0 + 60_300);
    expect(s.skipped).toEqual([{ startMs: T0 + 2000, endMs: T0 + 59_000 }]);
    expect(window!.startMs).toBe(T0 + 59_000);
    // Those at 2.0, 2.1 and 2.5 s.
    expect(s.dropped('face-skipped')).toBe(3);
    expect(s.aligner.held).toBe(0);
  });
});

describe('whatever comes, in whatever order', () => {
  interface Op {
    kind: 'frame' | 'audio' | 'words' | 'advance' | 'track';
    /** ms of server time that pass before it. */
    wait: number;
    /** How late it is. */
    late: number;
    duration: number;
    modality: 'face' | 'voice' | 'words';
    on: boolean;
  }
  const op: fc.Arbitrary<Op> = fc.record({
    kind: fc.oneof(
      { weight: 6, arbitrary: fc.constant('frame' as const) },
      { weight: 6, arbitrary: fc.constant('audio' as const) },
      { weight: 2, arbitrary: fc.constant('words' as const) },
      { weight: 6, arbitrary: fc.constant('advance' as const) },
      { weight: 1, arbitrary: fc.constant('track' as const) },
    ),
    wait: fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 0, max: 120 }) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
    ),
    late: fc.oneof(
      { weight: 5, arbitrary: fc.integer({ min: 0, max: 300 }) },
      { weight: 1, arbitrary: fc.integer({ min: -6000, max: 12_000 }) },
    ),
    duration: fc.integer({ min: 1, max: 400 }),
    modality: fc.constantFrom('face' as const, 'voice' as const, 'words' as const),
    on: fc.boolean(),
  });

  it('every item is in the right windows, no window comes twice, and nothing is lost uncounted', () => {
    fc.assert(
      fc.property(fc.array(op, { minLength: 20, maxLength: 300 }), (ops) => {
        const s = setUp();
        const on = { face: true, voice: true, words: true };
        for (const modality of ['face', 'voice', 'words'] as const) s.aligner.setTrack(modality, true, false);
        let now = T0;
        let frames = 0;
        for (const { kind, wait, late, duration, modality, on: turnOn } of ops) {
          now += wait;
          if (kind === 'frame') {
            frames++;
            s.frame(now - late, now);
          } else if (kind === 'audio') s.sound(now - late - duration, duration, now);
          else if (kind === 'words') s.words(now - late - duration, now - late, now);
          else if (kind === 'advance') s.advance(now);
          else {
            on[modality] = turnOn;
            s.aligner.setTrack(modality, turnOn, false);
          }
        }
        // Long enough for everything that waits to come out, in steps too small to skip.
        const waiting = s.aligner.held;
        for (let at = now; at <= now + 20_000; at += 500) s.advance(at);
        expect(s.aligner.held).toBeLessThanOrEqual(waiting);

        const seen = new Set<string>();
        let lastFirst = -Infinity;
        const inWindows = new Set<Timed<string>>();
        for (const window of s.windows) {
          const { startMs, endMs, revision, closedMs } = window;
          expect(startMs % 1000).toBe(0);
          expect(endMs).toBe(startMs + 1000);
          expect(closedMs).toBeGreaterThanOrEqual(endMs);
          const key = `${String(startMs)} ${String(revision)}`;
          expect(seen.has(key)).toBe(false);
          expect(revision === 0 || seen.has(`${String(startMs)} ${String(revision - 1)}`)).toBe(true);
          seen.add(key);
          if (revision === 0) {
            expect(startMs).toBeGreaterThan(lastFirst);
            lastFirst = startMs;
          }
          for (const frame of window.frames) {
            expect(frame.mediaTime).toBeGreaterThanOrEqual(startMs);
            expect(frame.mediaTime).toBeLessThan(endMs);
            if (revision === 0) {
              expect(inWindows.has(frame)).toBe(false);
              inWindows.add(frame);
            }
          }
          for (const item of window.audio) {
            expect(item.mediaTime).toBeLessThan(endMs);
            expect(item.mediaTime + item.durationMs).toBeGreaterThan(endMs - 3000);
          }
          for (const said of window.words) {
            expect(said.startMs).toBeLessThan(endMs);
            expect(said.endMs).toBeGreaterThan(endMs - 8000);
          }
          for (const list of [
            window.frames.map((f) => f.mediaTime),
            window.audio.map((a) => a.mediaTime),
            window.words.map((w) => w.startMs),
          ]) {
            expect(list).toEqual(list.toSorted((a, b) => a - b));
          }
        }
        // Each picture is in exactly one window or counted once among the dropped.
        const reasons = ['off', 'late', 'time', 'overflow', 'skipped'];
        const counted = reasons.reduce((sum, reason) => sum + s.dropped(`face-${reason}`), 0);
        expect(inWindows.size + counted).toBe(frames);
      }),
      { numRuns: 300 },
    );
  });

  it('memory is bounded, even where time stands still', () => {
    const s = setUp();
    for (const modality of ['face', 'voice', 'words'] as const) s.aligner.setTrack(modality, true, false);
    s.advance(T0);
    for (let i = 0; i < 10_000; i++) {
      s.frame(T0 + (i % 900));
      s.sound(T0 + (i % 900), 20);
      s.words(T0 + (i % 900), T0 + (i % 900) + 1, T0 + 900);
    }
    expect(s.aligner.held).toBe(512 + 2048 + 512);
    for (const what of ['face', 'voice', 'words']) expect(s.dropped(`${what}-overflow`)).toBeGreaterThan(7000);
  });

  it('a long call holds no more than its trailing windows', () => {
    const s = setUp({ wordsRevisionHorizonMs: 0 });
    for (const modality of ['face', 'voice', 'words'] as const) s.aligner.setTrack(modality, true, false);
    live(s, T0, T0 + 60_000);
    // Three seconds of sound at 50 a second and the pictures of one window and a bit.
    expect(s.aligner.held).toBeLessThan(4 * 50 + 25);
    expect(s.windows).toHaveLength(59);
  });
});
