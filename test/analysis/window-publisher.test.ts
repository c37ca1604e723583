import { Subject } from 'rxjs';
import { beforeEach, expect, it } from 'vitest';
import {
  judgeInBatches,
  type WindowOutcome,
  WindowPublisher,
  type WindowRunner,
} from '../../src/analysis/window-publisher.js';
import { Bulkhead } from '../../src/common/bulkhead.js';
import { InProcessBus } from '../../src/events/in-process-bus.js';
import type { RoomEvent } from '../../src/events/schema.js';
import { CountMeter } from '../inference/support/count-meter.js';
import { windowFeatures } from '../inference/support/windows.js';
import { silentLogger } from '../sfu/support/sfu-fixture.js';

const who = { room: 'room', participant: 'ann' };
const window = (second: number, generation = 1, revision = 0) => ({
  type: 'window' as const,
  generation,
  features: { ...windowFeatures(0, 1150), startMs: second * 1000, endMs: second * 1000 + 1000, revision },
});
const third = [1, 0, 0, 0, 0, 0, 0];
const SCORED: WindowOutcome = {
  scores: {
    ...{ probabilities: third, valence: 0, arousal: 0, confidence: 1, uncertain: false },
    weights: { face: 1, voice: 0, words: 0 },
    modalities: { face: third, voice: null, words: null },
  },
  queueMs: 1,
  inferenceMs: 1,
};

/** Answers when the test says so. */
class Runner implements WindowRunner {
  readonly asked: { start: number; answer: (outcome: WindowOutcome) => void; fail: (error: Error) => void }[] = [];
  readonly crops: number[] = [];
  cancelled = 0;
  crop({ id }: { id: number }): void {
    this.crops.push(id);
  }
  submit({ features }: { features: { startMs: number } }): Promise<WindowOutcome> {
    return new Promise((answer, fail) => this.asked.push({ start: features.startMs / 1000, answer, fail }));
  }
  cancel(): void {
    this.cancelled += 1;
  }
}

let runner: Runner;
let meter: CountMeter;
let events: RoomEvent[];
let failed: boolean;
let analysing: boolean;
let publisher: WindowPublisher;
beforeEach(() => {
  [runner, meter, events, failed, analysing] = [new Runner(), new CountMeter(), [], false, true];
  const bus = new InProcessBus({ journalSize: 10, maxRooms: 2 });
  bus.subscribe('room', (event) => events.push(event));
  const engine = { name: 'none', model: 'none' };
  const bulkhead = new Bulkhead('participant', { meter, logger: silentLogger, close: () => (failed = true) });
  const deps = { runner, bus, meter, clock: () => 5000, engine, smoothingMs: 0 };
  publisher = new WindowPublisher(who, deps, () => analysing, bulkhead);
  publisher.begin(1);
});
/** What was promised is done. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
const told = () =>
  events.map((event) =>
    event.type === 'gap'
      ? `gap ${event.reason}`
      : `${event.type} ${'window' in event ? String(event.window.start / 1000) : ''}`,
  );

it('windows go to inference at once, several at a time, and their events come in order', async () => {
  for (const second of [1, 2, 3]) publisher.take(window(second));
  expect(runner.asked.map(({ start }) => start)).toEqual([1, 2, 3]);
  for (const { answer } of runner.asked) answer(SCORED);
  await settled();
  expect(told()).toEqual(['emotion 1', 'emotion 2', 'emotion 3']);
});

it('a window without scores is told as a gap, a lost revision is not; the rest goes on', async () => {
  for (const each of [window(1), window(2), window(1, 1, 1), window(3)]) publisher.take(each);
  const outcomes: WindowOutcome[] = [
    { dropped: 'overloaded' },
    { dropped: 'invalid' },
    { dropped: 'engine-failed' },
    SCORED,
  ];
  runner.asked.forEach(({ answer }, i) => answer(outcomes[i]!));
  await settled();
  expect(told()).toEqual(['gap overloaded', 'gap engine-failed', 'emotion 3']);
});

it('consent changed before, or while a window was judged: its second is told, its result never', async () => {
  publisher.take(window(1, 0));
  expect([runner.asked.length, told()]).toEqual([0, ['gap consent-changed']]);
  publisher.take(window(2));
  publisher.begin(2);
  runner.asked[0]!.answer(SCORED);
  await settled();
  expect(told()).toEqual(['gap consent-changed', 'gap consent-changed']);
  publisher.crop({ type: 'crop', id: 7, pixels: new Uint8Array(), generation: 1 });
  publisher.crop({ type: 'crop', id: 8, pixels: new Uint8Array(), generation: 2 });
  expect([runner.crops, runner.cancelled]).toEqual([[8], 2]);
});

it('nothing follows the end of analysis, or of the participant', async () => {
  publisher.take(window(1));
  analysing = false;
  runner.asked[0]!.answer(SCORED);
  publisher.take(window(2));
  await settled();
  analysing = true;
  publisher.take(window(3));
  publisher.close();
  runner.asked[1]!.answer(SCORED);
  publisher.take(window(4));
  publisher.crop({ type: 'crop', id: 9, pixels: new Uint8Array(), generation: 1 });
  await settled();
  expect([told(), runner.asked.length, runner.crops]).toEqual([[], 2, []]);
  expect(meter.counted('emostream_dropped_total', { stage: 'publish', reason: 'participant-ended' })).toBe(3);
});

it('an error in it is its participant’s: their compartment closes', async () => {
  publisher.take(window(1));
  runner.asked[0]!.fail(new Error('not expected'));
  await settled();
  expect([failed, told()]).toEqual([true, []]);
});

it('judgeInBatches: completes when all that was handed in is answered; lets go of its source with its listener', async () => {
  const source = new Subject<ReturnType<typeof window>>();
  const seen: string[] = [];
  const judge = () =>
    source.pipe(judgeInBatches(runner, who, () => 42)).subscribe({
      next: ({ features, scoredMs }) => seen.push(`${String(features.startMs)} ${String(scoredMs)}`),
      complete: () => seen.push('complete'),
    });
  judge();
  source.next(window(1));
  source.complete();
  expect(seen).toEqual([]);
  runner.asked[0]!.answer(SCORED);
  await settled();
  expect(seen).toEqual(['1000 42', 'complete']);
  const other = new Subject<ReturnType<typeof window>>();
  other
    .pipe(judgeInBatches(runner, who, () => 42))
    .subscribe()
    .unsubscribe();
  expect(other.observed).toBe(false);
});
