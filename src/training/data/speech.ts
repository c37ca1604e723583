import { join } from 'node:path';
import { EMOTIONS, type Emotion } from '../../common/emotions.js';
import { MEL_BANDS } from '../../features/types.js';
import { HOP_SAMPLES, logMel, SAMPLE_RATE } from '../../features/log-mel.js';
import { FIRST_SPEAKER } from '../speakers.js';
import { decodeAudio } from './decode-audio.js';
import { readTar } from './tar.js';

export interface SpeechSet {
  /** All clips one after another, 16 kHz mono, silence at both ends cut. */
  samples: Int16Array;
  /** n + 1: where each clip starts, and the end. */
  offsets: Int32Array;
  /** n: index into EMOTIONS. */
  labels: Int32Array;
  /** n: by number, see speakers.ts. */
  speakers: Int32Array;
}

interface ClipName {
  emotion: Emotion;
  speaker: number;
}

const RAVDESS_EMOTIONS: Record<string, Emotion> = {
  '01': 'neutral',
  '02': 'neutral', // calm: no class of its own, and the nearest of the seven
  '03': 'happy',
  '04': 'sad',
  '05': 'angry',
  '06': 'fearful',
  '07': 'disgusted',
  '08': 'surprised',
};

/** RAVDESS (Livingstone and Russo 2018): the third field is the emotion, the seventh the actor. */
export function parseRavdessName(name: string): ClipName | null {
  const fields = name.replace(/\.\w+$/u, '').split('-');
  const emotion = RAVDESS_EMOTIONS[fields[2] ?? ''];
  if (fields.length !== 7 || !emotion) return null;
  return { emotion, speaker: FIRST_SPEAKER.ravdess + Number(fields[6]) };
}

const EMODB_EMOTIONS: Record<string, Emotion> = {
  W: 'angry',
  E: 'disgusted',
  A: 'fearful',
  F: 'happy',
  T: 'sad',
  N: 'neutral',
};

/** EMO-DB (Burkhardt et al. 2005): speaker in the first two characters, emotion in the sixth; boredom (L) is left out. */
export function parseEmodbName(name: string): ClipName | null {
  const emotion = EMODB_EMOTIONS[name[5] ?? ''];
  return emotion ? { emotion, speaker: FIRST_SPEAKER.emodb + Number(name.slice(0, 2)) } : null;
}

/** @param folder holds `ravdess_actors01-20.tar` and `emodb.tar` */
export async function readSpeech(folder: string): Promise<{ ravdess: SpeechSet; emodb: SpeechSet }> {
  return {
    ravdess: await readClips(join(folder, 'ravdess_actors01-20.tar'), parseRavdessName),
    emodb: await readClips(join(folder, 'emodb.tar'), parseEmodbName),
  };
}

async function readClips(path: string, parse: (name: string) => ClipName | null): Promise<SpeechSet> {
  const clips: { samples: Int16Array; clip: ClipName }[] = [];
  for (const { name, data } of await readTar(path)) {
    const clip = parse(name);
    if (!clip) continue;
    clips.push({ samples: toPcm16(trimSilence(await decodeAudio(Buffer.from(data), name))), clip });
  }
  return {
    ...joinClips(clips.map(({ samples }) => samples)),
    labels: Int32Array.from(clips, ({ clip }) => EMOTIONS.indexOf(clip.emotion)),
    speakers: Int32Array.from(clips, ({ clip }) => clip.speaker),
  };
}

/** Clips one after another, as a SpeechSet has them. */
export function joinClips(clips: readonly Int16Array[]): Pick<SpeechSet, 'samples' | 'offsets'> {
  const offsets = new Int32Array(clips.length + 1);
  clips.forEach(({ length }, i) => (offsets[i + 1] = offsets[i]! + length));
  const samples = new Int16Array(offsets[clips.length]!);
  clips.forEach((clip, i) => samples.set(clip, offsets[i]));
  return { samples, offsets };
}

/** Seconds: one label does not hold for longer; MELD has clips of minutes whose cut went wrong. */
const LONGEST = 30;
/** Seconds without the silence at the ends: shorter is no speech. */
const SHORTEST = 0.2;
/** 60 dB under full scale: below is no sound. CREMA-D's 1076_MTI_SAD_XX.wav is one of digital silence. */
const SILENCE = 0.001;

/**
 * Why a clip is left out; null where it is not.
 * @param samples as decoded @param trimmed the same after `trimSilence`
 */
export function unusable(samples: Float32Array, trimmed: Float32Array): string | null {
  if (samples.length > LONGEST * SAMPLE_RATE) return `longer than ${LONGEST} s`;
  if (!samples.some((value) => Math.abs(value) > SILENCE)) return 'silence only';
  return trimmed.length < SHORTEST * SAMPLE_RATE ? `shorter than ${SHORTEST} s` : null;
}

/** Samples of -1..1 as a SpeechSet keeps them. */
export const toPcm16 = (samples: Float32Array): Int16Array =>
  Int16Array.from(samples, (value) => Math.round(Math.min(Math.max(value, -1), 1) * 32767));

/** Nats (35 dB) under the loudest frame: quieter is silence before or after the sentence. */
const SILENCE_BELOW = 8;
/** Frames kept on either side. */
const MARGIN = 10;

/** The clip without the silence at its ends, which a live window is not cut around either, only placed in. */
export function trimSilence(samples: Float32Array): Float32Array {
  const { mel, frames } = logMel(samples);
  const levels = Array.from({ length: frames }, (_, frame) => {
    let most = -Infinity;
    for (let band = 0; band < MEL_BANDS; band++) most = Math.max(most, mel[frame * MEL_BANDS + band]!);
    return most;
  });
  const limit = Math.max(...levels) - SILENCE_BELOW;
  const first = levels.findIndex((level) => level > limit);
  if (first < 0) return samples;
  const last = levels.findLastIndex((level) => level > limit);
  const from = Math.max(first - MARGIN, 0) * HOP_SAMPLES;
  return samples.slice(from, (last + MARGIN) * HOP_SAMPLES);
}
