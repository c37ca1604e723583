import type { AlignedWindow } from '../streams/types.js';
import { chosenCrops, cropId } from './crop-chooser.js';
import { shownAs } from './crop-sides.js';
import { isLaughter } from './laughter.js';
import { LOG_FLOOR, normaliseLogMel } from './log-mel.js';
import { voiceQuality, wordsQuality } from './quality.js';
import { wordFeatures } from './tokens.js';
import { mainFrames, otherFrames } from './window-faces.js';
import {
  FACE_CROPS,
  FACE_QUALITY,
  FACE_SIZE,
  MEL_BANDS,
  MEL_FRAMES,
  MEL_HOP_MS,
  VOICE_WINDOW_MS,
  type FaceObservation,
  type Heard,
  type OtherFace,
  type VoiceObservation,
  type WindowFeatures,
} from './types.js';

/** Less speech inside the window than this, ms, is no voice. */
export const MIN_SPEECH_MS = 200;
/** Missing frames, at most so many in a row, that come of rounding media times to frames and not of missing sound. */
const ROUNDING_FRAMES = 2;

type Window = AlignedWindow<FaceObservation, VoiceObservation>;

/**
 * What the network reads of a window.
 * @param now server wall clock, ms
 * @param maxCrops face crops taken at most, 1 to FACE_CROPS; each costs the network time
 * @param heard what encoders heard in its three seconds
 */
export function assembleFeatures(
  window: Window,
  now: number,
  maxCrops = FACE_CROPS,
  heard: Heard | null = null,
): WindowFeatures {
  return {
    startMs: window.startMs,
    endMs: window.endMs,
    revision: window.revision,
    closedBy: window.closedBy,
    face: assembleFace(mainFrames(window.frames), window.startMs, maxCrops),
    ...assembleOthers(window, maxCrops),
    voice: assembleVoice(window, heard),
    words: assembleWords(window),
    state: window.state,
    timing: {
      lastMediaMs: window.lastMediaMs,
      lastArrivalMs: window.lastArrivalMs,
      lastDecodedMs: window.lastDecodedMs,
      saidMs: window.saidMs,
      closedMs: window.closedMs,
      featuresMs: now,
    },
  };
}

/** @returns with `cropIds` where crops were settled on the way, and then without their pixels */
function assembleFace(
  frames: readonly Window['frames'][number][],
  startMs: number,
  maxCrops: number,
  mayName = true,
): WindowFeatures['face'] {
  const chosen = chosenCrops(frames, maxCrops, startMs);
  const newest = chosen.at(-1)?.frame;
  if (!newest) return null;
  const quality = FACE_QUALITY.map(
    (_, k) => chosen.reduce((sum, { frame }) => sum + (frame.value.quality[k] ?? 0), 0) / chosen.length,
  );
  const { box, id } = newest.value;
  const face = { count: chosen.length, quality, box, ...(id === undefined ? {} : { id }) };
  if (mayName && chosen.every(({ frame }) => frame.value.settled)) {
    return { ...face, crops: new Uint8Array(), cropIds: chosen.map(({ frame }) => cropId(frame.mediaTime)) };
  }
  const crops = new Uint8Array(chosen.length * FACE_SIZE * FACE_SIZE);
  chosen.forEach(({ frame, side }, i) => crops.set(shownAs(frame.value.crop, side), i * FACE_SIZE * FACE_SIZE));
  return { ...face, crops };
}

/** Where faces are told apart, those beside the main one. A revision changes words, and says nothing new of faces. */
function assembleOthers({ frames, revision, startMs }: Window, maxCrops: number): Pick<WindowFeatures, 'others'> {
  if (revision > 0 || !frames.some(({ value }) => value.others)) return {};
  const others = [...otherFrames(frames)].flatMap(([id, own]): OtherFace[] => {
    const face = assembleFace(own, startMs, maxCrops, false);
    return face ? [{ ...face, id }] : [];
  });
  return { others: others.sort((a, b) => b.box.width * b.box.height - a.box.width * a.box.height) };
}

function assembleVoice(window: Window, heard: Heard | null): WindowFeatures['voice'] {
  const { audio, startMs, endMs } = window;
  if (speechMs(audio, startMs, endMs) < MIN_SPEECH_MS) return null;
  const from = endMs - VOICE_WINDOW_MS;
  const { mel, received } = layOut(audio, from);
  if (isLaughter(mel, MEL_FRAMES)) return null;
  let weighted = 0;
  let speechFrames = 0;
  for (const { value } of audio) {
    weighted += value.snrDb * value.speechFrames;
    speechFrames += value.speechFrames;
  }
  return {
    heard,
    logMel: normaliseLogMel(mel, MEL_FRAMES),
    quality: voiceQuality(
      weighted / Math.max(1, speechFrames),
      speechMs(audio, from, endMs) / VOICE_WINDOW_MS,
      received / MEL_FRAMES,
    ),
  };
}

/** Speech between two media times, ms; of a block partly inside, its share. */
export function speechMs(audio: readonly Window['audio'][number][], from: number, to: number): number {
  let sum = 0;
  for (const { mediaTime, durationMs, value } of audio) {
    const inside = Math.min(to, mediaTime + durationMs) - Math.max(from, mediaTime);
    if (inside > 0) sum += (value.speechFrames * MEL_HOP_MS * inside) / durationMs;
  }
  return sum;
}

/** Frames at their place in media time: slot k is `from` + k · MEL_HOP_MS. Where no sound came there is the floor. */
function layOut(audio: Window['audio'], from: number): { mel: Float32Array; received: number } {
  const mel = new Float32Array(MEL_FRAMES * MEL_BANDS).fill(LOG_FLOOR);
  const filled = new Uint8Array(MEL_FRAMES);
  for (const { mediaTime, value } of audio) {
    const first = Math.round((mediaTime - from) / MEL_HOP_MS);
    const skipped = Math.max(0, -first);
    const end = Math.min(value.frames, MEL_FRAMES - first);
    if (skipped >= end) continue;
    mel.set(value.mel.subarray(skipped * MEL_BANDS, end * MEL_BANDS), (first + skipped) * MEL_BANDS);
    filled.fill(1, first + skipped, first + end);
  }
  closeRoundingGaps(mel, filled);
  return { mel, received: filled.reduce((sum, f) => sum + f, 0) };
}

/** Repeats the frame before a gap of one or two frames between sound and sound. */
function closeRoundingGaps(mel: Float32Array, filled: Uint8Array): void {
  for (let slot = 1; slot < MEL_FRAMES; slot++) {
    if (filled[slot] || !filled[slot - 1]) continue;
    let end = slot;
    while (end < MEL_FRAMES && !filled[end]) end++;
    if (end === MEL_FRAMES || end - slot > ROUNDING_FRAMES) continue;
    for (let s = slot; s < end; s++) {
      mel.copyWithin(s * MEL_BANDS, (slot - 1) * MEL_BANDS, slot * MEL_BANDS);
      filled[s] = 1;
    }
  }
}

function assembleWords(window: Window): WindowFeatures['words'] {
  const text = window.words.map((w) => w.text).join(' ');
  const { tokens, count, meta } = wordFeatures(text);
  if (count === 0) return null;
  const newest = Math.max(...window.words.map((w) => w.endMs));
  return { tokens, count, meta, quality: wordsQuality(count, window.endMs - newest) };
}
