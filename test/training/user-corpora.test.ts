import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../src/common/emotions.js';
import { FaceFinder, type Picture } from '../../src/features/face-finder.js';
import { FaceObserver } from '../../src/features/face-observer.js';
import { greyOf } from '../../src/features/picture.js';
import { resampleGrey } from '../../src/features/resample.js';
import { wordFeatures } from '../../src/features/tokens.js';
import { FACE_SIZE } from '../../src/features/types.js';
import type { FaceSet } from '../../src/training/data/ferplus.js';
import { readPrepared } from '../../src/training/data/prepared.js';
import type { SpeechSet } from '../../src/training/data/speech.js';
import type { TextSet } from '../../src/training/data/text.js';
import { USER_CORPORA, USER_CORPUS_NAMES, type UserCorpusName } from '../../src/training/data/user-corpora.js';
import { parseCorpusFolders } from '../../src/training/data/user/folders.js';
import { prepareUserCorpora, type PreparedCorpus } from '../../src/training/data/user/prepare.js';
import { splitItems } from '../../src/training/data/user/splits.js';
import type { Split } from '../../src/training/splits.js';
import { astronaut, frame, picture, scaled, windowOf } from '../features/support/pictures.js';
import { pictureFile, writeFilm } from './support/film.js';
import { writeCorpus } from './support/corpus.js';
import { tone, wavFile } from './support/wav.js';

const PIXELS = FACE_SIZE ** 2;
const portrait = scaled(astronaut(), 256, 256);
/** The same at another place, so that it is another file. */
const moved = (by: number): Picture => windowOf(portrait, by, 0, 256, 256);
const shutter = picture(256, 256, () => [90, 90, 90]);

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emostream-user-'));
});
afterAll(() => rm(folder, { recursive: true }));

const corpus = (files: Record<string, string | Buffer>): Promise<string> =>
  writeCorpus(join(folder, String(++count)), files);

async function prepared(
  name: UserCorpusName,
  root: string,
): Promise<PreparedCorpus & { out: string; lines: string[] }> {
  const out = join(folder, `prepared-${++count}`);
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line);
  const [report] = await prepareUserCorpora({ folders: new Map([[name, root]]), out, log });
  return { ...report!, out, lines };
}

const labelsOf = (labels: Int32Array): string[] => [...labels].map((label) => EMOTIONS[label]!);

async function voices(out: string, name: string, split: Split): Promise<[string, number][]> {
  const { labels, speakers } = await readPrepared<SpeechSet>(out, `${name}-voice-${split}`);
  return labelsOf(labels).map((label, i) => [label, speakers[i]!]);
}

async function film(name: string, pictures: Picture[], hz?: number): Promise<Buffer> {
  const path = join(folder, `film-${++count}-${name}`);
  return writeFilm(path, { pictures, ...(hz === undefined ? {} : { sound: tone(hz, 48_000) }) });
}

