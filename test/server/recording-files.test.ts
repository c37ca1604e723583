import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { linesOf } from '../../src/files/line-file.js';
import { prune } from '../../src/server/recordings/retention.js';
import { RotatingFile } from '../../src/server/recordings/rotating-file.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const onLost = (): never => expect.unreachable('lines were lost');

it('writes over nothing, and through no link', async () => {
  const folder = temporaryFolder({ 'there.jsonl': 'mine\n', 'old.1.jsonl': 'mine\n', 'victim.txt': 'mine\n' });
  symlinkSync(join(folder, 'victim.txt'), join(folder, 'link.jsonl'));
  for (const [name, append] of [
    ['there', false],
    ['old', false],
    ['link', false],
    ['link', true],
  ] as const) {
    const opening = RotatingFile.open({ path: join(folder, `${name}.jsonl`), maxBytes: 1000, append, onLost });
    await expect(opening, name).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  }
  expect(readFileSync(join(folder, 'victim.txt'), 'utf8')).toBe('mine\n');
});

it('goes on with parts and file of an earlier run', async () => {
  const folder = temporaryFolder({ 'e.1.jsonl': 'one\n', 'e.jsonl': 'two\n' });
  const path = join(folder, 'e.jsonl');
  let rotated = 0;
  const file = await RotatingFile.open({ path, maxBytes: 8, append: true, onLost, onRotated: () => (rotated += 1) });
  file.append('three');
  while (rotated < 1) await new Promise((resolve) => setTimeout(resolve, 20));
  file.append('four');
  await file.close();
  expect(readdirSync(folder).sort()).toEqual(['e.1.jsonl', 'e.2.jsonl', 'e.jsonl']);
  expect([...linesOf(path)]).toEqual(['one', 'two', 'three', 'four']);
});

it('deletes what is too old, and of the rest the oldest beyond the bytes; never what is somebody’s own', async () => {
  const root = temporaryFolder({ 'notes.txt': 'mine' });
  const add = (name: string, file: string, ageS: number) => {
    mkdirSync(join(root, name), { recursive: true });
    writeFileSync(join(root, name, file), 'x'.repeat(100));
    utimesSync(join(root, name, file), 1_000_000 - ageS, 1_000_000 - ageS);
  };
  add('20260101T000000Z-a', 'events.jsonl', 900);
  add('20260102T000000Z-a', 'events.1.jsonl', 300);
  add('20260102T000000Z-a', 'events.jsonl', 200);
  add('20260102T000000Z-a', 'mine.html', 900);
  add('20260103T000000Z-b', 'words.jsonl', 100);
  add('other', 'events.jsonl', 900);
  const gone = await prune(root, { maxBytes: 200, olderThanMs: (1_000_000 - 500) * 1000 });
  expect(gone).toBe(2);
  expect(readdirSync(root).sort()).toEqual(['20260102T000000Z-a', '20260103T000000Z-b', 'notes.txt', 'other']);
  expect(readdirSync(join(root, '20260102T000000Z-a')).sort()).toEqual(['events.jsonl', 'mine.html']);
});
