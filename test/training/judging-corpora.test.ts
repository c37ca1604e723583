import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../src/common/emotions.js';
import { readEmogator, readNemo } from '../../src/training/data/judging-speech.js';
import { portraitAt, portraitSet, prepareMuxspace, type PortraitSet } from '../../src/training/data/muxspace.js';
import { prepareJudging } from '../../src/training/data/prepare-judging.js';
import { readPrepared } from '../../src/training/data/prepared.js';
import type { SpeechSet } from '../../src/training/data/speech.js';
import { sexOf } from '../../src/training/speakers.js';
import { clipsOf, splitOfSpeaker } from '../../src/training/splits.js';
import { picture } from '../features/support/pictures.js';
import { writeCorpus } from './support/corpus.js';
import { pictureFile } from './support/film.js';
import { makeTar } from './support/tar.js';
import { tone, wavFile } from './support/wav.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emostream-judging-'));
});
afterAll(() => rm(folder, { recursive: true }));

const clip = wavFile(tone(440));
/** An archive of a table and files. */
async function archive(name: string, rows: string[], files: Record<string, Buffer>): Promise<string> {
  const path = join(folder, name);
  const all = { ...files, 'labels.csv': Buffer.from(rows.join('\n')) };
  await writeFile(path, makeTar(Object.entries(all).map(([file, data]) => ({ name: file, data }))));
  return path;
}

const NEMO = 'file,label,label_raw,speaker,gender,age,text';
const EMOGATOR = 'file,label,label_raw,speaker';

describe('nEMO', () => {
  it('is read by its table, with a number for each speaker', async () => {
    const rows = [
      ...[NEMO, 'TP0_fear_2.opus,fearful,fear,TP0,male,30,"Tak, tak."', 'KD0_x_1.opus,sad,sadness,KD0,female,1,Nie.'],
      'IC0_y_1.opus,surprised,surprised,IC0,female,28,No.',
    ];
    const files = { 'KD0_x_1.opus': clip, 'TP0_fear_2.opus': clip, 'IC0_y_1.opus': clip, 'other.opus': clip };
    const { set, skipped } = await readNemo(await archive('nemo.tar', rows, files));
    expect([...set.labels].map((label) => EMOTIONS[label])).toEqual(['fearful', 'sad', 'surprised']);
    expect([...set.speakers]).toEqual([306, 302, 301]);
    expect(['train', 'valid', 'test'].map((split) => clipsOf(set, split as 'train'))).toEqual([[2], [0], [1]]);
    expect([...set.speakers].map(sexOf)).toEqual(['male', 'female', 'female']);
    // Half a second of tone, and margins of a tenth at either end.
    const [first] = [set.offsets[1]! - set.offsets[0]!];
    expect(first).toBeGreaterThan(8000);
    expect(first).toBeLessThan(8000 + 2 * (1600 + 400));
    expect(set.samples).toHaveLength(set.offsets[3]!);
    expect(skipped.size).toBe(0);
  });

  it.each([
    ['a label that is none of the seven', 'a.opus,calm,calm,IC0,female,28,x', /"calm"/u],
    ['a speaker that it does not have', 'a.opus,sad,sad,XX0,female,28,x', /"XX0"/u],
    ['a file that is not there', 'b.opus,sad,sad,IC0,female,28,x', /names b\.opus, which is not in it/u],
  ])('with %s is refused', async (_, row, message) => {
    const path = await archive('bad.tar', [NEMO, row], { 'a.opus': clip });
    await expect(readNemo(path)).rejects.toMatchObject({
      code: 'MEDIA_CORRUPT',
      message: expect.stringMatching(message),
    });
  });

  it('without its table, a column of it, rows, or with a file named twice is refused', async () => {
    const row = 'a.opus,sad,sad,IC0,female,28,x';
    for (const [rows, why] of [
      [[NEMO], /no rows/u],
      [['file,label', 'a.opus,sad'], /no column speaker/u],
      [[NEMO, row, row], /a\.opus twice/u],
    ] as const) {
      const path = await archive('bad.tar', [...rows], { 'a.opus': clip });
      await expect(readNemo(path)).rejects.toThrow(why);
    }
    const none = join(folder, 'none.tar');
    await writeFile(none, makeTar([{ name: 'a.opus', data: clip }]));
    await expect(readNemo(none)).rejects.toThrow(/holds no labels\.csv/u);
    const damaged = await archive('bad.tar', [NEMO, row], { 'a.opus': Buffer.from('no sound') });
    await expect(readNemo(damaged)).rejects.toMatchObject({ code: 'MEDIA_CORRUPT' });
  });
});

describe('EmoGator', () => {
  it('is split by contributor; silence and what is too long is counted and left out', async () => {
    const row = (file: string, speaker: string) => `${file}.opus,happy,Amusement,${speaker}`;
    const rows = [EMOGATOR, row('a', '000018'), row('b', '000019'), row('c', '000357'), row('d', '000357')];
    const files = {
      ...{ 'a.opus': clip, 'b.opus': clip, 'c.opus': wavFile(new Float32Array(16_000)) },
      'd.opus': wavFile(tone(440, 16_000, 31)),
    };
    const { set, skipped } = await readEmogator(await archive('emogator.tar', rows, files));
    expect([...set.speakers]).toEqual([10_018, 10_019]);
    expect([...set.speakers, 10_357].map(splitOfSpeaker)).toEqual(['valid', 'test', 'train']);
    expect(sexOf(10_018)).toBeNull();
    expect([...skipped]).toEqual([
      ['silence only', 1],
      ['longer than 30 s', 1],
    ]);
    const unknown = await archive('bad.tar', [EMOGATOR, row('a', 'x1')], files);
    await expect(readEmogator(unknown)).rejects.toThrow(/"x1"/u);
  });
});