describe('CREMA-D', () => {
  // The first to start the face finder, which takes long on a busy machine.
  it(
    'is prepared whole: voices by actor, faces of some frames, copies and broken files counted',
    { timeout: 120_000 },
    async () => {
      const [angry, happy] = [wavFile(tone(400)), wavFile(tone(500))];
      // Ten pictures of which the third, fifth, seventh and ninth are taken; the shutter is closed on the seventh.
      const acted = Array.from({ length: 10 }, (_, i) => (i === 6 ? shutter : moved(i)));
      const root = await corpus({
        'AudioWAV/1001_DFA_ANG_XX.wav': angry,
        'AudioWAV/1002_DFA_HAP_HI.wav': happy,
        'AudioWAV/1004_IEO_SAD_LO.wav': wavFile(tone(600)),
        'AudioWAV/1004_IEO_DIS_LO.wav': happy,
        'AudioWAV/1001_IEO_FEA_MD.wav': happy,
        'AudioWAV/1003_ITS_NEU_XX.wav': angry,
        'AudioWAV/1001_TIE_DIS_XX.wav': Buffer.from('not a sound'),
        'AudioWAV/1076_MTI_SAD_XX.wav': wavFile(new Float32Array(16_000)),
        'AudioWAV/1003_TIE_DIS_XX.wav': wavFile(tone(700, 16_000, 31)),
        'AudioWAV/1003_WSI_DIS_XX.wav': wavFile(new Float32Array(1600).fill(0.1)),
        'AudioWAV/1001_IEO_SUR_XX.wav': happy,
        'VideoFlash/1001_DFA_ANG_XX.flv': await film('a.flv', acted),
        'VideoFlash/1002_DFA_HAP_HI.flv': await film(
          'b.flv',
          Array.from({ length: 4 }, () => portrait),
        ),
        'VideoFlash/1001_IEO_FEA_MD.flv': Buffer.from('FLV\x01 and no more'),
      });
      const { rows, skipped, out, lines } = await prepared('cremad', root);
      expect(rows).toEqual({ face: { train: 3, valid: 0, test: 2 }, voice: { train: 1, valid: 1, test: 1 } });
      expect(await voices(out, 'cremad', 'train')).toEqual([['angry', 1_000_000]]);
      expect(await voices(out, 'cremad', 'valid')).toEqual([['sad', 1_000_003]]);
      expect(await voices(out, 'cremad', 'test')).toEqual([['happy', 1_000_001]]);
      expect(Object.fromEntries(skipped)).toEqual({
        'AudioWAV: not a name of this corpus': 1,
        'voice: a copy in valid of a file of test': 1,
        'voice: a copy in train of a file of test': 1,
        'voice: the same file again in train': 1,
        'voice: the file cannot be decoded': 1,
        'voice: silence only': 1,
        'voice: longer than 30 s': 1,
        'voice: shorter than 0.2 s': 1,
        'face: a frame without a face': 1,
        'face: the file cannot be decoded': 1,
      });
      for (const [reason, times] of skipped) expect(lines).toContain(`  left out: ${times} × ${reason}`);

      // Half a second of tone, and at most a tenth of a second of margin and half a frame at either end.
      const { samples, offsets } = await readPrepared<SpeechSet>(out, 'cremad-voice-test');
      expect([...offsets]).toEqual([0, samples.length]);
      expect(samples.length).toBeGreaterThan(8000);
      expect(samples.length).toBeLessThan(8000 + 2 * (1600 + 400));

      const faces = await readPrepared<FaceSet>(out, 'cremad-face-train');
      expect([faces.images.length, labelsOf(faces.majority)]).toEqual([3 * PIXELS, ['angry', 'angry', 'angry']]);
      expect([...faces.targets]).toEqual([0, 1, 2].flatMap(() => [0, 0, 0, 1, 0, 0, 0]));
      expect([...faces.speakers!]).toEqual([1_000_000, 1_000_000, 1_000_000]);
    },
  );

  it('of many files tells how far it is', async () => {
    const broken = Array.from(
      { length: 200 },
      (_, i) => [`AudioWAV/${1100 + i}_DFA_ANG_XX.wav`, `broken ${i}`] as const,
    );
    const root = await corpus({ 'AudioWAV/1001_DFA_ANG_XX.wav': wavFile(tone(400)), ...Object.fromEntries(broken) });
    const { lines, skipped } = await prepared('cremad', root);
    const told = lines.filter((line) => line.startsWith('  cremad voice: '));
    expect([told.length, told[0], told.at(-1)]).toEqual([
      19,
      '  cremad voice: 11 of 201',
      '  cremad voice: 191 of 201',
    ]);
    expect(skipped.get('voice: the file cannot be decoded')).toBe(200);
  });

  it('prepared again replaces what was there, and a run that fails leaves it', async () => {
    const root = await corpus({ 'AudioWAV/1001_DFA_ANG_XX.wav': wavFile(tone(400)) });
    const { out } = await prepared('cremad', root);
    const before = await readFile(join(out, 'cremad-voice-train.bin'));
    const other = await corpus({ 'AudioWAV/1003_DFA_HAP_XX.wav': Buffer.from('broken') });
    const folders = (path: string) => ({ folders: new Map([['cremad', path] as const]), out, log: () => undefined });
    await expect(prepareUserCorpora(folders(other))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await readFile(join(out, 'cremad-voice-train.bin'))).toEqual(before);
    expect((await readdir(out)).filter((name) => name.endsWith('.writing'))).toEqual([]);
    await writeCorpus(root, { 'AudioWAV/1001_DFA_SAD_XX.wav': wavFile(tone(300)) });
    await prepareUserCorpora(folders(root));
    expect(await voices(out, 'cremad', 'train')).toHaveLength(2);
  });
});

