import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { callRecording } from '../../bench/support/call-recording.js';
import { AnalysedParticipant } from '../../src/analysis/analysed-participant.js';
import { WindowPublisher } from '../../src/analysis/window-publisher.js';
import { WordsShowing } from '../../src/analysis/words-showing.js';
import { silentLogger } from '../sfu/support/sfu-fixture.js';
import { silentMeter } from '../../src/common/metrics.js';
import { InProcessBus } from '../../src/events/in-process-bus.js';
import type { RoomEvent } from '../../src/events/schema.js';
import { Call } from './support/call.js';

const SEEN = { face: true, voice: true, words: false };

let call: Call;
beforeAll(async () => {
  call = await Call.start('restart', { analysisProcesses: 1 });
});
afterAll(() => call.close());

it('people who join while no analysis process runs are in the call at once, and analysed when it is back', async () => {
  const recording = callRecording();
  // The one that waits, or will when the machine is busy, takes the place of the first; there is none to take the place of that.
  const [killed] = call.app.analyser.pids;
  call.killProcess();
  await vi.waitUntil(() => ![undefined, killed].includes(call.app.analyser.pids[0]), { timeout: 60_000, interval: 5 });
  call.killProcess();
  await vi.waitUntil(() => !call.app.analyser.healthy, { timeout: 60_000 });
  const late = await call.join('late', { recording, consent: SEEN });
  // Whoever consents to nothing is nobody's concern.
  const shy = await call.join('shy', { recording, consent: { face: false, voice: false, words: false } });
  expect(call.app.analyser.healthy).toBe(false);
  late.peer.start();
  const seen = await call.until('a face', () => call.of('emotion', 'late').find((event) => event.face.present));
  expect(call.app.analyser.healthy).toBe(true);
  expect(call.of('begin', 'late').length).toBeGreaterThan(0);

  // Every whole second since analysis was said to begin has its event, or a gap that says why not.
  const covered = new Set(call.of('emotion', 'late').map((event) => event.window.start));
  for (const { window } of call.of('gap', 'late'))
    for (let at = window.start; at < window.end; at += 1000) covered.add(at);
  const first = Math.ceil(call.of('begin', 'late')[0]!.at / 1000) * 1000 + 1000;
  for (let start = first; start <= seen.window.start; start += 1000) expect(covered, String(start)).toContain(start);
  expect(await call.app.analyser.inspect()).toMatchObject([{ participants: 2 }]);
  expect(await call.app.meter.exposition()).toMatchObject({
    body: expect.stringContaining('emostream_worker_restarts_total{worker="analysis"} 2') as string,
  });
  late.close();
  shy.close();
});

/** Somebody in a made-up time, with no process to work in. */
function somebody(atMs: number) {
  const time = { now: atMs };
  const bus = new InProcessBus({ journalSize: 10, maxRooms: 2 });
  const deps = { bus, meter: silentMeter, logger: silentLogger, clock: () => time.now };
  const events: RoomEvent[] = [];
  deps.bus.subscribe('room', (event) => events.push(event));
  const who = { room: 'room', participant: 'late' };
  const participant = new AnalysedParticipant({
    ...deps,
    key: 1,
    who,
    phaseMs: 0,
    process: null,
    refusal: null,
    publisher: (allowed, bulkhead) =>
      new WindowPublisher(
        who,
        {
          ...deps,
          runner: { submit: () => Promise.reject(new Error('not asked')), cancel: () => {}, crop: () => {} },
          engine: { name: 'none', model: 'none' },
          smoothingMs: 0,
        },
        allowed,
        bulkhead,
      ),
    words: new WordsShowing({ ...deps, tell: () => {} }),
    registerTrack: () => 1,
    releaseTrack: () => {},
    onClosed: () => {},
  });
  return { participant, events, time };
}

const somewhere = { send: () => {}, ports: [4] };
const WORDS = { face: false, voice: false, words: true };

it('who joined while no process ran is told, by a gap, of the whole seconds until one does', () => {
  const { participant, events, time } = somebody(10_300);
  participant.setConsent(WORDS);
  time.now = 13_500;
  participant.moveTo(somewhere);
  expect(events.map((event) => event.type)).toEqual(['begin', 'gap']);
  expect(events[1]).toMatchObject({ window: { start: 11_000, end: 13_000 }, reason: 'analysis-restarted' });
});

it.each([
  ['leaves', 'left', (participant: AnalysedParticipant) => participant.close('left')],
  [
    'withdraws',
    'consent-withdrawn',
    (participant: AnalysedParticipant) => participant.setConsent({ face: false, voice: false, words: false }),
  ],
  ['is set aside', 'set-aside', (participant: AnalysedParticipant) => participant.setAside('analysis-crash')],
])('of who %s while no process runs the seconds that it took along are told before the end', (_, reason, end) => {
  for (const wasThere of [true, false]) {
    const { participant, events, time } = somebody(10_300);
    if (wasThere) participant.moveTo(somewhere);
    participant.setConsent(WORDS);
    time.now = 12_000;
    if (wasThere) participant.interrupt();
    time.now = 15_400;
    end(participant);
    expect(events.map(({ type }) => type)).toEqual(['begin', 'gap', 'end']);
    expect(events[1]).toMatchObject({ window: { start: 11_000, end: 15_000 }, reason: 'analysis-restarted' });
    expect(events[2]).toMatchObject({ reason });
  }
});

it('who ends while a process runs ends without a gap: its windows are on their way', () => {
  const { participant, events, time } = somebody(10_300);
  participant.moveTo(somewhere);
  participant.setConsent(WORDS);
  time.now = 15_400;
  participant.close('left');
  expect(events.map(({ type }) => type)).toEqual(['begin', 'end']);
});

it('taps are told at once that a process is gone, for its ports may be anybody’s', () => {
  const { participant } = somebody(10_300);
  const told: unknown[] = [];
  participant.onDestination((destination) => told.push(destination));
  participant.moveTo(somewhere);
  participant.interrupt();
  participant.moveTo({ ...somewhere, ports: [5] });
  expect(told).toEqual([{ port: 4 }, null, { port: 5 }]);
});