it('sexes are those that the corpora tell', () => {
  expect([101, 102, 203, 208, 215, 216, 303, 304, 307].map(sexOf)).toEqual([
    ...['male', 'female', 'male', 'female', 'male', 'female', 'female', 'male', 'male'],
  ]);
  // A user's corpus does not tell.
  expect(sexOf(1_000_002)).toBeNull();
});

const MUXSPACE = 'file,label,label_raw,source,person,person_in_hidden,split,trust,orig_w,orig_h';

describe('muxspace', () => {
  /** Left half dark; in colour. */
  const portrait = (width: number, height: number): Buffer =>
    pictureFile(
      'png',
      picture(width, height, (x) => (x < width / 2 ? [10, 10, 10] : [200, 100, 50])),
    );

  it('gives whole grey portraits at their own size, happy or not, without what is not trusted or held elsewhere', async () => {
    const rows = [
      ...[MUXSPACE, 'a.jpg,happy,happiness,lfw,m0001,0,valid,1,9,9', 'b.jpg,,contempt,lfw,m0002,0,train,1,9,9'],
      ...['c.jpg,happy,happiness,lfw,m0003,1,train,1,9,9', 'd.jpg,happy,happiness,imfdb,m0004,0,train,0,9,9'],
      'e.jpg,surprised,surprise,lfw,m0005,0,train,1,9,9',
    ];
    const names = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg', 'e.jpg'];
    const files = Object.fromEntries(names.map((name, i) => [`${name}`, portrait(60 + 2 * i, 80)]));
    const out = join(folder, 'portraits');
    const counted = await prepareMuxspace(await archive('muxspace.tar', rows, files), out);
    expect(counted).toEqual({ counts: { train: 2, valid: 1 }, leftOut: 2 });
    const train = await readPrepared<PortraitSet>(out, portraitSet('train'));
    expect([...train.widths, ...train.heights, ...train.persons]).toEqual([62, 68, 80, 80, 2, 5]);
    expect([...train.happy]).toEqual([0, 0]);
    expect(train.grey).toHaveLength((62 + 68) * 80);
    const second = portraitAt(train, 1);
    expect([second.width, second.height, second.rgb.length]).toEqual([68, 80, 68 * 80 * 3]);
    // 0.299 · 200 + 0.587 · 100 + 0.114 · 50
    expect([...second.rgb.subarray(0, 3), ...second.rgb.subarray(-3)]).toEqual([10, 10, 10, 124, 124, 124]);
    expect([...(await readPrepared<PortraitSet>(out, portraitSet('valid'))).happy]).toEqual([1]);
  });

  it.each([
    ['a part that it does not have', 'a.jpg,happy,happiness,lfw,m0001,0,dev,1,9,9', /part "dev"/u],
    ['a label that is none', 'a.jpg,,boredom,lfw,m0001,0,train,1,9,9', /labelled ""/u],
    ['a person without a number', 'a.jpg,happy,happiness,lfw,Ada,0,train,1,9,9', /"Ada"/u],
  ])('with %s is refused, and what was prepared before stays', async (_, row, message) => {
    const out = join(folder, 'kept');
    const fine = ['a.jpg,happy,happiness,lfw,m0001,0,train,1,9,9', 'b.jpg,sad,sadness,lfw,m0002,0,valid,1,9,9'];
    const files = { 'a.jpg': portrait(20, 30), 'b.jpg': portrait(20, 30) };
    await prepareMuxspace(await archive('muxspace.tar', [MUXSPACE, ...fine], files), out);
    const bad = await archive('muxspace.tar', [MUXSPACE, fine[1]!, row], files);
    await expect(prepareMuxspace(bad, out)).rejects.toThrow(message);
    expect((await readPrepared<PortraitSet>(out, portraitSet('train'))).happy).toHaveLength(1);
  });
});

it('corpora to judge by are prepared where their archives lie, and the others are told of', async () => {
  const lines: string[] = [];
  const [data, out] = [join(folder, 'data'), join(folder, 'out')];
  await prepareJudging({ data, out, log: (line) => lines.push(line) });
  expect(lines.map((line) => line.replace(/:.*/u, ''))).toEqual(['nEMO', 'EmoGator', 'muxspace']);
  expect(lines.every((line) => line.includes('nothing is judged on it'))).toBe(true);
  const table = Buffer.from(`${NEMO}\na.opus,angry,anger,WR0,male,28,x\n`);
  const tar = makeTar([
    { name: 'labels.csv', data: table },
    { name: 'a.opus', data: clip },
  ]);
  await writeCorpus(data, { 'speech/nemo.tar': tar });
  await prepareJudging({ data, out, log: (line) => lines.push(line) });
  expect(lines).toContain('nEMO: 1 clips of 1 speakers');
  expect([...(await readPrepared<SpeechSet>(out, 'nemo')).speakers]).toEqual([307]);
});