it('the full RAVDESS: actors in the split of the built-in corpus, voice and face of a film', async () => {
  const root = await corpus({
    'Actor_01/03-01-05-01-01-01-01.wav': wavFile(tone(400, 48_000), 48_000),
    'Actor_16/03-01-08-01-01-01-16.wav': wavFile(tone(500, 48_000), 48_000),
    'Actor_18/01-01-02-01-01-01-18.mp4': await film('18.mp4', [moved(0), moved(1), moved(2)], 600),
  });
  const { rows, out } = await prepared('ravdess-full', root);
  expect(rows).toEqual({ face: { train: 0, valid: 0, test: 1 }, voice: { train: 1, valid: 1, test: 1 } });
  expect(await voices(out, 'ravdess-full', 'train')).toEqual([['angry', 2_000_000]]);
  expect(await voices(out, 'ravdess-full', 'valid')).toEqual([['surprised', 2_000_001]]);
  expect(await voices(out, 'ravdess-full', 'test')).toEqual([['neutral', 2_000_002]]);
  expect(labelsOf((await readPrepared<FaceSet>(out, 'ravdess-full-face-test')).majority)).toEqual(['neutral']);
});

it('the clips of MELD: the voice of each, in its published split', async () => {
  const head = 'Sr No.,Utterance,Speaker,Emotion,Dialogue_ID,Utterance_ID';
  const root = await corpus({
    'train_sent_emo.csv': `${head}\n1,Hi,Ross,joy,0,0\n2,Ho,Joey,anger,0,1\n`,
    'dev_sent_emo.csv': `${head}\n1,Hi,Ross,sadness,0,0\n`,
    'test_sent_emo.csv': `${head}\n1,Hi,Monica,fear,3,10\n`,
    'train_splits/dia0_utt0.mp4': await film('0.mp4', [shutter, shutter], 400),
    'train_splits/dia0_utt1.mp4': await film('1.mp4', [shutter, shutter]),
    'dev_splits_complete/dia0_utt0.mp4': await film('2.mp4', [shutter, shutter], 500),
    'output_repeated_splits_test/dia3_utt10.mp4': await film('3.mp4', [shutter, shutter], 600),
  });
  const { rows, skipped, out } = await prepared('meld-clips', root);
  expect(rows).toEqual({ voice: { train: 1, valid: 1, test: 1 } });
  expect(Object.fromEntries(skipped)).toEqual({ 'voice: the file cannot be decoded': 1 });
  expect(await voices(out, 'meld-clips', 'train')).toEqual([['happy', 3_000_002]]);
  expect(await voices(out, 'meld-clips', 'valid')).toEqual([['sad', 3_000_002]]);
  expect(await voices(out, 'meld-clips', 'test')).toEqual([['fearful', 3_000_001]]);
});

it('IEMOCAP: voice and words by session; a line of the script is in one part only', async () => {
  const evaluation = (turns: [string, string][]): string =>
    turns.map(([turn, code]) => `[6.2901 - 8.2357]\t${turn}\t${code}\t[2.5, 2.5, 2.5]`).join('\n');
  const words = (turns: [string, string][]): string =>
    turns.map(([turn, text]) => `${turn} [006.2901-008.2357]: ${text}`).join('\n');
  const of = (session: number, name: string, turns: [string, string, string][]): Record<string, string> => ({
    [`Session${session}/dialog/EmoEvaluation/${name}.txt`]: evaluation(turns.map(([turn, code]) => [turn, code])),
    [`Session${session}/dialog/transcriptions/${name}.txt`]: words(turns.map(([turn, , text]) => [turn, text])),
  });
  const root = await corpus({
    ...of(1, 'Ses01F_script01', [
      ['Ses01F_script01_F000', 'ang', 'What am I supposed to do?'],
      ['Ses01F_script01_M000', 'exc', 'Yeah.'],
      ['Ses01F_script01_M001', 'neu', '(( ))'],
    ]),
    ...of(4, 'Ses04M_impro01', [['Ses04M_impro01_M000', 'sad', 'I miss her so much.']]),
    ...of(5, 'Ses05F_script01', [
      ['Ses05F_script01_F000', 'fea', 'What am I supposed to do'],
      ['Ses05F_script01_M000', 'neu', 'Yeah.'],
    ]),
    'Session1/sentences/wav/Ses01F_script01/Ses01F_script01_F000.wav': wavFile(tone(400)),
    'Session5/sentences/wav/Ses05F_script01/Ses05F_script01_M000.wav': wavFile(tone(500)),
  });
  const { rows, skipped, out } = await prepared('iemocap', root);
  expect(rows).toEqual({ voice: { train: 1, valid: 0, test: 1 }, words: { train: 1, valid: 1, test: 2 } });
  expect(Object.fromEntries(skipped)).toEqual({
    'no sound file': 4,
    'words: a sentence in train that test has too': 1,
    'words: no words': 1,
  });
  expect(await voices(out, 'iemocap', 'train')).toEqual([['angry', 4_000_000]]);
  expect(await voices(out, 'iemocap', 'test')).toEqual([['neutral', 4_000_004]]);
  const train = await readPrepared<TextSet>(out, 'iemocap-words-train');
  expect(labelsOf(train.labels)).toEqual(['happy']);
  expect([...train.tokens]).toEqual([...wordFeatures('Yeah.', false).tokens]);
});

