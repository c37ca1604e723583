import { expect, it } from 'vitest';
import { InProcessBus } from '../../src/events/in-process-bus.js';
import { EventWatch } from '../../src/telemetry/event-watch.js';
import { PromMeter } from '../../src/telemetry/prom-meter.js';
import { emotionEvent } from '../server/support/emotion-event.js';

const ALL = { face: true, voice: true, words: true };
const NONE = { face: false, voice: false, words: false };
/** A whole minute of Unix time, in seconds. */
const MINUTE = 1_800_000_000;

function setUp(emotions: boolean) {
  let now = MINUTE * 1000;
  const meter = new PromMeter();
  const watch = new EventWatch(meter, () => now, emotions);
  const bus = new InProcessBus({
    onPublish: (event) => watch.published(event),
    onForget: (person) => watch.forgot(person),
  });
  const value = async (series: string) => {
    const { body } = await meter.exposition();
    const line = body.split('\n').find((each) => each.startsWith(`${series} `));
    return Number(line?.slice(series.length + 1));
  };
  const judged = (participant: string, second: number) => {
    now = (MINUTE + second + 1) * 1000;
    bus.publish({ ...emotionEvent(MINUTE + second), participant, label: 'happy' } as ReturnType<typeof emotionEvent>);
  };
  const pass = (seconds: number) => {
    now = (MINUTE + seconds) * 1000;
    watch.report();
  };
  return { bus, value, judged, pass };
}

const HAPPY = 'emostream_emotion_seconds_total{label="happy"}';

it('knows how many people are analysed, and when the last event came', async () => {
  const { bus, value, judged } = setUp(false);
  expect(await value('emostream_last_event_timestamp_seconds')).toBe(0);
  for (const participant of ['a', 'b']) {
    bus.publish({ type: 'begin', room: 'room', participant, at: 0, analysed: ALL });
  }
  bus.publish({ type: 'begin', room: 'room', participant: 'a', at: 1, analysed: { ...ALL, words: false } });
  expect(await value('emostream_analysed_participants')).toBe(2);
  bus.publish({ type: 'end', room: 'room', participant: 'a', at: 2, reason: 'left' });
  expect(await value('emostream_analysed_participants')).toBe(1);
  judged('b', 5);
  expect(await value('emostream_last_event_timestamp_seconds')).toBe(MINUTE + 6);
});

it('knows how many seconds have no event, and why', async () => {
  const { bus, value } = setUp(false);
  const gap = { type: 'gap', room: 'room', participant: 'a' } as const;
  bus.publish({ ...gap, window: { start: 1000, end: 4000 }, reason: 'analysis-restarted' });
  bus.publish({ ...gap, window: { start: 4000, end: 5000 }, reason: 'overloaded' });
  expect(await value('emostream_gap_seconds_total{reason="analysis-restarted"}')).toBe(3);
  expect(await value('emostream_gap_seconds_total{reason="overloaded"}')).toBe(1);
  expect(await value('emostream_gap_seconds_total{reason="consent-changed"}')).toBe(0);
});

it('counts no label unless it is asked to', async () => {
  const { value, judged, pass } = setUp(false);
  for (const participant of 'abcde') judged(participant, 5);
  pass(200);
  expect(await value(HAPPY)).toBe(0);
});

it('counts the labels of five people together, and nothing of who withdrew before they came out', async () => {
  const { bus, value, judged, pass } = setUp(true);
  for (const participant of 'abcdef') {
    bus.enter({ room: 'room', participant });
    bus.consent({ room: 'room', participant }, ALL);
    judged(participant, 5);
  }
  for (const participant of 'abcde') judged(participant, 6);
  pass(74);
  expect(await value(HAPPY)).toBe(0);
  bus.consent({ room: 'room', participant: 'c' }, NONE);
  pass(75);
  // Second 5 has five left; second 6 has four.
  expect(await value(HAPPY)).toBe(5);
});
