import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { decodeAudio } from '../../src/training/data/decode-audio.js';
import { readTar } from '../../src/training/data/tar.js';
import { seeded } from '../support/random.js';
import { SENTENCES } from './sentences.js';

export interface SpokenClip {
  name: string;
  text: string;
  /** 16 kHz mono. */
  samples: Float32Array;
}

/** The fifth field of a RAVDESS file's name. */
const STATEMENTS: Record<string, string> = {
  '01': 'Kids are talking by the door',
  '02': 'Dogs are sitting by the door',
};

/**
 * RAVDESS, actors 01 to 20, so many of them, drawn by a fixed seed.
 * @param folder holds `ravdess_actors01-20.tar`
 */
export async function ravdess(folder: string, count: number): Promise<SpokenClip[]> {
  const files = (await readTar(join(folder, 'ravdess_actors01-20.tar')))
    .filter(({ name }) => STATEMENTS[name.split('-')[4] ?? ''])
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const clips: SpokenClip[] = [];
  for (const { name, data } of drawn(files, count)) {
    clips.push({
      name,
      text: STATEMENTS[name.split('-')[4] ?? '']!,
      samples: await decodeAudio(Buffer.from(data), name),
    });
  }
  return clips;
}

/** A selection that does not follow the order, in which actor and emotion take turns. */
function drawn<T>(all: readonly T[], count: number): T[] {
  const random = seeded(2);
  return all
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ item }) => item);
}

/** Voices of eSpeak NG that sentences are spoken with, in turn. */
const VOICES = ['en-us', 'en-gb', 'en-us+f3', 'en-gb+f2'];

/** Sentences in a synthetic voice; null where eSpeak NG is not installed. */
export async function espeak(count: number): Promise<SpokenClip[] | null> {
  const clips: SpokenClip[] = [];
  for (const [i, text] of SENTENCES.slice(0, count).entries()) {
    const voice = VOICES[i % VOICES.length]!;
    const { status, stdout } = spawnSync('espeak-ng', ['-v', voice, '-s', '150', '--stdout', text], {
      maxBuffer: 64 * 1024 * 1024,
    });
    if (status !== 0) return null;
    clips.push({ name: `${voice} ${String(i)}`, text, samples: await decodeAudio(stdout, text) });
  }
  return clips;
}
