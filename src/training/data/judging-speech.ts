import { EMOTIONS, type Emotion } from '../../common/emotions.js';
import { EmostreamError } from '../../common/errors.js';
import { FIRST_SPEAKER, isEmogator, NEMO_SPEAKERS } from '../speakers.js';
import { decodeAudio } from './decode-audio.js';
import { emotionOf, readLabelled, type LabelledFile } from './labelled-archive.js';
import { joinClips, toPcm16, trimSilence, unusable, type SpeechSet } from './speech.js';

/** Speech corpora to judge by, which training reads only where it is told to. */

/** A set, and how many clips were left out for which reason. */
export interface JudgingSpeech {
  set: SpeechSet;
  skipped: Map<string, number>;
}

/**
 * nEMO (Christop 2024): sentences in Polish, acted by seven; no disgust.
 * @throws EmostreamError MEDIA_CORRUPT when the archive is not whole, or names a speaker or label that is not of it
 */
export async function readNemo(path: string): Promise<JudgingSpeech> {
  return readClips(path, ({ name, row }) => {
    const at = NEMO_SPEAKERS.indexOf(row['speaker']!);
    if (at < 0) throw unknownSpeaker(name, row['speaker']!);
    return FIRST_SPEAKER.nemo + at;
  });
}

/**
 * EmoGator (Buhl 2023): bursts of the voice without words; a clip for each contributor and emotion.
 * @throws EmostreamError MEDIA_CORRUPT when the archive is not whole, or names a contributor or label that is not of it
 */
export async function readEmogator(path: string): Promise<JudgingSpeech> {
  return readClips(path, ({ name, row }) => {
    const speaker = FIRST_SPEAKER.emogator + Number(row['speaker']);
    if (!/^\d+$/u.test(row['speaker']!) || !isEmogator(speaker)) throw unknownSpeaker(name, row['speaker']!);
    return speaker;
  });
}

async function readClips(path: string, speakerOf: (file: LabelledFile) => number): Promise<JudgingSpeech> {
  const clips: { samples: Int16Array; emotion: Emotion; speaker: number }[] = [];
  const skipped = new Map<string, number>();
  for (const file of await readLabelled(path, ['label', 'speaker'])) {
    const [emotion, speaker] = [emotionOf(file), speakerOf(file)];
    const samples = await decodeAudio(Buffer.from(file.data), file.name);
    const clip = trimSilence(samples);
    const reason = unusable(samples, clip);
    if (reason) skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
    else clips.push({ samples: toPcm16(clip), emotion, speaker });
  }
  return {
    set: {
      ...joinClips(clips.map(({ samples }) => samples)),
      labels: Int32Array.from(clips, ({ emotion }) => EMOTIONS.indexOf(emotion)),
      speakers: Int32Array.from(clips, ({ speaker }) => speaker),
    },
    skipped,
  };
}

const unknownSpeaker = (name: string, speaker: string): EmostreamError =>
  new EmostreamError('MEDIA_CORRUPT', `${name} is of speaker "${speaker}", whom the corpus does not have.`);
