import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { EmostreamError } from '../../src/common/errors.js';
import { FACE_SIZE } from '../../src/features/types.js';
import { addonFile, engineFolder } from '../../src/inference/engine-install/paths.js';
import type { FaceSet } from '../../src/training/data/ferplus.js';
import { VoiceEncoder } from '../../src/speech/index.js';
import { writePrepared } from '../../src/training/data/prepared.js';
import { toSet } from '../../src/training/data/text.js';
import type { UserCorpusName } from '../../src/training/data/user-corpora.js';
import { prepareUserCorpora } from '../../src/training/data/user/prepare.js';
import { checkWith, checkWithout, extraSets, joinFaceSets } from '../../src/training/extra-sets.js';
import { CheckpointStore } from '../../src/training/checkpoint.js';
import { leaveOutWords } from '../../src/training/leave-out-words.js';
import { withoutFolder, type BuiltInCorpus } from '../../src/training/train-options.js';
import { trainPart, type Part, type TrainPartOptions } from '../../src/training/train-part.js';
import { trainVoice } from '../../src/training/train-voice.js';
import { readWeights } from '../../src/training/weights-store.js';
import { astronaut, scaled } from '../features/support/pictures.js';
import { prepareBuiltIn } from './support/built-in.js';
import { writeCorpus } from './support/corpus.js';
import { writeFilm } from './support/film.js';
import { tone, wavFile } from './support/wav.js';

let folder: string;
let prepared: string;

