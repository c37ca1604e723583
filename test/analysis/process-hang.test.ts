import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { callRecording } from '../../bench/support/call-recording.js';
import { projectFile } from '../../bench/support/project-file.js';
import { Call } from './support/call.js';

const closers: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closers.reverse()) await close();
});

it('an analysis process that hangs is ended, and its people are analysed by another, with a gap in between', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'emostream-hang-'));
  closers.push(() => rm(folder, { recursive: true }));
  // A process has the environment of when it is started.
  process.env.TRANSCRIBER_HANGS = join(folder, 'hang');
  const transcriber = projectFile('test/fixtures/hanging-transcriber.mjs');
  const call = await Call.start('hang', { analysisProcesses: 1, transcriber });
  closers.push(() => call.close());
  const consent = { face: true, voice: true, words: true };
  const ada = await call.join('ada', { recording: callRecording(), consent });
  closers.push(() => ada.close());
  ada.peer.start();
  await call.until('a face', () => call.of('emotion', 'ada').some((event) => event.face.present));
  await writeFile(process.env.TRANSCRIBER_HANGS, '');
  const gap = await call.until('the gap', () => call.of('gap', 'ada')[0], 60_000);
  expect(gap.reason).toBe('analysis-restarted');
  await call.until('a face after it', () =>
    call.of('emotion', 'ada').some((event) => event.window.start >= gap.window.end && event.face.present),
  );
  expect(call.app.analyser.healthy).toBe(true);
  expect((await call.app.meter.exposition()).body).toContain('emostream_worker_restarts_total{worker="analysis"} 1');
}, 120_000);
