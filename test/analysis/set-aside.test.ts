import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { callRecording } from '../../bench/support/call-recording.js';
import { projectFile } from '../../bench/support/project-file.js';
import type { Recording } from '../../bench/support/index.js';
import { Call } from './support/call.js';

const SEEN = { face: true, voice: true, words: false };

let call: Call;
const before = process.env.NODE_OPTIONS;
beforeAll(async () => {
  // An analysis process has the environment of when it is started.
  process.env.NODE_OPTIONS = `${before ?? ''} --import=${projectFile('test/fixtures/crash-on-marked-media.mjs')}`;
  call = await Call.start('aside', { analysisProcesses: 1 });
});
afterAll(async () => {
  if (before === undefined) delete process.env.NODE_OPTIONS;
  else process.env.NODE_OPTIONS = before;
  await call.close();
});

/** The same call, with a packet a second that the decoder in `crash-on-marked-media.mjs` does not survive. */
function lethal({ video, audio }: Recording): Recording {
  const mark = Buffer.from([0xfc, ...Buffer.from('lethal')]);
  return { video, audio: { packets: audio!.packets.map((packet, i) => (i % 50 === 25 ? mark : packet)) } };
}

it('whose media end the process three times is set aside, and nobody else', { timeout: 90_000 }, async () => {
  const recording = callRecording();
  const ann = await call.join('ann', { recording, consent: SEEN, seed: 1 });
  const ben = await call.join('ben', { recording, consent: SEEN, seed: 2 });
  ann.peer.start();
  ben.peer.start();
  const faces = (name: string) => call.of('emotion', name).filter(({ face }) => face.present);
  await call.until('faces', () => faces('ann').length > 0 && faces('ben').length > 0);

  const mal = await call.join('mal', { recording: lethal(recording), consent: SEEN, seed: 3 });
  mal.peer.start();
  const end = await call.until('the end', () => call.of('end', 'mal')[0], 60_000);
  expect(end.reason).toBe('set-aside');
  expect(call.of('media', 'mal').map(({ source, problem }) => [source, problem])).toEqual(
    expect.arrayContaining([
      ['microphone', 'analysis-crash'],
      ['camera', 'analysis-crash'],
    ]),
  );
  const metrics = (await call.app.meter.exposition()).body;
  expect(metrics).toContain('emostream_set_asides_total{reason="analysis-crash"} 1');
  expect(metrics).toContain('emostream_worker_restarts_total{worker="analysis"} 3');

  // The others missed at most the window of the one crash that happened beside them, and go on.
  const since = call.events.at(-1)!.seq;
  for (const name of ['ann', 'ben']) {
    await call.until(name, () => faces(name).some(({ seq }) => seq > since));
    expect(call.of('end', name)).toEqual([]);
    expect(call.of('media', name)).toEqual([]);
  }
  // The process that was kept for the suspect went with them, or stands empty: two at most, and none of them dies any more.
  const { pids } = call.app.analyser;

  mal.close();
  const again = await call.join('mal', { recording: lethal(recording), consent: SEEN, seed: 4 });
  again.peer.start();
  const later = call.events.at(-1)!.seq;
  await call.until('three more of ann', () => faces('ann').filter(({ seq }) => seq > later).length >= 3);
  expect(call.of('begin', 'mal').filter(({ seq }) => seq > later)).toEqual([]);
  expect(call.app.analyser.pids[0]).toBe(pids[0]);
  again.close();
  ann.close();
  ben.close();
});

it(
  'who comes back to the room under another name ends a process of their own, not that of the others',
  { timeout: 120_000 },
  async () => {
    const recording = callRecording();
    const ann = await call.join('ann', { recording, consent: SEEN, seed: 1 });
    ann.peer.start();
    const faces = () => call.of('emotion', 'ann').filter(({ face }) => face.present);
    const goesOn = async () => {
      const since = call.events.at(-1)!.seq;
      await call.until('faces', () => faces().some(({ seq }) => seq > since), 40_000);
    };
    const restarts = async () => {
      const { body } = await call.app.meter.exposition();
      return Number(/^emostream_worker_restarts_total\{worker="analysis"\} (\d+)/m.exec(body)?.[1]);
    };
    await goesOn();
    for (const name of ['new-1', 'new-2', 'new-3']) {
      const [pids, before] = [call.app.analyser.pids, await restarts()];
      const mal = await call.join(name, { recording: lethal(recording), consent: SEEN, seed: 5 });
      mal.peer.start();
      await vi.waitUntil(async () => (await restarts()) > before, { timeout: 60_000, interval: 20 });
      mal.close();
      await goesOn();
      // The first test left somebody of the ledger's behind, so already the first of these names is not trusted.
      expect(call.app.analyser.pids[0]).toBe(pids[0]);
    }
    ann.close();
  },
);
