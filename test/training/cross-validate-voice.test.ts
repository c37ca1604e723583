import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addonFile, engineFolder } from '../../src/inference/engine-install/paths.js';
import { crossValidateVoice, leaveOutCorpora } from '../../src/training/cross-validate-voice.js';
import { readCorporaLeftOut, readFolds } from '../../src/training/evaluation/sources.js';
import { writePrepared } from '../../src/training/data/prepared.js';
import { clips, prepareBuiltIn } from './support/built-in.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emostream-folds-'));
  await prepareBuiltIn(folder);
});
afterAll(() => rm(folder, { recursive: true }));

describe('cross-validation of the voice', () => {
  it('goes on after the folds that an interrupted run finished, and answers every clip once', async (context) => {
    if (!existsSync(addonFile(engineFolder()))) {
      console.log('skipped: the tensorflow engine is not installed (npx emostream engine install tensorflow)');
      context.skip();
    }
    const weights = join(folder, 'weights');
    const lines: string[] = [];
    const run = (stopAt?: string) =>
      crossValidateVoice({
        ...{ prepared: folder, weights, command: 'emostream train voice --cross-validate', seed: 1, epochs: 1 },
        log: (line) => {
          if (stopAt && line.startsWith(stopAt)) throw new Error('interrupted');
          lines.push(line);
        },
      });
    // Speakers 101, 115, 118 of RAVDESS, 203, 212, 215 of EMO-DB and 301, 302, 306 of nEMO: folds 1, 2, 3, 8 and 9 of ten have somebody.
    await expect(run('fold 3/')).rejects.toThrow('interrupted');
    expect(await readFolds(weights)).toBeNull();
    expect(lines.filter((line) => line.includes('epoch 1/1'))).toHaveLength(2);
    const other = crossValidateVoice({
      ...{ prepared: folder, weights, command: '', seed: 2, epochs: 1, log: () => undefined },
    });
    await expect(other).rejects.toMatchObject({ code: 'CONFIG_INVALID' });

    lines.length = 0;
    const before = tf.memory().numTensors;
    await run();
    expect(tf.memory().numTensors).toBe(before);
    const { folds, rows } = (await readFolds(weights))!;
    expect(lines.filter((line) => line.includes('epoch 1/1'))).toHaveLength(folds.length - 2);
    expect(rows.map(({ speaker }) => speaker).sort()).toEqual([101, 115, 118, 203, 212, 215, 301, 302, 306]);
    for (const { speaker, fold } of rows) expect(folds[fold]).toContain(speaker);
    expect(await readdir(weights)).toEqual(['voice.folds.json']);
    expect(JSON.parse(await readFile(join(weights, 'voice.folds.json'), 'utf8'))).toMatchObject({ seed: 1 });
  });

  it('by corpus trains on all speakers of the others, whatever they are, and answers in rooms', async (context) => {
    if (!existsSync(addonFile(engineFolder()))) {
      console.log('skipped: the tensorflow engine is not installed (npx emostream engine install tensorflow)');
      context.skip();
    }
    const nemo = Array.from({ length: 44 }, (_, i) => 301 + (i % 7));
    await writePrepared(folder, 'nemo', { ...clips(nemo) });
    const weights = join(folder, 'corpora');
    const lines: string[] = [];
    const command = 'emostream train voice --leave-out-corpus';
    const log = (line: string): void => void lines.push(line);
    await leaveOutCorpora({ prepared: folder, weights, command, seed: 1, epochs: 1, inRooms: 3, log });
    const counted = lines.flatMap((line) => /(fold \d)\/3.* (\d+) training clips/u.exec(line)?.slice(1) ?? []);
    expect(counted).toEqual(['fold 1', '47', 'fold 2', '47', 'fold 3', '6']);
    const { folds, rows } = (await readCorporaLeftOut(weights))!;
    expect(folds).toEqual([
      [101, 115, 118],
      [203, 212, 215],
      [301, 302, 303, 304, 305, 306, 307],
    ]);
    expect(rows).toHaveLength(6 + nemo.length);
    expect(rows.map(({ corpus }) => corpus).filter((corpus, i, all) => corpus !== all[i - 1])).toEqual([
      ...['ravdess', 'emodb', 'nemo'],
    ]);
    // Every fifteenth of nEMO's, and all of the others'.
    const inRooms = rows.filter(({ rooms }) => rooms !== undefined);
    expect(inRooms).toHaveLength(6 + 3);
    for (const { rooms } of inRooms) expect(Object.keys(rooms!)).toEqual(['-70', '-55', '-45']);
    expect(await readFolds(weights)).toBeNull();
    expect(await readdir(weights)).toEqual(['voice.corpora.json']);
  });
});
