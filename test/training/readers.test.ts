import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../src/common/emotions.js';
import { wordFeatures } from '../../src/features/tokens.js';
import { parseCsv } from '../../src/training/data/csv.js';
import { labelOf, readFerplus } from '../../src/training/data/ferplus.js';
import { readPrepared, writePrepared } from '../../src/training/data/prepared.js';
import { parseEmodbName, parseRavdessName, readSpeech, trimSilence } from '../../src/training/data/speech.js';
import { listTar, readTar } from '../../src/training/data/tar.js';
import {
  FINE_LABELS,
  readGoEmotions,
  readMeld,
  readTexts,
  textOf,
  toSet,
  type TextSet,
} from '../../src/training/data/text.js';
import { tone, wavFile } from './support/wav.js';
import { makeTar } from './support/tar.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emostream-corpora-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('tar archives', () => {
  const archive = makeTar([
    { name: 'a.txt', data: Buffer.from('one') },
    { name: 'b.bin', data: Buffer.alloc(700, 7) },
  ]);

  it('are read plain and gzipped', async () => {
    for (const [name, data] of [
      ['plain.tar', archive],
      ['packed.tar.gz', gzipSync(archive)],
    ] as const) {
      await writeFile(join(folder, name), data);
      const files = await readTar(join(folder, name));
      expect(files.map((file) => [file.name, file.data.length])).toEqual([
        ['a.txt', 3],
        ['b.bin', 700],
      ]);
      expect(files[0]!.data.toString()).toBe('one');
    }
  });

  it('that are cut short are refused', () => {
    expect(() => listTar(archive.subarray(0, 1200), 'cut.tar')).toThrow(/cut\.tar is not a whole tar archive/u);
    expect(() => listTar(Buffer.alloc(1024, 'x'), 'text.tar')).toThrow(/not a whole tar archive/u);
  });
});

describe('CSV', () => {
  it('knows quotes, separators and line ends inside fields, and a byte order mark', () => {
    const text = '\ufeffa,b\r\n"1, ""one""","two\nlines"\r\n3,\n';
    expect(parseCsv(text)).toEqual([
      { a: '1, "one"', b: 'two\nlines' },
      { a: '3', b: '' },
    ]);
  });

  it('takes a quote inside an unquoted field as it is', () => {
    expect(parseCsv('text\tlabel\nsay "hi" now\t4', '\t')).toEqual([{ text: 'say "hi" now', label: '4' }]);
  });
});

const HEADER = 'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF';

describe('FER+', () => {
  const votes = (line: string): Record<string, string> => parseCsv(`${HEADER}\n,x.png,${line}`)[0]!;

  it('takes vote shares of the seven emotions, single votes as noise', () => {
    const { target, majority } = labelOf(votes('4,0,0,3,1,2,0,0,0,0'));
    expect(target).toEqual([4 / 9, 0, 3 / 9, 0, 0, 2 / 9, 0]);
    expect(majority).toBe(EMOTIONS.indexOf('neutral'));
    expect(labelOf(votes('0,0,8,0,0,0,2,0,0,0')).majority).toBe(EMOTIONS.indexOf('surprised'));
  });

  it.each([
    ['a tie', '5,5,0,0,0,0,0,0,0,0'],
    ['contempt', '2,0,0,0,0,0,0,8,0,0'],
    ['unknown', '2,0,0,0,0,0,0,0,8,0'],
  ])('gives no majority to %s', (_, line) => {
    expect(labelOf(votes(line)).majority).toBe(-1);
  });

  it('drops from training what is in validation or test, and nothing from test', async () => {
    const png = (grey: number): Buffer => {
      const image = new PNG({ width: 48, height: 48, colorType: 0 });
      for (let i = 0; i < 48 * 48; i++) image.data.set([grey, grey, grey, 255], 4 * i);
      return PNG.sync.write(image, { colorType: 0 });
    };
    const splits = {
      train: { 't1.png': 10, 't2.png': 20, 't3.png': 30, 't4.png': 40, 't5.png': 50 },
      valid: { 'v1.png': 20, 'v2.png': 60, 'v3.png': 40 },
      test: { 'e1.png': 30, 'e2.png': 40, 'e3.png': 70 },
    };
    const ferplus = join(folder, 'ferplus');
    await mkdir(ferplus);
    const rows: string[] = [];
    for (const [split, images] of Object.entries(splits)) {
      const files = Object.entries(images).map(([name, grey]) => ({ name, data: png(grey) }));
      await writeFile(join(ferplus, `${split}.tar.gz`), gzipSync(makeTar(files)));
      // t5 has votes for no emotion.
      rows.push(
        ...files.map(
          ({ name }) => `${split},${name},${name === 't5.png' ? '0,0,0,0,0,0,0,0,9,1' : '0,9,0,0,0,0,0,0,1,0'}`,
        ),
      );
    }
    await writeFile(join(ferplus, 'fer2013new.csv'), [HEADER, ...rows].join('\n'));
    const { train, valid, test, report } = await readFerplus(ferplus);
    const firstPixels = (images: Uint8Array): number[] => [...images].filter((_, i) => i % (48 * 48) === 0);
    expect(firstPixels(train.images)).toEqual([10]);
    expect(firstPixels(valid.images)).toEqual([20, 60]);
    expect(firstPixels(test.images)).toEqual([30, 40, 70]);
    expect([...test.majority]).toEqual([1, 1, 1]);
    expect(report).toEqual({ duplicates: { train: 3, valid: 1 }, withoutEmotion: 1 });
  });
});