/** The built-in corpora of next to nothing; of CREMA-D two actors for training, one for validation, two for testing; IEMOCAP's words. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emostream-extra-'));
  prepared = join(folder, 'prepared');
  await prepareBuiltIn(prepared);
  const portrait = scaled(astronaut(), 256, 256);
  const film = await writeFilm(join(folder, 'a.flv'), { pictures: [portrait, portrait, portrait, portrait] });
  const cremad = await writeCorpus(join(folder, 'cremad'), {
    'AudioWAV/1001_DFA_ANG_XX.wav': wavFile(tone(400)),
    'AudioWAV/1003_DFA_HAP_XX.wav': wavFile(tone(450)),
    'AudioWAV/1004_DFA_SAD_XX.wav': wavFile(tone(500)),
    'AudioWAV/1002_DFA_ANG_XX.wav': wavFile(tone(550)),
    'AudioWAV/1006_DFA_ANG_XX.wav': wavFile(tone(600)),
    'VideoFlash/1001_DFA_ANG_XX.flv': film,
  });
  await prepareUserCorpora({ folders: new Map([['cremad', cremad]]), out: prepared, log: () => undefined });
  for (const [split, text] of Object.entries({ train: 'go away now', valid: 'oh dear me', test: '' })) {
    const set = toSet([{ text, speakerChanged: false, emotions: ['angry'] }]);
    await writePrepared(prepared, `iemocap-words-${split}`, { ...set });
  }
});
afterAll(() => rm(folder, { recursive: true }));

describe('what training is given with', () => {
  it.each<[Part, UserCorpusName[], RegExp]>([
    ['voice', ['ravdess-full'], /add --without ravdess/u],
    ['words', ['meld-clips'], /words are those of the built-in meld/u],
    ['words', ['cremad'], /no words, only face and voice/u],
    ['face', ['iemocap'], /no face, only voice and words/u],
    ['fusion', ['cremad'], /built-in corpora alone/u],
    ['voice', ['cremad', 'cremad'], /twice/u],
  ])('%s --with %j is refused before anything is read', async (part, names, message) => {
    const refusal = { code: 'CONFIG_INVALID', message: expect.stringMatching(message) };
    await expect(trainPart(part, options({ with: names, prepared: '/nowhere' }))).rejects.toMatchObject(refusal);
  });

  it('may be the full RAVDESS where the built-in one is left out, and its faces always', () => {
    checkWith('voice', { with: ['ravdess-full'], without: ['ravdess'] });
    checkWith('face', { with: ['ravdess-full', 'affectnet'] });
    checkWith('words', {});
  });

  it('must be prepared, with something to train on', async () => {
    await expect(extraSets('face', { prepared, with: ['rafdb'] })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringMatching(/data prepare --corpus rafdb=FOLDER/u),
    });
    const empty = { images: new Uint8Array(0), targets: new Float32Array(0), majority: new Int32Array(0) };
    for (const split of ['train', 'valid']) await writePrepared(prepared, `affectnet-face-${split}`, empty);
    await expect(extraSets('face', { prepared, with: ['affectnet'] })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});

describe('what training is given without', () => {
  it.each<[Part, BuiltInCorpus[], RegExp]>([
    ['face', ['ferplus'], /nothing is left to train face on/u],
    ['voice', ['emodb', 'ravdess', 'nemo'], /nothing is left to train voice on/u],
    ['words', ['meld', 'goemotions'], /nothing is left to train words on/u],
    ['fusion', ['ferplus'], /no face left/u],
    ['fusion', ['goemotions', 'meld', 'emodb'], /no words left/u],
  ])('%s --without %j is refused before anything is read', async (part, without, message) => {
    const refusal = { code: 'CONFIG_INVALID', message: expect.stringMatching(message) };
    await expect(trainPart(part, options({ without, prepared: '/nowhere' }))).rejects.toMatchObject(refusal);
  });

  it('may be all of a part where another corpus comes in its stead, which then chooses the epoch', async () => {
    checkWithout('face', { without: ['ferplus'], with: ['rafdb'] });
    checkWithout('fusion', { without: ['ravdess', 'meld'] });
    checkWithout('words', { without: ['ferplus', 'ravdess', 'emodb', 'meld'] });
    // No actor of CREMA-D's films here is for validation, but one of its voices is.
    const alone = { prepared, with: ['cremad' as const] };
    const refusal = { code: 'CONFIG_INVALID', message: expect.stringMatching(/nothing to choose the epoch/u) };
    await expect(extraSets('face', { ...alone, without: ['ferplus'] })).rejects.toMatchObject(refusal);
    await extraSets('voice', { ...alone, without: ['ravdess', 'emodb', 'nemo'] });
  });
});

describe('added corpora', () => {
  it('are trained on with their training speakers alone', async () => {
    const clips = async (names: UserCorpusName[]): Promise<string | undefined> => {
      await tf.setBackend('cpu');
      const lines: string[] = [];
      // Stopped before the first step: what it would train on is told by then.
      const reason = new Error('enough');
      const store = new CheckpointStore(join(folder, 'none'), 'voice');
      const control = { store, options: {}, signal: AbortSignal.abort(reason) };
      const log = (line: string): void => void lines.push(line);
      await expect(trainVoice({ prepared, seed: 1, epochs: 1, with: names, control, log })).rejects.toBe(reason);
      return /(\d+) training clips/u.exec(lines.join('\n'))?.[1];
    };
    expect([await clips([]), await clips(['cremad'])]).toEqual(['3', '5']);
  });

  it('come with their validation part, if they have one', async () => {
    const faces = await extraSets('face', { prepared, with: ['cremad'] });
    expect(faces.train.map(({ majority }) => [...majority])).toEqual([[3, 3]]);
    expect(faces.report(new Map())).toBe('');
    const none = await extraSets('voice', { prepared });
    expect([none.train, none.report(new Map())]).toEqual([[], '']);
  });

  it('of faces follow one another in one set', () => {
    const face = (level: number): FaceSet => ({
      images: new Uint8Array(FACE_SIZE ** 2).fill(level),
      targets: Float32Array.from({ length: 7 }, (_, i) => (i === level ? 1 : 0)),
      majority: Int32Array.of(level),
    });
    const joined = joinFaceSets(face(1), face(2));
    expect([...joined.majority]).toEqual([1, 2]);
    expect([joined.images[0], joined.images[FACE_SIZE ** 2], joined.images.length]).toEqual([1, 2, 2 * FACE_SIZE ** 2]);
    expect([...joined.targets]).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  });
});

function options(change: Partial<TrainPartOptions>): TrainPartOptions {
  const { prepared: from = prepared } = change;
  return {
    ...{
      prepared: from,
      weights: join(folder, 'weights'),
      seed: 1,
      epochs: 1,
      goOn: false,
      command: 'emostream train',
    },
    log: () => undefined,
    ...change,
  };
}

function needsTensorflow(context: TestContext): void {
  if (existsSync(addonFile(engineFolder()))) return;
  console.log('skipped: the tensorflow engine is not installed (npx emostream engine install tensorflow)');
  context.skip();
}

describe('on the tensorflow engine, training', () => {
  const cases: [Part, UserCorpusName, string[], RegExp][] = [
    ['face', 'cremad', ['FER+', 'CREMA-D'], /^epoch 1\/1.*\(n 2\) {2}best/u],
    [
      'voice',
      'cremad',
      // Bursts are trained on where voice encoders hear them.
      ['RAVDESS', 'EMO-DB', 'nEMO', ...(VoiceEncoder.isInstalled() ? ['EmoGator'] : []), 'CREMA-D'],
      /^epoch 1\/1.* \| cremad accuracy \S+ uar \S+ .*\(n 1\)/u,
    ],
    ['words', 'iemocap', ['GoEmotions', 'MELD', 'IEMOCAP'], /^epoch 1\/1.* \| iemocap accuracy .*\(n 1\)/u],
  ];
  for (const [part, name, corpora, line] of cases) {
    it(`${part} --with ${name} runs, tells its validation part and records it`, async (context) => {
      needsTensorflow(context);
      const lines: string[] = [];
      await trainPart(part, options({ with: [name], log: (text) => lines.push(text) }));
      expect(lines).toContainEqual(expect.stringMatching(line));
      expect((await readWeights(join(folder, 'weights'), part)).record.corpora).toEqual(corpora);
    });
  }

  const left: [Part, BuiltInCorpus[], UserCorpusName[], string[], RegExp][] = [
    ['words', ['meld'], [], ['GoEmotions'], /^epoch 1\/1 {2}loss \S+ {2}GoEmotions accuracy [^|]*\(n 1\) {2}best/u],
    ['words', ['goemotions'], [], ['MELD'], /^epoch 1\/1 {2}loss \S+ {2}MELD accuracy [^|]*\(n 1\) {2}best/u],
    [
      'voice',
      ['ravdess', 'emodb', 'nemo', 'emogator'],
      ['cremad'],
      ['CREMA-D'],
      /^epoch 1\/1 {2}loss \S+ {3}\| cremad .*\(n 1\) {2}best/u,
    ],
  ];
  for (const [part, without, names, corpora, line] of left) {
    it(`${part} --without ${without.join(' ')} is trained and chosen on the others`, async (context) => {
      needsTensorflow(context);
      const lines: string[] = [];
      const weights = join(folder, `without-${without.join('-')}`);
      await trainPart(part, options({ without, with: names, weights, log: (text) => lines.push(text) }));
      expect(lines).toContainEqual(expect.stringMatching(line));
      expect((await readWeights(weights, part)).record.corpora).toEqual(corpora);
    });
  }

  it('words with each corpus left out in turn is kept when it is done', async (context) => {
    needsTensorflow(context);
    const lines: string[] = [];
    const run = { ...options({ weights: join(folder, 'in-turn') }), log: (line: string) => lines.push(line) };
    await leaveOutWords(run);
    for (const corpus of ['goemotions', 'meld'] as const) {
      const { record } = await readWeights(withoutFolder(run.weights, corpus), 'words');
      expect(record.corpora).toEqual([corpus === 'meld' ? 'GoEmotions' : 'MELD']);
    }
    lines.length = 0;
    await leaveOutWords(run);
    expect(lines).toEqual([
      expect.stringMatching(/^without goemotions .* already; --restart/u),
      expect.stringMatching(/^without meld .* already; --restart/u),
    ]);
  });

  it('that was interrupted goes on with the same corpora only', async (context) => {
    needsTensorflow(context);
    const weights = join(folder, 'interrupted');
    const stop = new AbortController();
    const reason = new EmostreamError('CLOSED', 'stopped');
    const log = (line: string): void => {
      if (line.startsWith('epoch 1/2')) stop.abort(reason);
    };
    const begun = { weights, epochs: 2, with: ['iemocap' as const] };
    await expect(trainPart('words', options({ ...begun, signal: stop.signal, log }))).rejects.toBe(reason);
    await expect(trainPart('words', options({ ...begun, with: [] }))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/--with was iemocap and is now not given/u),
    });
    await trainPart('words', options(begun));
    expect((await readWeights(weights, 'words')).record.epochs).toBe(2);
  });
});
