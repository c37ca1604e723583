import { expect, it } from 'vitest';
import { AnalysedParticipant } from '../../src/analysis/analysed-participant.js';
import { Bulkhead } from '../../src/common/bulkhead.js';
import type { ToAnalysis } from '../../src/analysis/messages.js';
import { WindowPublisher, type WindowOutcome } from '../../src/analysis/window-publisher.js';
import { WordsShowing } from '../../src/analysis/words-showing.js';
import { silentMeter } from '../../src/common/metrics.js';
import { InProcessBus } from '../../src/events/in-process-bus.js';
import type { WindowFeatures } from '../../src/features/types.js';
import { silentLogger } from '../sfu/support/sfu-fixture.js';
import { Listener } from '../events/support/listener.js';

// Guards that stand behind others: the property of consent-rule.test.ts holds without them.

const WORDS = { face: false, voice: false, words: true };
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
  timing: { lastMediaMs: null, lastArrivalMs: null, lastDecodedMs: null, saidMs: [], closedMs: 1000, featuresMs: 1000 },
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
  const bulkhead = new Bulkhead('participant', { meter: silentMeter, logger: silentLogger });
  return { subject: new WindowPublisher(who, deps, analysing, bulkhead), settle };
}

it('words that began before their consent are refused with a reason, and go no further', () => {
  let now = 10_000;
  const sent: ToAnalysis[] = [];
  const told: string[] = [];
  const bus = new InProcessBus();
  const participant = new AnalysedParticipant({
    ...{ key: 1, who, phaseMs: 0, bus, meter: silentMeter, logger: silentLogger, clock: () => now },
    process: { send: (message) => void sent.push(message), ports: [] },
    refusal: null,
    publisher: (analysing) => publisher(bus, analysing).subject,
    words: new WordsShowing({ clock: () => now, meter: silentMeter, tell: ({ text }) => told.push(text) }),
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

  // Nor are words told of somebody who has left.
  participant.setConsent({ ...WORDS, voice: true }, true);
  now = 14_000;
  const words = { text: 'late', startMs: 13_500, endMs: now, arrivalMs: now };
  const late = { type: 'words' as const, words, term: 1, generation: 3 };
  participant.output(late);
  participant.close('left');
  participant.output({ ...late, words: { ...words, text: 'too late' } });
  expect(told).toEqual(['late']);
});

it('a window that was in the engine when analysis ended is not published after the end', async () => {
  const bus = new InProcessBus();
  const listener = new Listener(bus, 'room');
  let analysing = true;
  const { subject, settle } = publisher(bus, () => analysing);
  subject.begin(1);
  subject.take({ type: 'window', features, generation: 1 });
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
  await new Promise(setImmediate);
  expect(listener.got).toEqual([]);
});
