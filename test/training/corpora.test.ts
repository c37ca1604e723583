import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { affectnetClass, listAffectnet } from '../../src/training/data/corpora/affectnet.js';
import { listCremad, parseCremadName } from '../../src/training/data/corpora/cremad.js';
import { listIemocap, parseIemocapLine, parseIemocapWords } from '../../src/training/data/corpora/iemocap.js';
import type { Listing } from '../../src/training/data/corpora/item.js';
import { listMeldClips, parseMeldClip } from '../../src/training/data/corpora/meld-clips.js';
import { npyScalar } from '../../src/training/data/corpora/npy.js';
import { listRafdb, parseRafdbLine } from '../../src/training/data/corpora/rafdb.js';
import { listRavdessFull, parseRavdessFile } from '../../src/training/data/corpora/ravdess-full.js';

let folder: string;
let count = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emostream-layouts-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A corpus of files with the given contents; empty ones where a reader only looks at names. */
async function corpus(files: Record<string, string | Buffer>): Promise<string> {
  const root = join(folder, String(++count));
  await mkdir(root);
  for (const [path, data] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), data);
  }
  return root;
}

const brief = ({ items, skipped }: Listing) => ({
  items: items.map(({ uses, emotion, speaker, split }) => [uses.join(), emotion, speaker, split].join(' ')),
  skipped: Object.fromEntries(skipped),
});

