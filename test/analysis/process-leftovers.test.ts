import { readFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { projectFile } from '../../bench/support/project-file.js';
import { AnalysisProcess } from '../../src/analysis/analysis-process.js';
import { Standby } from '../../src/analysis/standby.js';
import { Bulkhead } from '../../src/common/bulkhead.js';
import { silentMeter } from '../../src/common/metrics.js';
import type { TrackControl } from '../../src/sfu/types.js';
import { sileroFile } from '../../src/speech/index.js';
import { ServeProcess } from '../cli/support/serve-process.js';
import { CountMeter } from '../inference/support/count-meter.js';
import { SECRET } from '../server/support/test-server.js';
import { silentLogger } from '../sfu/support/sfu-fixture.js';
import { analysisChildren, hasEnded, openFiles, takesPackets } from './support/processes.js';

const deps = { meter: silentMeter, logger: silentLogger };
const OPTIONS = {
  allowedLatenessMs: 150,
  wordsRevisionHorizonMs: 0,
  faceCrops: 2,
  maxFaces: 1,
  voiceActivityModel: sileroFile(),
  speechModel: null,
  voiceEncoder: false,
  traceShare: 0,
  transcriber: null,
  maxPacketRate: 1000,
  maxPixelRate: 1_000_000,
};
const slow = { ...OPTIONS, transcriber: projectFile('test/fixtures/slow-transcriber.mjs') };

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

it('a process that takes long to load its models is not taken for dead', async () => {
  const started = await AnalysisProcess.start(slow, deps);
  expect(await started.inspect()).toMatchObject({ participants: 0, tracks: 0 });
  await started.close();
  await vi.waitUntil(() => hasEnded(started.pid));
});

it('a process that dies while it starts is told of, and leaves no file open', async () => {
  const before = openFiles(process.pid).length;
  const starting = AnalysisProcess.start(slow, deps);
  const pid = await vi.waitUntil(() => analysisChildren()[0]);
  process.kill(pid, 'SIGSEGV');
  await expect(starting).rejects.toMatchObject({ code: 'INTERNAL' });
  await vi.waitUntil(() => hasEnded(pid) && openFiles(process.pid).length <= before);
});

it('what waits and what still starts ends with its keeper, at once', async () => {
  const bulkhead = new Bulkhead('nothing', deps);
  const standby = new Standby((signal) => AnalysisProcess.start(slow, deps, signal), {
    bulkhead,
    logger: silentLogger,
  });
  standby.prepare();
  const pid = await vi.waitUntil(() => analysisChildren()[0]);
  // Would never be ready: without an end of its own it would hold the server's for a minute.
  process.kill(pid, 'SIGSTOP');
  await standby.close();
  await vi.waitUntil(() => hasEnded(pid));
});

it('what a process does not read is bounded and counted, and closing does not wait for it', async () => {
  const meter = new CountMeter();
  const started = await AnalysisProcess.start(OPTIONS, { meter, logger: silentLogger });
  process.kill(started.pid, 'SIGSTOP');
  const caption = { type: 'caption', key: 1, text: 'x'.repeat(1000), startMs: 1, endMs: 2, arrivalMs: 3 } as const;
  for (let i = 0; i < 6000; i++) started.send(caption);
  const dropped = { stage: 'analysis', reason: 'process-overrun' } as const;
  expect(meter.counted('emostream_dropped_total', dropped)).toBe(1000);
  await started.close();
  expect(hasEnded(started.pid)).toBe(true);
});

it('media that a process does not read are bounded in bytes, and whoever waits for an answer has one', async () => {
  const meter = new CountMeter();
  const started = await AnalysisProcess.start(OPTIONS, { meter, logger: silentLogger });
  const answers: unknown[] = [];
  const control = { answered: (answer: unknown) => answers.push(answer) } as unknown as TrackControl;
  const ignored = () => undefined;
  started.serve({
    ...{ onOutput: ignored, onParticipantFailed: ignored, onTrackOpened: ignored, onLoad: ignored, onDied: ignored },
    onTrack: (_, tell) => tell(control),
  });
  process.kill(started.pid, 'SIGSTOP');
  const MIB = 2 ** 20;
  const piece = { data: new Uint8Array(MIB), mediaTime: 1, arrivalMs: 1 };
  const send = (question?: number) =>
    started.send({ type: 'media', handle: 1, piece: question === undefined ? piece : { ...piece, question } });
  for (let i = 0; i < 70; i++) send(i);
  send();
  const dropped = meter.counted('emostream_dropped_total', { stage: 'analysis', reason: 'process-overrun' });
  expect(dropped).toBe(answers.length + 1);
  expect(answers).toEqual([64, 65, 66, 67, 68, 69].map((question) => ({ question, refused: 'overloaded' })));
  await started.close();
});

it('a process holds no secret, and of sockets only those for packets and the channel to its parent; Ctrl-C ends all in order', async () => {
  process.env.DATABASE_URL = 'postgres://user:hunter2@db';
  process.env.NODE_AUTH_TOKEN = 'hunter2';
  closers.push(() => {
    delete process.env.DATABASE_URL;
    delete process.env.NODE_AUTH_TOKEN;
  });
  const server = new ServeProcess({
    env: { EMOSTREAM_JWT_SECRET: SECRET, SMTP_PASS: 'hunter2', OPENAIAPIKEY: 'hunter2' },
  });
  closers.push(() => server.kill());
  await server.ready();
  for (const pid of server.analysisProcesses()) {
    const environment = readFileSync(`/proc/${String(pid)}/environ`, 'utf8');
    expect(environment).not.toContain(SECRET);
    expect(environment).not.toContain('hunter2');
    expect(environment).toContain('PATH=');
    const tcp =
      readFileSync(`/proc/${String(pid)}/net/tcp`, 'utf8') + readFileSync(`/proc/${String(pid)}/net/tcp6`, 'utf8');
    const inodes = openFiles(pid).flatMap((file) => /^socket:\[(\d+)\]$/.exec(file)?.slice(1) ?? []);
    for (const inode of inodes) expect(tcp.split(/\s+/)).not.toContain(inode);
  }

  // To the whole group; no process is taken for crashed.
  const pids = await vi.waitUntil(
    () => {
      const all = server.analysisProcesses();
      return all.length === 2 && all.every(takesPackets) && all;
    },
    { timeout: 60_000 },
  );
  process.kill(-server.pid, 'SIGINT');
  expect(await server.exited).toEqual({ code: 0, signal: null });
  expect(server.output).not.toContain('analysis process ended');
  await vi.waitUntil(() => (pids as number[]).every(hasEnded));
});

it('processes end with their parent, however it ends', async () => {
  const server = new ServeProcess({ speech: false });
  closers.push(() => server.kill());
  await server.ready();
  // One of them may be at any point of its start.
  const pids = server.analysisProcesses();
  const parent = server.server();
  process.kill(server.pid, 'SIGKILL');
  process.kill(parent, 'SIGKILL');
  expect(pids.length).toBeGreaterThan(0);
  await vi.waitUntil(() => pids.every(hasEnded), { timeout: 60_000 });
});
