import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ALL, NONE, startServer } from './support/test-server.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'emostream-audit-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

test('joining, each change of consent and leaving are written, with ids only', async () => {
  const auditLog = join(dir, 'audit.jsonl');
  const subject = await startServer({ auditLog, allowFace: false });
  const alice = await subject.connect({}, { subject: 'id-1' });
  await alice.join('Alice Liddell', ALL);
  await alice.request('setConsent', { consent: { ...NONE, voice: true } });
  await alice.request('caption', { text: 'secret words', startMs: 0, endMs: 0, sentMs: 0 }).catch(() => undefined);
  await alice.request('leave', {});
  await subject.close();
  const text = readFileSync(auditLog, 'utf8');
  const records = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(records).toMatchObject([
    { event: 'join', room: 'room', participant: 'id-1', consent: { ...ALL, face: false } },
    { event: 'consent', room: 'room', participant: 'id-1', consent: { ...NONE, voice: true } },
    { event: 'leave', room: 'room', participant: 'id-1', consent: NONE },
  ]);
  for (const { at } of records) expect(Math.abs(Date.parse(at as string) - Date.now())).toBeLessThan(60_000);
  expect(text).not.toMatch(/Alice|secret/);
  expect(statSync(auditLog).mode & 0o777).toBe(0o600);
});

test('a file that cannot be opened, and a folder that is a file, are configuration errors', async () => {
  for (const options of [{ auditLog: join(dir, 'no', 'such', 'folder') }, { recordings: import.meta.filename }]) {
    await expect(startServer(options)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  }
});

test('a disk that is full loses records, which is counted, and no call', async () => {
  const subject = await startServer({ auditLog: '/dev/full' });
  const alice = await subject.connect();
  await alice.join('Alice', ALL);
  await alice.request('setConsent', { consent: NONE });
  await alice.request('leave', {});
  const lost = { stage: 'audit', reason: 'write-failed' };
  await subject.meter.until(() => subject.meter.value('emostream_dropped_total', lost) === 3);
  expect((await alice.join('Alice', ALL)).consent).toEqual(ALL);
  await subject.close();
});