/** A NumPy file of one text (numpy.lib.format, version 1.0). */
function npy(text: string): Buffer {
  const head = `{'descr': '<U1', 'fortran_order': False, 'shape': (), }\n`;
  const start = Buffer.from('\x93NUMPY\x01\x00\0\0', 'latin1');
  start.writeUInt16LE(head.length, 8);
  return Buffer.concat([start, Buffer.from(head), Buffer.from(text, 'utf16le'), Buffer.alloc(2)]);
}

const wholePicture = (p: Picture): number[] =>
  Array.from(
    resampleGrey(greyOf(p), { x: 0, y: 0, width: p.width, height: p.height }, FACE_SIZE, FACE_SIZE),
    Math.round,
  );

describe('AffectNet', () => {
  it('is cropped as in a call where a face is found, and whole where an aligned one is not', async () => {
    // Stripes are no face, but nothing says that the picture shows none.
    const stripes = picture(64, 64, (x, y) => [40 + 3 * y, 40 + 3 * y, x % 8 < 4 ? 255 : 0]);
    const close = windowOf(portrait, 62, 12, 100, 100);
    const root = await corpus({
      'train_set/images/1.png': pictureFile('png', close),
      'train_set/annotations/1_exp.npy': npy('3'),
      'train_set/images/2.png': pictureFile('png', stripes),
      'train_set/annotations/2_exp.npy': npy('6'),
      'train_set/images/3.png': Buffer.from('broken'),
      'train_set/annotations/3_exp.npy': npy('6'),
      'train_set/images/4.png': pictureFile(
        'png',
        picture(1, 1, () => [5, 5, 5]),
      ),
      'train_set/annotations/4_exp.npy': npy('1'),
      'train_set/images/5.png': pictureFile(
        'png',
        picture(900, 2, (x) => [x % 200, 5, 5]),
      ),
      'train_set/annotations/5_exp.npy': npy('2'),
      'val/anger/b.png': pictureFile('png', windowOf(portrait, 60, 10, 100, 100)),
    });
    const { rows, skipped, out } = await prepared('affectnet', root);
    expect(rows).toEqual({ face: { train: 4, valid: 0, test: 1 } });
    expect(Object.fromEntries(skipped)).toEqual({ 'face: the file cannot be decoded': 1 });
    const { images, majority } = await readPrepared<FaceSet>(out, 'affectnet-face-train');
    expect(labelsOf(majority)).toEqual(['surprised', 'angry', 'happy', 'sad']);
    const finder = await FaceFinder.create();
    const live = new FaceObserver(finder).observe(frame(close, 0)).crop;
    finder.dispose();
    expect(live).not.toBeNull();
    expect([...images.subarray(0, PIXELS)]).toEqual([...live!]);
    expect([...images.subarray(PIXELS, 2 * PIXELS)]).toEqual(wholePicture(stripes));
    // However small: it is the face that its owners say it is.
    expect(images[2 * PIXELS]).toBe(5);
  });

  it('takes the face that its table marks, not another in the picture', async () => {
    // A large face on the left, and a small one on the right, which is the one that was labelled.
    const [large, small] = [scaled(astronaut(), 400, 400), scaled(astronaut(), 200, 200)];
    const pair = picture(700, 400, (x, y) => {
      const [from, px] = x < 400 ? [large, x] : [small, x - 450];
      const at = (y * from.width + px) * 3;
      const inside = px >= 0 && px < from.width && y < from.height;
      return inside ? [...from.rgb.subarray(at, at + 3)] : [120, 120, 120];
    });
    const header = 'subDirectory_filePath,face_x,face_y,face_width,face_height,expression';
    const root = await corpus({
      'training.csv': `${header}\n1/pair.png,${450 + 66},${24},${44},${48},1\n`,
      'Manually_Annotated_Images/1/pair.png': pictureFile('png', pair),
    });
    const { out } = await prepared('affectnet', root);
    const { images } = await readPrepared<FaceSet>(out, 'affectnet-face-train');
    const finder = await FaceFinder.create();
    const expected = new FaceObserver(finder).observe(frame(small, 0)).crop!;
    finder.dispose();
    const difference = images.reduce((sum, value, i) => sum + Math.abs(value - expected[i]!), 0) / PIXELS;
    expect(difference).toBeLessThan(20);
  });
});

