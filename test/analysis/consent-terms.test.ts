import { Subject } from 'rxjs';
import { expect, it } from 'vitest';
import { AnalysedParticipant } from '../../src/analysis/analysed-participant.js';
import { ConsentedStreams } from '../../src/analysis/consented-streams.js';
import type { ToAnalysis } from '../../src/analysis/messages.js';
import { WindowPublisher, type WindowOutcome } from '../../src/analysis/window-publisher.js';
import { silentMeter } from '../../src/common/metrics.js';
import { InProcessBus } from '../../src/events/in-process-bus.js';
import type { WindowFeatures } from '../../src/features/types.js';
import { type Aligned, alignWindows } from '../../src/streams/index.js';
import { silentLogger } from '../sfu/support/sfu-fixture.js';
import { Listener } from '../events/support/listener.js';

// Guards that stand behind others: the property of consent-rule.test.ts holds without them.

const WORDS = { face: false, voice: false, words: true };
const ALL = { face: true, voice: true, words: true };
const who = { room: 'room', participant: 'ann' };

const features: WindowFeatures = {
  startMs: 0,
  endMs: 1000,
  revision: 0,
  closedBy: 'watermark',
  face: null,
  voice: null,
  words: null,
  state: { face: 'off', voice: 'off', words: 'off' },
  timing: { lastMediaMs: null, lastArrivalMs: null, lastDecodedMs: null, closedMs: 1000, featuresMs: 1000 },
};

function publisher(bus: InProcessBus, analysing: () => boolean) {
  const settle: ((outcome: WindowOutcome) => void)[] = [];
  const runner = {
    submit: () => new Promise<WindowOutcome>((resolve) => settle.push(resolve)),
    cancel: () => undefined,
    crop: () => undefined,
  };
  const engine = { name: 'none', model: 'none' };
  const deps = { runner, bus, meter: silentMeter, clock: () => 1000, engine, smoothingMs: 0 };
  return { subject: new WindowPublisher(who, deps, analysing), settle };
}

it('words that began before their consent are refused with a reason, and go no further', () => {
  let now = 10_000;
  const sent: ToAnalysis[] = [];
  const bus = new InProcessBus();
  const participant = new AnalysedParticipant({
    ...{ key: 1, who, bus, meter: silentMeter, logger: silentLogger, clock: () => now },
    thread: { send: (message) => sent.push(message), packet: () => undefined },
    publisher: (analysing) => publisher(bus, analysing).subject,
    registerTrack: () => 1,
    releaseTrack: () => undefined,
    onClosed: () => undefined,
  });
  const say = (startMs: number) => participant.caption({ text: 'x', startMs, endMs: now, arrivalMs: now });
  participant.setConsent(WORDS);
  now = 12_000;
  say(11_000);
  participant.setConsent({ ...WORDS, words: false });
  participant.setConsent(WORDS);
  now = 13_000;
  expect(() => say(11_500)).toThrow(expect.objectContaining({ code: 'CONSENT_REQUIRED' }) as Error);
  say(12_500);
  expect(sent.filter((message) => message.type === 'caption').map(({ startMs }) => startMs)).toEqual([11_000, 12_500]);
});

it('streams forget what is withdrawn though its tracks go on, before the new generation begins', () => {
  const streams = new ConsentedStreams<string, string>({ meter: silentMeter, setWordsWanted: null });
  const tick$ = new Subject<number>();
  const windows: Aligned<string, string>[] = [];
  alignWindows(streams, tick$, { meter: silentMeter }).subscribe((window) => windows.push(window));
  const given = { face: 0, voice: 0, words: 0 };
  streams.setConsent({ generation: 1, consent: ALL, given });
  for (const modality of ['face', 'voice'] as const) streams.setTrack({ modality, on: true, paused: false });
  tick$.next(10_000);
  const timed = (value: string, mediaTime: number) => ({
    ...{ value, mediaTime, durationMs: 0, arrivalMs: mediaTime, decodedMs: mediaTime },
  });
  streams.picture(10_100, () => timed('before', 10_100));
  streams.sound(10_100, () => timed('kept', 10_100));
  streams.setConsent({ generation: 2, consent: { ...ALL, face: false }, given });
  expect(streams.generation).toBe(2);
  streams.picture(10_200, () => timed('without consent', 10_200));
  tick$.next(12_000);
  expect(windows[0]).toMatchObject({ type: 'window', window: { frames: [], audio: [{ value: 'kept' }] } });
});

it('a window that was in the engine when analysis ended is not published after the end', async () => {
  const bus = new InProcessBus();
  const listener = new Listener(bus, 'room');
  let analysing = true;
  const { subject, settle } = publisher(bus, () => analysing);
  subject.begin(1);
  const done = subject.process(features, 1);
  analysing = false;
  const none = { face: null, voice: null, words: null };
  settle[0]!({
    queueMs: 0,
    inferenceMs: 0,
    scores: {
      ...{ probabilities: null, valence: null, arousal: null, confidence: 0, uncertain: true, modalities: none },
      weights: { face: 0, voice: 0, words: 0 },
    },
  });
  await done;
  expect(listener.got).toEqual([]);
});
