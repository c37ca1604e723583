import { assembleFeatures } from '../features/assemble.js';
import { frameCount, HOP_SAMPLES, normaliseLogMel, SAMPLE_RATE, type MelBlock } from '../features/log-mel.js';
import {
  MEL_BANDS,
  MEL_FRAMES,
  VOICE_WINDOW_MS,
  type VoiceObservation,
  type WindowFeatures,
} from '../features/types.js';
import { VoiceObserver } from '../features/voice-observer.js';
import { SpeechHearer, type VoiceActivity } from '../speech/index.js';
import type { Timed } from '../streams/types.js';
import { colouredNoise } from './coloured-noise.js';
import type { Rng } from './rng.js';
import { clipEnds } from './voice-windows.js';

/** Noise floors under a clip, dBFS (the root mean square over full scale): a quiet room, an ordinary one, a fan. */
export const ROOMS = [-70, -55, -45] as const;
/** Clips of a set that are judged in rooms, about: each takes a second. */
export const IN_ROOMS = 400;
/** From white to brownish, drawn for each clip. */
const COLOURS = [0, 0.3, 0.6, 0.8];
/** Room before a clip, so that a window that ends in it is all room but for the clip, and after it, until no window hears it. */
const LEAD_SECONDS = 3;
const TAIL_SECONDS = 1;
const FRAMES_PER_SECOND = SAMPLE_RATE / HOP_SAMPLES;
/** Sound comes in packets of 20 ms. */
const CHUNK = 320;
const NO_TIMES = { lastMediaMs: null, lastArrivalMs: null, lastDecodedMs: null, closedMs: 0 };
const LIVE = { face: 'off', voice: 'live', words: 'off' } as const;

type Voice = NonNullable<WindowFeatures['voice']>;

/** A clip in a room, as it is judged whole and as a call would judge each second. */
export interface HeardInRoom {
  /** The windows of `clipWindows`, with the room around the clip and under it: MEL_FRAMES × MEL_BANDS each, normalised. */
  windows: Float32Array[];
  /** What the features of each second are in which a call hears a voice: windows end anywhere in the clip, a second apart. */
  seconds: Voice[];
}

/** @param clip 16 kHz, -1..1 @param dbfs of the room @param rng draws the room and where against the clip seconds begin */
export function hearInRoom(clip: Float32Array, dbfs: number, rng: Rng, activity: VoiceActivity): HeardInRoom {
  const firstFrame = LEAD_SECONDS * FRAMES_PER_SECOND + rng.below(FRAMES_PER_SECOND);
  const { blocks, seconds } = observe(placeInRoom(clip, firstFrame * HOP_SAMPLES, dbfs, rng), activity);
  const room = join(blocks);
  const frames = frameCount(clip.length);
  const windows = clipEnds(frames).map((end) => {
    const to = Math.min(firstFrame + end, room.frames);
    return normaliseLogMel(room.mel.subarray((to - MEL_FRAMES) * MEL_BANDS, to * MEL_BANDS), MEL_FRAMES);
  });
  return { windows, seconds };
}

/** The clip from a sample on in a room that begins before it and goes on after it. */
export function placeInRoom(clip: Float32Array, from: number, dbfs: number, rng: Rng): Float32Array {
  const seconds = Math.ceil((from + clip.length) / SAMPLE_RATE) + TAIL_SECONDS;
  const next = colouredNoise(COLOURS[rng.below(COLOURS.length)]!, rng);
  const out = Float32Array.from({ length: seconds * SAMPLE_RATE }, next);
  const power = out.reduce((sum, value) => sum + value * value, 0) / out.length;
  const gain = 10 ** (dbfs / 20) / Math.sqrt(power);
  for (let i = 0; i < out.length; i++) out[i]! *= gain;
  for (let i = 0; i < clip.length; i++) out[from + i]! += clip[i]!;
  return out;
}

/** Sound through voice activity, log-mel and the features of windows, all of them those of calls. */
function observe(
  samples: Float32Array,
  activity: VoiceActivity,
): { blocks: Timed<VoiceObservation>[]; seconds: Voice[] } {
  activity.reset();
  const hearer = new SpeechHearer(activity);
  const observer = new VoiceObserver();
  const blocks: Timed<VoiceObservation>[] = [];
  const hear = (heard: ReturnType<SpeechHearer['hear']>): void => {
    for (const sound of heard) {
      const block = observer.observe(sound);
      if (block) blocks.push(block);
    }
  };
  for (let at = 0; at < samples.length; at += CHUNK) {
    const mediaTime = (1000 * at) / SAMPLE_RATE;
    hear(hearer.hear({ mediaTime, arrivalMs: 0, decodedMs: 0, samples: samples.subarray(at, at + CHUNK) }));
  }
  hear(hearer.judge());
  const seconds = Array.from({ length: Math.floor(samples.length / SAMPLE_RATE) }, (_, second) =>
    voiceOf(blocks, 1000 * (second + 1)),
  );
  return { blocks, seconds: seconds.filter((voice) => voice !== null) };
}

function voiceOf(blocks: readonly Timed<VoiceObservation>[], endMs: number): Voice | null {
  const audio = blocks.filter(
    ({ mediaTime, durationMs }) => mediaTime < endMs && mediaTime + durationMs > endMs - VOICE_WINDOW_MS,
  );
  const window = { startMs: endMs - 1000, endMs, revision: 0, closedBy: 'watermark', audio, state: LIVE } as const;
  return assembleFeatures({ ...window, ...NO_TIMES, frames: [], words: [], saidMs: [] }, 0).voice;
}

function join(blocks: readonly Timed<VoiceObservation>[]): MelBlock {
  const frames = blocks.reduce((sum, { value }) => sum + value.frames, 0);
  const mel = new Float32Array(frames * MEL_BANDS);
  let at = 0;
  for (const { value } of blocks) {
    mel.set(value.mel, at);
    at += value.frames * MEL_BANDS;
  }
  return { mel, frames };
}
