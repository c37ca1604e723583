import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { EMOTIONS } from '../../common/emotions.js';
import { logMel, windowLevel } from '../../features/log-mel.js';
import { MEL_BANDS } from '../../features/types.js';
import { AFFECT } from '../circumplex.js';
import { writeAtomic } from '../data/atomic-file.js';
import { readPrepared, writePrepared } from '../data/prepared.js';
import type { SpeechSet } from '../data/speech.js';
import { joinFloats } from '../join-floats.js';
import { Rng } from '../rng.js';
import { noiseOfRooms } from '../room-noise.js';
import { clipSamples, speakerFolds, splitOfSpeaker } from '../splits.js';
import { SPEECH_CORPORA } from '../train-options.js';

/** Nats of a step in which log mel power is told, and the least, both against the level of the clip. */
const STEP = 0.25;
const LOW = -10;
const HIGH = 9;
/** Networks that are trained for use, to choose from on validation speakers. */
const SEEDS = 2;

/** What one network of the log-mel parts is trained on. */
export interface LogMelRun {
  name: string;
  seed: number;
  /** No others are heard. */
  speakers: number[];
}

/**
 * The log-mel of all clips and what is to be trained of it, for scripts/log-mel/train.py: the voice that is used (SEEDS times), one for
 * each fold and one without each corpus. Some 40 MB: a byte for each number, as differences over bands and time, deflated.
 */
export async function packLogMel({
  prepared,
  out,
  seed,
  log,
}: {
  prepared: string;
  out: string;
  seed: number;
  log: (line: string) => void;
}): Promise<void> {
  const sets = await Promise.all(SPEECH_CORPORA.map((corpus) => readPrepared<SpeechSet>(prepared, corpus)));
  const clips = sets.flatMap((set) => [...set.labels.keys()].map((clip) => told(clipSamples(set, clip))));
  const frames = clips.map(({ length }) => length / MEL_BANDS);
  const mel = differences(Buffer.concat(clips));
  const colours = noiseOfRooms(new Rng(seed));
  const speakers = sets.map((set) => [...set.speakers]);
  await mkdir(out, { recursive: true });
  await writePrepared(out, 'log-mel', {
    mel: Uint8Array.from(await promisify(deflate)(mel, { level: 9 })),
    noise: joinFloats(colours.map(({ power }) => power.map(Math.log))),
    offsets: Int32Array.of(0, ...runningSum(frames)),
    labels: Int32Array.from(sets.flatMap(({ labels }) => [...labels])),
    speakers: Int32Array.from(speakers.flat()),
    corpora: Int32Array.from(sets.flatMap(({ labels }, corpus) => Array.from(labels, () => corpus))),
    affect: Float32Array.from(EMOTIONS.flatMap((_, emotion) => AFFECT[emotion]!)),
  });
  const runs = runsOf(speakers, seed);
  await writeAtomic(
    join(out, 'log-mel-plan.json'),
    JSON.stringify({ step: STEP, low: LOW, colours: colours.length, runs }),
  );
  log(`${clips.length} clips and ${runs.length} runs in ${out}: python3 scripts/log-mel/train.py ${out} TRAINED`);
}

/** @param speakers of each corpus' clips */
export function runsOf(speakers: readonly (readonly number[])[], seed: number): LogMelRun[] {
  const all = [...new Set(speakers.flat())].sort((a, b) => a - b);
  const without = (held: readonly number[]): number[] => all.filter((speaker) => !held.includes(speaker));
  const trained = all.filter((speaker) => splitOfSpeaker(speaker) === 'train');
  const used = Array.from({ length: SEEDS }, (_, i) => ({
    ...{ name: usedRun(seed + i), seed: seed + i },
    speakers: trained,
  }));
  const folds = speakerFolds(all).map((held, i) => ({
    ...{ name: foldRun(i), seed: seed + i },
    speakers: without(held),
  }));
  const corpora = speakers.map((own, i) => ({ ...{ name: corpusRun(i), seed: seed + i }, speakers: without(own) }));
  return [...used, ...folds, ...corpora];
}

export const usedRun = (seed: number): string => `voice-${seed}`;
export const foldRun = (fold: number): string => `fold-${fold + 1}`;
export const corpusRun = (corpus: number): string => `corpus-${corpus + 1}`;

/** A clip's log-mel in steps, against its level: how loud it was recorded is not heard. */
function told(samples: Float32Array): Uint8Array {
  const { mel, frames } = logMel(samples);
  const level = windowLevel(mel, frames);
  return Uint8Array.from(mel, (value) => Math.round((Math.min(Math.max(value - level, LOW), HIGH) - LOW) / STEP));
}

/** Over bands, then over time, modulo 256. */
function differences(mel: Uint8Array): Uint8Array {
  const overBands = mel.map((value, i) => (i % MEL_BANDS === 0 ? value : value - mel[i - 1]!));
  return overBands.map((value, i) => (i < MEL_BANDS ? value : value - overBands[i - MEL_BANDS]!));
}

function runningSum(values: readonly number[]): number[] {
  let sum = 0;
  return values.map((value) => (sum += value));
}
