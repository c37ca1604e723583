import { GAP_TOLERANCE_MS, SAMPLES_PER_MS } from '../speech/index.js';
import type { AlignedWindow, Timed } from '../streams/types.js';
import { MIN_SPEECH_MS, speechMs } from './assemble.js';
import { HOP_SAMPLES } from './log-mel.js';
import { MEL_HOP_MS, type VoiceObservation } from './types.js';

const NOTHING = new Float32Array(0);
const TOLERANCE = GAP_TOLERANCE_MS * SAMPLES_PER_MS;

type Window = Pick<AlignedWindow<unknown, VoiceObservation>, 'audio' | 'startMs' | 'endMs'>;

/** @returns samples of [startMs, endMs) at 16 kHz, zeros where no sound came; null where too little was said for a voice */
export function secondOf({ audio, startMs, endMs }: Window): Float32Array | null {
  return speechMs(audio, startMs, endMs) < MIN_SPEECH_MS ? null : layOut(audio, startMs, endMs);
}

/**
 * Takes the samples of a window's own second out of its blocks of sound. Blocks that no later second needs lose theirs: they are
 * kept for revisions, which need none.
 * @returns as `secondOf`
 */
export function takeSecond(window: Window): Float32Array | null {
  const { audio, endMs } = window;
  const second = secondOf(window);
  for (const { mediaTime, durationMs, value } of audio) if (mediaTime + durationMs <= endMs) value.samples = NOTHING;
  return second;
}

/**
 * Sound lies at whole hops, as its log-mel frames do in the window (assemble.ts): encoders answer another cut of the same sound a
 * little differently, and a clock is never sure of its milliseconds. What follows within the tolerance follows without a break: a clock
 * that is slewed makes no clicks.
 */
function layOut(audio: readonly Timed<VoiceObservation>[], startMs: number, endMs: number): Float32Array {
  const second = new Float32Array((endMs - startMs) * SAMPLES_PER_MS);
  let next = -Infinity;
  for (const { mediaTime, value } of audio) {
    const own = Math.round((mediaTime - startMs) / MEL_HOP_MS) * HOP_SAMPLES;
    const at = Math.abs(own - next) <= TOLERANCE ? next : own;
    next = at + value.samples.length;
    const [from, to] = [Math.max(0, -at), Math.min(value.samples.length, second.length - at)];
    if (from < to) second.set(value.samples.subarray(from, to), at + from);
  }
  return second;
}
