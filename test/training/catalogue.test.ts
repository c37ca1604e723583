import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CORPORA, describeCorpora, JUDGING_CORPORA } from '../../src/training/data/catalogue.js';
import { USER_CORPORA } from '../../src/training/data/user-corpora.js';
import { writePrepared } from '../../src/training/data/prepared.js';

it('the list of corpora says which are prepared, whole or in part', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'emostream-catalogue-'));
  await writePrepared(folder, 'emodb', { labels: Int32Array.of(1) });
  await writePrepared(folder, 'meld-train', { labels: Int32Array.of(1) });
  await writePrepared(folder, 'nemo', { labels: Int32Array.of(1) });
  await writePrepared(folder, 'muxspace-train', { happy: Int32Array.of(1) });
  for (const split of ['train', 'valid', 'test']) {
    await writePrepared(folder, `rafdb-face-${split}`, { majority: Int32Array.of(1) });
    await writePrepared(folder, `cremad-voice-${split}`, { labels: Int32Array.of(1) });
  }
  const lines = await describeCorpora(folder);
  const states = lines.filter((line) => /, (?:not )?prepared/u.test(line)).map((line) => line.replace(/:.*, /u, ': '));
  expect(states).toEqual([
    'ferplus: not prepared',
    'ravdess: not prepared',
    'emodb: prepared',
    'nemo: prepared',
    'emogator: not prepared',
    'goemotions: not prepared',
    'meld: prepared in part',
    'muxspace: prepared in part',
    'cremad: prepared in part',
    'ravdess-full: not prepared',
    'meld-clips: not prepared',
    'iemocap: not prepared',
    'affectnet: not prepared',
    'rafdb: prepared',
  ]);
  for (const { terms, layout } of [...CORPORA, ...JUDGING_CORPORA, ...Object.values(USER_CORPORA)]) {
    expect(lines).toContain(`  terms   ${terms}`);
    expect(lines).toContain(`  layout  ${layout}`);
  }
  await rm(folder, { recursive: true });
});
