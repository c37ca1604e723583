import { EMOTIONS } from '../../common/emotions.js';
import { bothSides } from '../../features/crop-sides.js';
import { faceQuality } from '../../features/face-quality.js';
import { hearClip } from '../../features/hear-clip.js';
import { NoiseFloor } from '../../features/noise-floor.js';
import { voiceQuality, wordsQuality } from '../../features/quality.js';
import {
  FACE_SIZE,
  MEL_BANDS,
  MEL_FRAMES,
  WORD_ROW,
  WORD_TOKENS,
  WORDS_META,
  type FaceBox,
} from '../../features/types.js';
import type { ModelInput } from '../../inference/types.js';
import { VoiceActivities } from '../../speech/index.js';
import type { FaceSet } from '../data/ferplus.js';
import type { SpeechSet } from '../data/speech.js';
import type { TextSet } from '../data/text.js';
import { encodeSeconds, itselfInSeconds } from '../heard/clip-copies.js';
import { windowOf, type SecondEncoder } from '../heard/seconds.js';
import { clipSamples, clipsOf, type Split } from '../splits.js';
import { clipWindows } from '../voice-windows.js';

/** One input with its truth; parity of the live path is measured on the same ones. */
export interface Example {
  input: ModelInput;
  /** Index into EMOTIONS; -1 where there are several labels. */
  label: number;
  /** Examples of one group (the windows of a clip) give one answer: the mean of their distributions. */
  group: number;
}

const PIXELS = FACE_SIZE * FACE_SIZE;
const WINDOW = MEL_FRAMES * MEL_BANDS;
export const ABSENT: ModelInput = { face: null, voice: null, words: null };

/** The answer of a group of examples. */
export function meanOf(distributions: readonly (readonly number[])[]): number[] {
  return EMOTIONS.map((_, k) => distributions.reduce((sum, p) => sum + p[k]!, 0) / distributions.length);
}

/** How pictures are shown, for the protocols. */
export const PICTURE_SHOWN =
  'each picture as a second of a call shows it that sees nothing else: as it is and mirrored, face alone';

/** The pictures that have a majority label, as `PICTURE_SHOWN` says; group: the picture's index. */
export function faceExamples({ images, majority }: FaceSet): Example[] {
  const picked = [...majority.keys()].filter((i) => majority[i]! >= 0);
  return picked.map((i) => {
    const crop = images.subarray(i * PIXELS, (i + 1) * PIXELS);
    const face = shownStill(crop, faceQuality(crop, FACE_SIZE), { x: 0, y: 0, width: 1, height: 1 });
    return { input: { ...ABSENT, face }, label: majority[i]!, group: i };
  });
}

/** A face in a picture that does not change, in a second of which two pictures are judged (`faceCrops` by default). */
export function shownStill(crop: Uint8Array, quality: number[], box: FaceBox): NonNullable<ModelInput['face']> {
  return { crops: bothSides(crop), count: 2, quality, box };
}

/** The same pictures shown once, as they are: as in a call that judges one a second. */
export const shownOnce = (examples: readonly Example[]): Example[] =>
  examples.map(({ input, ...example }) => ({
    ...example,
    input: { ...input, face: input.face && { ...input.face, crops: input.face.crops.subarray(0, PIXELS), count: 1 } },
  }));

/**
 * The windows of a split's clips, or of the clips given; group: the clip's index.
 * @param encoder null: as where no voice encoder is installed
 */
export async function voiceExamples(
  set: SpeechSet,
  picked: Split | readonly number[],
  encoder: Pick<SecondEncoder, 'encode'> | null,
): Promise<Example[]> {
  const clips = typeof picked === 'string' ? clipsOf(set, picked) : picked;
  const activity = VoiceActivities.installed().open();
  const examples: Example[] = [];
  for (const clip of clips) {
    const samples = clipSamples(set, clip);
    const block = hearClip(samples, activity);
    const isSpeech = (frame: number) => block.speech[frame] === 1;
    const { speechFrames, snrDb } = new NoiseFloor().measure(block.mel, block.frames, isSpeech);
    const inside = Math.min(block.frames, MEL_FRAMES) / block.frames;
    const quality = voiceQuality(snrDb, (speechFrames * inside) / MEL_FRAMES, 1);
    const windows = clipWindows(block);
    const count = windows.length / WINDOW;
    const seconds = encoder ? await encodeSeconds(itselfInSeconds(samples), encoder) : [];
    for (let i = 0; i < count; i++) {
      const heard = windowOf(seconds, seconds.length - (count - 1 - i));
      const logMel = windows.subarray(i * WINDOW, (i + 1) * WINDOW);
      examples.push({ input: { ...ABSENT, voice: { logMel, quality, heard } }, label: set.labels[clip]!, group: clip });
    }
  }
  return examples;
}

/** The same as where no voice encoder is installed. */
export const withoutHeard = (examples: readonly Example[]): Example[] =>
  examples.map(({ input, ...example }) => ({
    ...example,
    input: { ...input, voice: input.voice && { ...input.voice, heard: null } },
  }));

/** The texts with one label, or `every` text; group: the text's index. */
export function wordExamples(set: TextSet, every = false): Example[] {
  const size = WORD_TOKENS * WORD_ROW;
  const picked = [...set.labels.keys()].filter((i) => every || set.labels[i]! >= 0);
  return picked.map((i) => {
    const tokens = set.tokens.subarray(i * size, (i + 1) * size);
    const meta = [...set.meta.subarray(i * WORDS_META, (i + 1) * WORDS_META)];
    const count = Math.round(meta[1]! * WORD_TOKENS);
    const words = { tokens, count, meta, quality: wordsQuality(count, 0) };
    return { input: { ...ABSENT, words }, label: set.labels[i]!, group: i };
  });
}
