import { assembleFeatures, MIN_SPEECH_MS, speechMs } from '../features/assemble.js';
import { frameCount, HOP_SAMPLES, normaliseLogMel, SAMPLE_RATE, type MelBlock } from '../features/log-mel.js';
import {
  FACE_CROPS,
  MEL_BANDS,
  MEL_FRAMES,
  VOICE_WINDOW_MS,
  type Heard,
  type VoiceObservation,
  type WindowFeatures,
} from '../features/types.js';
import { VoiceObserver } from '../features/voice-observer.js';
import { SpeechHearer, type VoiceActivity } from '../speech/index.js';
import type { Timed } from '../streams/types.js';
import { encodeSeconds, itselfInSeconds } from './heard/clip-copies.js';
import { windowOf, type SecondEncoder } from './heard/seconds.js';
import { colouredNoise } from './coloured-noise.js';
import type { Rng } from './rng.js';
import { clipEnds } from './voice-windows.js';

/** Noise floors under a clip, dBFS (the root mean square over full scale): a quiet room, an ordinary one, a fan. */
export const ROOMS = [-70, -55, -45] as const;
/** Clips of a set that are judged in rooms, about: each takes a second and a half. */
export const IN_ROOMS = 120;
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

type Encode = Pick<SecondEncoder, 'encode'>;

/** A clip in a room, as it is judged whole and as a call would judge each second. */
export interface HeardInRoom {
  /** The windows of `clipWindows`, with the room around the clip and under it: MEL_FRAMES × MEL_BANDS each, normalised. */
  windows: Float32Array[];
  /** What encoders hear in each of the windows; null: nothing, or there are none. */
  heard: (Heard | null)[];
  /** What the features of each second are in which a call hears a voice: windows end anywhere in the clip, a second apart. */
  seconds: Voice[];
}

/**
 * @param clip 16 kHz, -1..1 @param dbfs of the room @param rng draws the room and where against the clip seconds begin
 * @param encoder null: no encoders
 */
export async function hearInRoom(
  clip: Float32Array,
  dbfs: number,
  rng: Rng,
  { activity, encoder }: { activity: VoiceActivity; encoder: Encode | null },
): Promise<HeardInRoom> {
  const firstFrame = LEAD_SECONDS * FRAMES_PER_SECOND + rng.below(FRAMES_PER_SECOND);
  const from = firstFrame * HOP_SAMPLES;
  const placed = placeInRoom(clip, from, dbfs, rng);
  const blocks = observe(placed, activity);
  const room = join(blocks);
  const frames = frameCount(clip.length);
  const windows = clipEnds(frames).map((end) => {
    const to = Math.min(firstFrame + end, room.frames);
    return normaliseLogMel(room.mel.subarray((to - MEL_FRAMES) * MEL_BANDS, to * MEL_BANDS), MEL_FRAMES);
  });
  const whole = encoder ? await heardWhole(placed, { from, length: clip.length }, windows.length, encoder) : null;
  const seconds = await voicesOf(blocks, placed, encoder);
  return { windows, heard: whole ?? windows.map(() => null), seconds: seconds.filter((voice) => voice !== null) };
}

/** Each second that ends a whole number of seconds before the clip does, where enough of the clip is in it. */
async function heardWhole(
  placed: Float32Array,
  { from, length }: { from: number; length: number },
  windows: number,
  encoder: Encode,
): Promise<(Heard | null)[]> {
  const { isHeard } = itselfInSeconds(new Float32Array(length));
  const end = from + length;
  const samples = placed.subarray(end - isHeard.length * SAMPLE_RATE, end);
  const encoded = await encodeSeconds({ samples, isHeard }, encoder);
  return Array.from({ length: windows }, (_, i) => windowOf(encoded, encoded.length - (windows - 1 - i)));
}

/** As in a call, each second in which enough is said is encoded, and a window has those of its own. */
async function voicesOf(
  blocks: readonly Timed<VoiceObservation>[],
  placed: Float32Array,
  encoder: Encode | null,
): Promise<(Voice | null)[]> {
  const isHeard = Array.from(
    { length: Math.floor(placed.length / SAMPLE_RATE) },
    (_, second) => speechMs(blocks, 1000 * second, 1000 * (second + 1)) >= MIN_SPEECH_MS,
  );
  const encoded = encoder ? await encodeSeconds({ samples: placed, isHeard }, encoder) : isHeard.map(() => null);
  return isHeard.map((_, second) => voiceOf(blocks, 1000 * (second + 1), windowOf(encoded, second + 1)));
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

/** Sound through voice activity and log-mel, which are those of calls. */
function observe(samples: Float32Array, activity: VoiceActivity): Timed<VoiceObservation>[] {
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
  return blocks;
}

function voiceOf(blocks: readonly Timed<VoiceObservation>[], endMs: number, heard: Heard | null): Voice | null {
  const audio = blocks.filter(
    ({ mediaTime, durationMs }) => mediaTime < endMs && mediaTime + durationMs > endMs - VOICE_WINDOW_MS,
  );
  const window = { startMs: endMs - 1000, endMs, revision: 0, closedBy: 'watermark', audio, state: LIVE } as const;
  return assembleFeatures({ ...window, ...NO_TIMES, frames: [], words: [], saidMs: [] }, 0, FACE_CROPS, heard).voice;
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
