import { SAMPLE_RATE } from '../../../features/log-mel.js';
import { decodeAudio } from '../decode-audio.js';
import { toPcm16, trimSilence, type SpeechSet } from '../speech.js';
import type { MediaKind, RowHead } from './media.js';

/** Seconds: one label does not hold for longer; MELD has clips of minutes whose cut went wrong. */
const LONGEST = 30;
/** Seconds without the silence at the ends: shorter is no speech. */
const SHORTEST = 0.2;
/** 60 dB under full scale: below is no sound. CREMA-D's 1076_MTI_SAD_XX.wav is one of digital silence. */
const SILENCE = 0.001;

/** Clips of speech, also from the sound track of a film, as a SpeechSet. */
export const VOICE_KIND: MediaKind = {
  modality: 'voice',
  column: { name: 'samples', type: 'Int16Array' },
  read: async ({ file }, data, skip) => {
    const samples = await decodeAudio(data, file!);
    if (samples.length > LONGEST * SAMPLE_RATE) return none(skip, `longer than ${LONGEST} s`);
    if (!samples.some((value) => Math.abs(value) > SILENCE)) return none(skip, 'silence only');
    const clip = trimSilence(samples);
    return clip.length < SHORTEST * SAMPLE_RATE ? none(skip, `shorter than ${SHORTEST} s`) : [toPcm16(clip)];
  },
  columns: (rows) => ({ ...speechColumns(rows) }),
  close: () => undefined,
};

function none(skip: (reason: string) => void, reason: string): [] {
  skip(reason);
  return [];
}

function speechColumns(rows: readonly RowHead[]): Omit<SpeechSet, 'samples'> {
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach(({ length }, i) => (offsets[i + 1] = offsets[i]! + length));
  return {
    offsets,
    labels: Int32Array.from(rows, ({ label }) => label),
    speakers: Int32Array.from(rows, ({ speaker }) => speaker),
  };
}