const wav = (hz: number): Buffer => wavFile(tone(hz, 48_000, 2, 0.5), 48_000);

describe('speech corpora', () => {
  it('name emotion and speaker in the file name', () => {
    expect(parseRavdessName('03-01-02-01-01-01-12.opus')).toEqual({ emotion: 'neutral', speaker: 112 });
    expect(parseRavdessName('03-01-08-02-02-01-07.opus')).toEqual({ emotion: 'surprised', speaker: 107 });
    expect(parseRavdessName('readme.txt')).toBeNull();
    expect(parseEmodbName('03a01Fa.opus')).toEqual({ emotion: 'happy', speaker: 203 });
    expect(parseEmodbName('16b10Lb.opus')).toBeNull();
  });

  it('are decoded to 16 kHz without the silence around', async () => {
    const speech = join(folder, 'speech');
    await mkdir(speech);
    const ravdess = makeTar([{ name: '03-01-05-01-01-01-03.opus', data: wav(440) }]);
    await writeFile(join(speech, 'ravdess_actors01-20.tar'), ravdess);
    const emodb = makeTar([
      { name: '03a01Fa.opus', data: wav(880) },
      { name: '03a01La.opus', data: wav(880) },
    ]);
    await writeFile(join(speech, 'emodb.tar'), emodb);
    const sets = await readSpeech(speech);
    expect([...sets.ravdess.labels, ...sets.ravdess.speakers]).toEqual([EMOTIONS.indexOf('angry'), 103]);
    expect([...sets.emodb.labels]).toEqual([EMOTIONS.indexOf('happy')]);
    const { samples } = sets.emodb;
    // One second of tone, and at most a tenth of a second of margin and half a frame at either end.
    expect(samples.length).toBeGreaterThan(16_000);
    expect(samples.length).toBeLessThan(16_000 + 2 * (1600 + 400));
    const middle = samples.subarray(8000, 16_000);
    let crossings = 0;
    for (let i = 1; i < middle.length; i++) if (middle[i - 1]! < 0 !== middle[i]! < 0) crossings++;
    expect(crossings).toBeGreaterThan(878);
    expect(crossings).toBeLessThan(882);
  });

  it('keep a clip that is all silence as it is', () => {
    expect(trimSilence(new Float32Array(100)).length).toBe(100);
  });
});

