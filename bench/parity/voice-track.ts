import { frameCount, logMel } from '../../src/features/log-mel.js';
import { MEL_FRAMES, MEL_HOP_MS, VOICE_WINDOW_MS } from '../../src/features/types.js';
import { SoundConverter } from '../../src/media/sound-conversion.js';
import { AUDIO_SAMPLE_RATE } from '../../src/media/types.js';
import { soundAt, type ClipInSeconds } from '../../src/training/heard/clip-copies.js';
import { joinFloats } from '../../src/training/join-floats.js';
import { windowAt } from '../../src/training/voice-windows.js';
import { encodeOpus, OPUS_RATE } from '../support/encode-audio.js';
import { seeded } from '../support/random.js';
import type { Recording } from '../support/recording.js';
import type { Appearance } from './appearance.js';

const LEAD_MS = 4000;
const TAIL_MS = 2000;
/** The noise of a quiet room and its microphone, dBFS. */
export const QUIET_ROOM_DB = -70;
const WINDOW_MS = 1000;

/**
 * One participant's microphone: clip after clip, so far apart that no window hears two. Clips begin at any time against the
 * windows, as sentences do.
 * @param clips 16 kHz mono, -1..1
 * @param roomDb white noise under all of it, dBFS; the offline clips have none
 */
export function voiceTrack(
  clips: readonly { example: number; samples: Float32Array }[],
  seed: number,
  roomDb: number,
): { recording: Recording; appearances: Appearance[]; seconds: number } {
  const random = seeded(seed);
  const appearances: Appearance[] = [];
  const starts: number[] = [];
  let at = LEAD_MS;
  for (const { example, samples } of clips) {
    at += WINDOW_MS * random();
    starts.push(at);
    appearances.push({ example, startMs: at, windows: judgedWindows(at, frameCount(samples.length)) });
    at += samples.length / (AUDIO_SAMPLE_RATE / 1000) + VOICE_WINDOW_MS;
  }
  const seconds = Math.ceil((at + TAIL_MS) / 1000);
  const amplitude = 10 ** (roomDb / 20) * Math.sqrt(3);
  const sound = Float32Array.from({ length: seconds * OPUS_RATE }, () => amplitude * (2 * random() - 1));
  clips.forEach(({ samples }, i) => {
    const from = Math.round(((starts[i] ?? 0) * OPUS_RATE) / 1000);
    upsample(samples).forEach((value, k) => {
      sound[from + k]! += value;
    });
  });
  return { recording: { video: null, audio: { packets: encodeOpus(sound) } }, appearances, seconds };
}

/**
 * Offline a clip is judged in windows that end with it and, if it is long, each second from its third on
 * (src/training/voice-windows.ts). In the call each of those has one window whose end is nearest to it.
 * @returns starts of windows
 */
export function judgedWindows(startMs: number, frames: number): number[] {
  const ends = [frames * MEL_HOP_MS];
  for (let end = MEL_FRAMES; end < frames; end += WINDOW_MS / MEL_HOP_MS) ends.push(end * MEL_HOP_MS);
  const nearest = ends.map((end) => Math.round((startMs + end) / WINDOW_MS) * WINDOW_MS - WINDOW_MS);
  return [...new Set(nearest)].sort((a, b) => a - b);
}

/**
 * The same clip in the same windows, without the way through the call.
 * @returns of each window MEL_FRAMES × MEL_BANDS, and the sound in its seconds
 */
export function windowsAsHeard(
  samples: Float32Array,
  { startMs, windows }: Appearance,
): { logMel: Float32Array; sound: ClipInSeconds }[] {
  const block = logMel(samples);
  return windows.map((start) => {
    const fromMs = startMs - start - WINDOW_MS + VOICE_WINDOW_MS;
    const sound = soundAt(samples, Math.round((fromMs * AUDIO_SAMPLE_RATE) / 1000));
    return { logMel: windowAt(block, Math.round(fromMs / MEL_HOP_MS)), sound };
  });
}

/** 16 → 48 kHz. */
export function upsample(samples: Float32Array): Float32Array {
  const converter = new SoundConverter(AUDIO_SAMPLE_RATE, OPUS_RATE);
  try {
    // And what the filter still holds.
    return joinFloats([converter.convert(samples), converter.convert(null)]);
  } finally {
    converter.close();
  }
}
