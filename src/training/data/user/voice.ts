import { decodeAudio } from '../decode-audio.js';
import { toPcm16, trimSilence, unusable, type SpeechSet } from '../speech.js';
import type { MediaKind, RowHead } from './media.js';

/** Clips of speech, also from the sound track of a film, as a SpeechSet. */
export const VOICE_KIND: MediaKind = {
  modality: 'voice',
  column: { name: 'samples', type: 'Int16Array' },
  read: async ({ file }, data, skip) => {
    const samples = await decodeAudio(data, file!);
    const clip = trimSilence(samples);
    const reason = unusable(samples, clip);
    if (reason === null) return [toPcm16(clip)];
    skip(reason);
    return [];
  },
  columns: (rows) => ({ ...speechColumns(rows) }),
  close: () => undefined,
};

function speechColumns(rows: readonly RowHead[]): Omit<SpeechSet, 'samples'> {
  const offsets = new Int32Array(rows.length + 1);
  rows.forEach(({ length }, i) => (offsets[i + 1] = offsets[i]! + length));
  return {
    offsets,
    labels: Int32Array.from(rows, ({ label }) => label),
    speakers: Int32Array.from(rows, ({ speaker }) => speaker),
  };
}