describe('text corpora', () => {
  it('GoEmotions: several labels share the target, and are no single label', async () => {
    const path = join(folder, 'goemotions');
    await mkdir(path);
    await writeFile(join(path, 'labels.txt'), 'anger\ndisgust\nfear\njoy\nneutral\nsadness\nsurprise\n');
    await writeFile(join(path, 'train.tsv'), 'text\tlabel\tid\n"Oh ""dear"", no"\t5,6\ta\nnice\t3\tb\n"( )"\t4\tc\n');
    const set = await readGoEmotions(path, 'train');
    const { tokens, targets, labels } = set;
    expect([textOf(set, 0), textOf(set, 1)]).toEqual(['Oh "dear", no', 'nice']);
    expect([...labels]).toEqual([-1, EMOTIONS.indexOf('happy')]);
    expect([...targets.subarray(0, 7)]).toEqual([0, 0, 0.5, 0, 0, 0, 0.5]);
    expect([...tokens.subarray(0, 256)]).toEqual([...wordFeatures('Oh "dear", no').tokens]);
  });

  it('GoEmotions: the labels as annotated belong to the text of the same id', async () => {
    const [ekman, fine] = [join(folder, 'ekman'), join(folder, 'fine')];
    await mkdir(ekman);
    await mkdir(fine);
    await writeFile(join(ekman, 'labels.txt'), 'anger\ndisgust\nfear\njoy\nneutral\nsadness\nsurprise\n');
    await writeFile(join(ekman, 'valid.tsv'), 'text\tlabel\tid\nnice\t3\ta\n( )\t4\tb\noh dear\t5,6\tc\n');
    await writeFile(join(fine, 'dev.tsv'), 'text\tlabel\tid\noh dear\t24,26\tc\nnice\t0\ta\n( )\t27\tb\n');
    const set = await readGoEmotions(ekman, 'valid', fine);
    expect(set.fine).toHaveLength(2 * FINE_LABELS);
    expect([...set.fine!.keys()].filter((i) => set.fine![i] === 1)).toEqual([0, FINE_LABELS + 24, FINE_LABELS + 26]);
    expect((await readGoEmotions(ekman, 'valid')).fine).toBeUndefined();
    await writeFile(join(fine, 'dev.tsv'), 'text\tlabel\tid\nnice\t28\ta\n');
    await expect(readGoEmotions(ekman, 'valid', fine)).rejects.toMatchObject({ code: 'MEDIA_CORRUPT' });
  });

  it('prepared by a version that had other tokens are refused', async () => {
    const set = toSet(['oh dear', 'not at all'].map((text) => ({ text, speakerChanged: false, emotions: ['sad'] })));
    const read = async (columns: Partial<TextSet>): Promise<TextSet> => {
      await writePrepared(folder, 'texts', { ...columns });
      return readTexts(folder, 'texts');
    };
    expect(await read(set)).toEqual(set);
    const { characters, ...old } = set;
    await expect(read(old)).rejects.toMatchObject({ code: 'MEDIA_CORRUPT' });
    const other = set.tokens.map((id, i) => (i === set.tokens.length / 2 ? id + 1 : id));
    await expect(read({ ...old, characters, tokens: other })).rejects.toMatchObject({ code: 'MEDIA_CORRUPT' });
  });

  it('MELD: the speaker changes within a dialogue only', async () => {
    const rows = [
      'Sr No.,Utterance,Speaker,Emotion,Dialogue_ID',
      '1,"Hi, you",A,neutral,0',
      '2,Hi!,B,joy,0',
      '3,Well.,B,sadness,0',
      '4,What?,C,surprise,1',
    ];
    await writeFile(join(folder, 'train_sent_emo.csv'), rows.join('\r\n'));
    const { meta, labels } = await readMeld(folder, 'train');
    expect([...meta].filter((_, i) => i % 4 === 0)).toEqual([0, 1, 0, 0]);
    expect([...labels]).toEqual([0, 1, 2, 6]);
  });

  it('with a label nobody knows are refused', async () => {
    await writeFile(join(folder, 'dev_sent_emo.csv'), 'Utterance,Speaker,Emotion,Dialogue_ID\nHi,A,bliss,0\n');
    await expect(readMeld(folder, 'dev')).rejects.toMatchObject({ code: 'MEDIA_CORRUPT' });
  });
});

describe('prepared data', () => {
  it('come back as they were, whatever their lengths', async () => {
    const columns = {
      a: Uint8Array.of(1, 2, 3),
      b: Float32Array.of(0.5, -1),
      c: Int16Array.of(-5),
      d: new Int32Array(0),
    };
    await writePrepared(join(folder, 'prepared'), 'x', columns);
    expect(await readPrepared(join(folder, 'prepared'), 'x')).toEqual(columns);
  });

  it('that are missing say which command makes them', async () => {
    await expect(readPrepared(folder, 'nothing')).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/emostream data prepare/u),
    });
  });
});
