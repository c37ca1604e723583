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
  // The one that waits takes the place of the first; there is none to take the place of that.
  const [killed] = call.app.analyser.pids;
  call.killProcess();
  await vi.waitUntil(() => call.app.analyser.pids[0] !== killed, { timeout: 30_000 });
  call.killProcess();
  await vi.waitUntil(() => !call.app.analyser.healthy, { timeout: 30_000 });
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

it('who joined while no process ran is told, by a gap, of the whole seconds until one does', () => {
  let now = 10_300;
  const bus = new InProcessBus({ journalSize: 10, maxRooms: 2 });
  const deps = { bus, meter: silentMeter, logger: silentLogger, clock: () => now };
  const events: RoomEvent[] = [];
  deps.bus.subscribe('room', (event) => events.push(event));
  const who = { room: 'room', participant: 'late' };
  const nowhere = { send: () => {}, ports: [] };
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
  participant.setConsent({ face: false, voice: false, words: true });
  now = 13_500;
  participant.moveTo(nowhere);
  expect(events.map((event) => event.type)).toEqual(['begin', 'gap']);
  expect(events[1]).toMatchObject({ window: { start: 11_000, end: 13_000 }, reason: 'analysis-restarted' });
});
