import type { Modality } from '../common/emotions.js';
import type { Meter } from '../common/metrics.js';
import type { WindowFeatures } from '../features/types.js';
import type { KeptCrop, Person } from './kept-encodings.js';
import { EMBEDDING } from './network/sizes.js';
import type { EngineInput, Judgement } from './types.js';

/** The crops that a window names and that are kept. */
export function namedCrops({ face }: WindowFeatures, person: Person): KeptCrop[] {
  return (face?.cropIds ?? []).flatMap((id) => person.crop(id) ?? []);
}

/** Whether a window's face is known from judging it before. */
export function faceKept({ revision, startMs, face }: WindowFeatures, person: Person): boolean {
  const kept = revision > 0 ? person.window(startMs)?.face : null;
  return !!face && kept?.length === face.count * EMBEDDING;
}

/** A window as the engine is to read it: with what is kept in the place of what was measured, so far as anything is. */
export function engineInput(features: WindowFeatures, person: Person, meter: Meter): EngineInput {
  const { face, voice, words, revision, startMs } = features;
  const before = revision > 0 ? person.window(startMs) : undefined;
  const count = (modality: Modality, when: 'window' | 'kept', by = 1): void =>
    meter.count('emostream_encodings_total', { modality, when }, by);
  const input: EngineInput = { face, voice, words };
  if (face && faceKept(features, person)) {
    input.face = { encoded: before!.face!, count: face.count, quality: face.quality };
    count('face', 'kept', face.count);
  } else if (face?.cropIds) {
    const encoded = namedCrops(features, person).flatMap((crop) => crop.encoded ?? []);
    const gone = face.cropIds.length - encoded.length;
    if (gone > 0) meter.count('emostream_dropped_total', { stage: 'inference', reason: 'crop-gone' }, gone);
    input.face = encoded.length > 0 ? { encoded: joined(encoded), count: encoded.length, quality: face.quality } : null;
  } else if (face) count('face', 'window', face.count);
  if (voice && before?.voice) {
    input.voice = { ...before.voice, quality: voice.quality };
    count('voice', 'kept');
  } else if (voice) count('voice', 'window');
  const encoded = words && person.words(words);
  if (encoded) {
    input.words = { encoded, quality: words.quality };
    count('words', 'kept');
  } else if (words) count('words', 'window');
  return input;
}

/** Keeps what a window was judged by. */
export function keep(
  { startMs, words }: WindowFeatures,
  person: Person,
  { face, voice }: EngineInput,
  { encoded }: Judgement,
  now: number,
): void {
  const of = (given: EngineInput['face' | 'voice'], computed: Float32Array | null): Float32Array | null =>
    given && 'encoded' in given ? given.encoded : computed;
  const ofVoice = of(voice, encoded.voice);
  person.keepWindow(startMs, {
    face: of(face, encoded.face),
    voice: ofVoice && { encoded: ofVoice, heard: !!voice?.heard },
    atMs: now,
  });
  if (words && encoded.words) person.keepWords(words, encoded.words);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(parts.length * EMBEDDING);
  parts.forEach((part, i) => out.set(part, i * EMBEDDING));
  return out;
}
