import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Heard } from '../../features/types.js';
import { fromFloat16, toFloat16 } from '../../inference/float16.js';
import { exists } from '../data/corpora/folders.js';
import { readPrepared, writePrepared } from '../data/prepared.js';
import type { SpeechSet } from '../data/speech.js';
import { progressOf } from '../progress.js';
import { Rng } from '../rng.js';
import { clipSamples } from '../splits.js';
import { COPIES, COPY_RECIPE, copyInSeconds, encodeSeconds } from './clip-copies.js';
import { SECOND, WINDOW_SECONDS, windowOf, type SecondEncoder } from './seconds.js';

/** What encoders hear in every clip of a set, in COPIES copies each (clip-copies.ts). */
export interface HeardClips {
  /** float16; rows of HEARD_PER_SECOND × HEARD_WIDTH, one for each second that was encoded. */
  frames: Uint16Array;
  /** clips × COPIES + 1: the first second of each copy, and the end. */
  offsets: Int32Array;
  /** For each second its row in `frames`, or -1 where there is too little of the clip to be heard. */
  rows: Int32Array;
}

/** A set of which it may be known what encoders hear in it. */
export interface VoiceSet extends SpeechSet {
  heard?: HeardClips | null;
  /** Its clips are bursts without words. */
  bursts?: boolean;
}

/**
 * Encodes a prepared set, or reads what was encoded of it before: it lies beside the set, named by what it was made of.
 * Some 10 ms of CPU for each second of a copy.
 */
export async function heardClips(
  { prepared, name, log }: { prepared: string; name: string; log: (line: string) => void },
  set: SpeechSet,
  encoder: SecondEncoder,
): Promise<HeardClips> {
  const hash = createHash('sha256').update(encoder.identity).update(COPY_RECIPE);
  hash.update(set.samples).update(set.offsets);
  const own = `${name}-heard-${hash.digest('hex').slice(0, 12)}`;
  if (await exists(join(prepared, `${own}.json`))) return readPrepared<HeardClips>(prepared, own);
  log(`${name}: what the voice encoders hear in ${COPIES} copies of ${set.labels.length} clips, once`);
  const heard = await encodeClips(set, encoder, progressOf(name, log));
  await writePrepared(prepared, own, { ...heard });
  await removeOthers(prepared, `${name}-heard-`, own);
  return heard;
}

/** Every copy is drawn by its clip's place in the set alone. */
export async function encodeClips(
  set: SpeechSet,
  encoder: SecondEncoder,
  progress: (done: number, of: number) => void = () => undefined,
): Promise<HeardClips> {
  const clips = set.labels.length;
  const encoded: Uint16Array[] = [];
  const rows: number[] = [];
  const offsets = new Int32Array(clips * COPIES + 1);
  for (let clip = 0; clip < clips; clip++) {
    const rng = new Rng(clip + 1);
    for (let copy = 0; copy < COPIES; copy++) {
      for (const second of await encodeSeconds(copyInSeconds(clipSamples(set, clip), copy, rng), encoder)) {
        rows.push(second ? encoded.length : -1);
        if (second) encoded.push(toFloat16(second));
      }
      offsets[clip * COPIES + copy + 1] = rows.length;
    }
    progress(clip + 1, clips);
  }
  const frames = new Uint16Array(encoded.length * SECOND);
  encoded.forEach((row, i) => frames.set(row, i * SECOND));
  return { frames, offsets, rows: Int32Array.from(rows) };
}

/** Seconds of a copy, from its first to its last. */
export function secondsOf({ offsets }: HeardClips, clip: number, copy: number): number {
  return offsets[clip * COPIES + copy + 1]! - offsets[clip * COPIES + copy]!;
}

/** What of a window is heard that ends with so many seconds of a copy; null: nothing. */
export function heardWindow(heard: HeardClips, clip: number, copy: number, end: number): Heard | null {
  const first = heard.offsets[clip * COPIES + copy]!;
  const seconds = Array.from({ length: end }, (_, second) => {
    const row = heard.rows[first + second]!;
    return row < 0 || second < end - WINDOW_SECONDS
      ? null
      : fromFloat16(heard.frames.subarray(row * SECOND, (row + 1) * SECOND));
  });
  return windowOf(seconds, end);
}

/** What was made of the set before it changed, or by other encoders. */
async function removeOthers(folder: string, prefix: string, kept: string): Promise<void> {
  const old = (await readdir(folder)).filter((file) => file.startsWith(prefix) && !file.startsWith(`${kept}.`));
  for (const file of old) await rm(join(folder, file), { force: true });
}