/** A NumPy file of one value (numpy.lib.format, version 1.0). */
function npy(descr: string, value: Buffer, shape = '()'): Buffer {
  const head = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }\n`;
  const start = Buffer.from('\x93NUMPY\x01\x00\0\0', 'latin1');
  start.writeUInt16LE(head.length, 8);
  return Buffer.concat([start, Buffer.from(head), value]);
}

describe('a corpus as it is published', () => {
  it.each([listCremad, listRavdessFull, listMeldClips, listIemocap, listRafdb, listAffectnet])(
    'is empty in an empty folder and in one that is not there',
    async (list) => {
      expect(brief(await list(await corpus({})))).toEqual({ items: [], skipped: {} });
      expect(brief(await list(join(folder, 'nothing')))).toEqual({ items: [], skipped: {} });
    },
  );

  it('CREMA-D: voice of the sound files, faces of the films', async () => {
    const root = await corpus({
      'AudioWAV/1001_DFA_ANG_XX.wav': '',
      'AudioWAV/1002_IEO_SUR_HI.wav': '',
      'AudioWAV/1003_DFA_HAP_LO.mp3': '',
      'VideoFlash/1001_DFA_ANG_XX.flv': '',
    });
    expect(brief(await listCremad(root))).toEqual({
      items: ['voice angry 1001 ', 'face angry 1001 '],
      skipped: { 'AudioWAV: not .wav': 1, 'AudioWAV: not a name of this corpus': 1 },
    });
  });

  it('RAVDESS: no songs, each recording once, actors in the split of the shipped recipe', async () => {
    const root = await corpus({
      'Actor_01/03-01-05-01-01-01-01.wav': '',
      'Actor_01/01-01-05-01-01-01-01.mp4': '',
      'Actor_01/02-01-05-01-01-01-01.mp4': '',
      'Actor_01/03-02-05-01-01-01-01.wav': '',
      'Video/Actor_18/01-01-02-01-01-01-18.mp4': '',
      'Actor_16/03-01-08-01-01-01-16.wav': '',
      'Actor_24/readme.txt': '',
    });
    const { items, skipped } = await listRavdessFull(root);
    expect(
      items.map(({ file }) =>
        file!
          .slice(root.length + 1)
          .split('/')
          .at(-1)!
          .slice(0, 5),
      ),
    ).toEqual(['03-01', '02-01', '03-01', '01-01', '01-01']);
    expect(brief({ items, skipped })).toEqual({
      items: [
        'voice angry 1 train',
        'face angry 1 train',
        'voice surprised 16 valid',
        'voice neutral 18 test',
        'face neutral 18 test',
      ],
      skipped: { 'song, not speech': 1, 'not a name of this corpus': 1 },
    });
  });

  it('MELD: clips with a row of the table, in their published split', async () => {
    const head = 'Sr No.,Utterance,Speaker,Emotion,Dialogue_ID,Utterance_ID';
    const root = await corpus({
      'train_sent_emo.csv': `${head}\n1,Hi,Joey,joy,0,0\n2,Ho,Ross,bliss,0,1\n`,
      'test_sent_emo.csv': `${head}\n1,Hi,Monica,fear,3,10\n`,
      'train_splits/dia0_utt0.mp4': '',
      'train_splits/dia0_utt1.mp4': '',
      'train_splits/dia0_utt2.mp4': '',
      'train_splits/._dia0_utt0.mp4': '',
      'output_repeated_splits_test/dia3_utt10.mp4': '',
    });
    expect(brief(await listMeldClips(root))).toEqual({
      items: ['voice happy Joey train', 'voice fearful Monica test'],
      skipped: {
        'train_splits: not a name of this corpus': 1,
        'train_splits: no row in train_sent_emo.csv': 1,
        'train_splits: label "bliss" is unknown': 1,
      },
    });
  });

  it('IEMOCAP: voice and words by session; what raters did not agree on is left out', async () => {
    const line = (name: string, code: string): string => `[6.2901 - 8.2357]\t${name}\t${code}\t[2.5, 2.5, 2.5]\nC-E2:\tNeutral;\t()`; // prettier-ignore
    const evaluation = ['% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]', '', line('Ses05F_impro01_F000', 'exc'), line('Ses05F_impro01_M000', 'xxx'), line('Ses05F_impro01_M001', 'ang')]; // prettier-ignore
    const root = await corpus({
      'Session5/dialog/EmoEvaluation/Ses05F_impro01.txt': evaluation.join('\n'),
      'Session5/dialog/EmoEvaluation/._Ses05F_impro01.txt': line('Ses05F_impro01_F000', 'sad'),
      'Session5/dialog/transcriptions/Ses05F_impro01.txt': 'Ses05F_impro01_F000 [006.2901-008.2357]: Excuse me.\n',
      'Session5/sentences/wav/Ses05F_impro01/Ses05F_impro01_F000.wav': '',
    });
    expect(brief(await listIemocap(root))).toEqual({
      items: ['voice happy 5F test', 'words happy 5F test'],
      skipped: { 'label "xxx" is none of the seven': 1, 'no sound file': 1 },
    });
  });

  it('RAF-DB: aligned pictures of the list', async () => {
    const root = await corpus({
      'basic/EmoLabel/list_patition_label.txt': 'train_00001.jpg 5\ntrain_00002.jpg 9\ntest_0001.jpg 1\ntest_0002.jpg 2\nnoise\n',
      'basic/Image/aligned/train_00001_aligned.jpg': '',
      'basic/Image/aligned/test_0001_aligned.jpg': '',
    }); // prettier-ignore
    expect(brief(await listRafdb(root))).toEqual({
      items: ['face sad train_00001 ', 'face surprised test_0001 test'],
      skipped: { 'label 9 is unknown': 1, 'no picture': 1, 'not a line of the list': 1 },
    });
  });

  it('AffectNet: annotations, class folders and tables', async () => {
    const long = Buffer.alloc(8);
    long.writeBigInt64LE(6n);
    const root = await corpus({
      'train_set/images/1.jpg': '',
      'train_set/images/2.jpg': '',
      'train_set/images/3.jpg': '',
      'train_set/images/4.jpg': '',
      'train_set/annotations/1_exp.npy': npy('<U1', Buffer.from([51, 0, 0, 0])),
      'train_set/annotations/2_exp.npy': npy('<i8', long),
      'train_set/annotations/3_exp.npy': 'cut',
      'val/7/a.png': '',
      'val/anger/b.jpg': '',
      'val/anger/notes.txt': '',
      'val/joyous/c.jpg': '',
      'validation.csv':
        'subDirectory_filePath,face_x,expression\n1/d.jpg,0,1\n../../d.jpg,0,1\n1/none.jpg,0,2\n1/d.jpg,0,10\n',
      'Manually_Annotated_Images/1/d.jpg': '',
    });
    expect(brief(await listAffectnet(root))).toEqual({
      items: [
        `face surprised ${join('train_set', 'images', '1.jpg')} `,
        `face angry ${join('train_set', 'images', '2.jpg')} `,
        `face angry ${join('val', 'anger', 'b.jpg')} test`,
        `face happy ${join('Manually_Annotated_Images', '1', 'd.jpg')} test`,
      ],
      skipped: {
        'no annotation': 1,
        'an annotation that cannot be read': 1,
        'class 7 is none of the seven': 1,
        'not a picture': 1,
        'label "joyous" is unknown': 1,
        'validation.csv: a row without a picture': 1,
        'validation.csv: no picture': 1,
        'class 10 is none of the seven': 1,
      },
    });
  });
});

describe('parsers of names', () => {
  it('never throw, and take nothing that is not theirs', () => {
    const parsers = [parseCremadName, parseRavdessFile, parseMeldClip, parseIemocapLine, parseIemocapWords, parseRafdbLine, affectnetClass]; // prettier-ignore
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const parse of parsers) expect(parse(`\u0000${text}`)).toBeNull();
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(npyScalar(Buffer.from(bytes))).toBeNull();
      }),
    );
  });

  it('give back what a name was made of', () => {
    const two = (n: number): string => String(n).padStart(2, '0');
    fc.assert(
      fc.property(fc.nat(9999), fc.nat(9999), fc.integer({ min: 1, max: 24 }), (dialogue, utterance, actor) => {
        expect(parseMeldClip(`dia${dialogue}_utt${utterance}.mp4`)).toBe(`${dialogue}/${utterance}`);
        expect(parseRavdessFile(`01-01-04-01-01-02-${two(actor)}.mp4`)).toMatchObject({ actor, emotion: 'sad' });
        const id = String(dialogue).padStart(4, '0');
        expect(parseCremadName(`${id}_ITS_FEA_MD`)).toEqual({ speaker: id, emotion: 'fearful' });
        expect(parseRafdbLine(`test_${id}.jpg ${utterance}`)).toEqual({ name: `test_${id}`, split: 'test', code: String(utterance) }); // prettier-ignore
      }),
    );
  });

  it('know a sound by its ending, and the actors that there are', () => {
    expect(parseRavdessFile('03-01-04-01-01-02-01.mp4')).toBeNull();
    expect(parseRavdessFile('01-01-04-01-01-02-25.mp4')).toBeNull();
    expect([affectnetClass('0'), affectnetClass('class001'), affectnetClass('Surprise'), affectnetClass('11')]).toEqual([0, 0, 3, null]); // prettier-ignore
  });
});
