import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addonFile, engineFolder } from '../../src/inference/engine-install/paths.js';
import { crossValidateVoice } from '../../src/training/cross-validate-voice.js';
import { readFolds } from '../../src/training/evaluation/sources.js';
import { prepareBuiltIn } from './support/built-in.js';

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
    // Speakers 101, 115, 118 of RAVDESS and 203, 212, 215 of EMO-DB: folds 1, 2, 3, 8 and 9 of ten have somebody.
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
    expect(rows.map(({ speaker }) => speaker).sort()).toEqual([101, 115, 118, 203, 212, 215]);
    for (const { speaker, fold } of rows) expect(folds[fold]).toContain(speaker);
    expect(await readdir(weights)).toEqual(['voice.folds.json']);
    expect(JSON.parse(await readFile(join(weights, 'voice.folds.json'), 'utf8'))).toMatchObject({ seed: 1 });
  });
});