it('RAF-DB: its test part is kept, of its training part some become validation', async () => {
  const aligned = (by: number): Buffer => pictureFile('jpg', windowOf(portrait, 60 + by, 10, 100, 100));
  const root = await corpus({
    'basic/EmoLabel/list_patition_label.txt': 'train_00001.jpg 5\ntrain_00020.jpg 4\ntest_0001.jpg 1\n',
    'basic/Image/aligned/train_00001_aligned.jpg': aligned(0),
    'basic/Image/aligned/train_00020_aligned.jpg': aligned(1),
    'basic/Image/aligned/test_0001_aligned.jpg': aligned(2),
  });
  const { rows, out } = await prepared('rafdb', root);
  expect(rows).toEqual({ face: { train: 1, valid: 1, test: 1 } });
  for (const [split, label] of [
    ['train', 'sad'],
    ['valid', 'happy'],
    ['test', 'surprised'],
  ] as const) {
    // prettier-ignore
    const { majority, images } = await readPrepared<FaceSet>(out, `rafdb-face-${split}`);
    expect([labelsOf(majority), images.length]).toEqual([[label], PIXELS]);
  }
});

describe('splits', () => {
  const items = (speakers: string[], split: Split | null = null) =>
    speakers.map((speaker) => ({ uses: [], file: null, emotion: 'sad' as const, speaker, split }));
  const actors = Array.from({ length: 91 }, (_, i) => String(1001 + i));
  const splitsOf = (speakers: string[], others = items([])): Map<string, Split> =>
    new Map(splitItems('cremad', [...items(speakers), ...others]).map(({ speaker, split }) => [speaker, split]));

  it('hold out about a tenth each of the speakers, the same ones whoever else is there', () => {
    const all = splitsOf(actors);
    const sizes = ['train', 'valid', 'test'].map((split) => [...all.values()].filter((one) => one === split).length);
    expect(sizes).toEqual([72, 9, 10]);
    for (const [speaker, split] of splitsOf(actors.slice(20, 50))) expect(split).toBe(all.get(speaker));
  });

  it('choose no test speakers where the corpus has a test part of its own', () => {
    const all = splitsOf(actors, items(['guest'], 'test'));
    expect([...all].filter(([, split]) => split === 'test')).toEqual([['guest', 'test']]);
    expect([...all.values()].filter((split) => split === 'valid')).toHaveLength(9);
  });

  it('give no two corpora the same speakers, nor those of the built-in corpora', () => {
    const firsts = USER_CORPUS_NAMES.map((name) => USER_CORPORA[name].firstSpeaker).sort((a, b) => a - b);
    firsts.forEach((first, i) => expect(first - (firsts[i - 1] ?? 300)).toBeGreaterThan(600_000));
  });
});

describe('folders of the command line', () => {
  it('are names and paths, a path with = in it and the home folder too', () => {
    const folders = parseCorpusFolders(['cremad=/a/b=c', 'rafdb=~/raf']);
    expect([...folders]).toEqual([['cremad', '/a/b=c'], ['rafdb', join(homedir(), 'raf')]]); // prettier-ignore
  });

  it.each([
    ['cremad', /NAME=FOLDER/u],
    ['cremad=', /NAME=FOLDER/u],
    ['crema=/x', /known are cremad, ravdess-full/u],
  ])('%s is refused', (text, message) => {
    expect(() => parseCorpusFolders([text])).toThrow(message);
    expect(() => parseCorpusFolders(['rafdb=/x', 'rafdb=/y'])).toThrow(/twice/u);
  });

  it('that are missing or of another corpus are refused before anything is prepared', async () => {
    const good = await corpus({ 'AudioWAV/1001_DFA_ANG_XX.wav': wavFile(tone(400)) });
    const out = join(folder, 'untouched');
    await mkdir(join(folder, 'empty'));
    for (const [bad, message] of [
      ['nowhere', /no folder/u],
      ['empty', /holds nothing of it; its layout is basic\/EmoLabel/u],
    ] as const) {
      const folders = new Map<UserCorpusName, string>([['cremad', good], ['rafdb', join(folder, bad)]]); // prettier-ignore
      await expect(prepareUserCorpora({ folders, out, log: () => undefined })).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringMatching(message),
      });
    }
    await expect(readdir(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
