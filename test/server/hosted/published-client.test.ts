import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectFile } from '../../../bench/support/project-file.js';
import { HostedApp } from './support/hosted-app.js';

/** A Python that has the package; `pip install hume-expression-measurement` makes it one. */
const PYTHON = process.env.HUME_TEST_PYTHON ?? 'python3';
const missing = spawnSync(PYTHON, ['-c', 'import hume_expression_measurement']).status !== 0;
const why = missing ? ` (skipped: ${PYTHON} has no package hume-expression-measurement)` : '';

let app: HostedApp | undefined;
beforeAll(async () => {
  if (missing) process.stdout.write(`the client that Hume publishes is not tried${why}\n`);
  else app = await HostedApp.start();
});
afterAll(() => app?.close());

it.skipIf(missing)(`the Python client that Hume publishes understands every message${why}`, async () => {
  const token = await app!.token('ada', 'face voice');
  const files = ['test/fixtures/astronaut.jpg', 'test/fixtures/speech-16k.wav'].map(projectFile);
  const script = projectFile('test/server/hosted/support/published-client.py');
  const args = [script, String(app!.app.server.port), token, ...files];
  const { stdout } = await promisify(execFile)(PYTHON, args);
  const models = stdout.trim().split('\n');
  expect(models.slice(0, 3)).toEqual(['VideoSessionCreated', 'VideoMeasurementResult', 'VideoSessionClosed']);
  expect(new Set(models.slice(3))).toEqual(
    new Set(['AudioSessionCreated', 'UtteranceStart', 'AudioMeasurementResult', 'UtteranceEnd', 'AudioSessionClosed']),
  );
});
