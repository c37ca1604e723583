import { makeRecording, type Recording, seeded, synthesise } from '../../../bench/support/index.js';
import type { AudioChunk, VideoFrame } from '../../../src/media/index.js';
import type { AlignedWindow, Timed } from '../../../src/streams/index.js';
import { NO_MISHAPS, sentAt } from './mishaps.js';
import { brightness } from '../../support/yuv.js';

/** Picture and sound change together this often: a dark and silent stretch, then a bright and loud one, ms. */
export const HALF_MS = 1000;
const FPS = 30;
/** A picture's neighbours are closer than this, ms. */
const PICTURE_GAP_MS = 1500 / FPS;
/** After a lost packet an Opus decoder knows the loudness wrong for some packets of 20 ms (RFC 6716 §4.3.2.1), ms. */
const SOUND_RECOVERY_MS = 120;

export type FlashWindow = AlignedWindow<number, AudioChunk>;

/** A recording in which black becomes white and silence becomes a tone at the same instant. */
export function flashRecording(): Recording {
  return makeRecording({
    video: {
      codec: 'VP8',
      width: 160,
      height: 120,
      framesPerSecond: FPS,
      frames: (2 * HALF_MS * FPS) / 1000,
      keyFrameEvery: 30,
      bitRate: 600_000,
      draw: (index, rgb) => {
        // Noise, so that a picture is several packets, as a camera's is.
        const random = seeded(index);
        const level = index * 1000 >= HALF_MS * FPS ? 200 : 20;
        for (let i = 0; i < rgb.length; i++) rgb[i] = level + random() * 40;
      },
    },
    audio: synthesise((2 * HALF_MS) / 1000, (at) => (at * 1000 >= HALF_MS ? 0.5 * Math.sin(2000 * Math.PI * at) : 0)),
  });
}

/** What the windows hold of a picture: its brightness. */
export function timedPicture({ mediaTime, arrivalMs, decodedMs, ...picture }: VideoFrame): Timed<number> {
  return { mediaTime, arrivalMs, decodedMs, durationMs: 0, value: brightness(picture) };
}

export function timedSound(chunk: AudioChunk): Timed<AudioChunk> {
  return { ...chunk, durationMs: chunk.samples.length / 16, value: chunk };
}

/** When the media truly changed within the windows, server wall clock, ms. */
export function truthOf(
  startedAtMs: number,
  windows: FlashWindow[],
  kind: 'video' | 'audio' = 'video',
  mishaps = NO_MISHAPS,
): number[] {
  const truth: number[] = [];
  for (let media = HALF_MS; ; media += 2 * HALF_MS) {
    const at = startedAtMs + sentAt(mishaps, kind, media);
    if (at >= windows.at(-1)!.endMs) return truth;
    truth.push(at);
  }
}

interface Flip {
  /** Start of the window that holds it. */
  window: number;
  /** Media time of the first bright picture, or of the first loud sample, ms. */
  at: number;
  /** Nothing was lost for good just before it, so it is the change itself and not the first that was left of it. */
  clean: boolean;
}

export interface Measured {
  picture: { window: number; errorMs: number } | null;
  sound: { window: number; errorMs: number } | null;
}

/** Where each true change is found in the windows. A change whose own packets were lost is null: loss, not misalignment. */
export function measure(windows: FlashWindow[], truth: number[]): Measured[] {
  const pictures = picturesIn(windows);
  const sounds = windows.flatMap(soundsIn);
  return truth.map((at) => {
    const find = (flips: Flip[]) => {
      const flip = flips.find((candidate) => Math.abs(candidate.at - at) < HALF_MS / 2);
      return flip?.clean ? { window: flip.window, errorMs: flip.at - at } : null;
    };
    return { picture: find(pictures), sound: find(sounds) };
  });
}

/** Changes in the windows that are further from every true one than `limitMs`: media of another time. */
export function strays(windows: FlashWindow[], kind: 'video' | 'audio', truth: number[], limitMs: number): number[] {
  const flips = kind === 'video' ? picturesIn(windows) : windows.flatMap(soundsIn);
  const strange = flips.filter(({ at, clean }) => clean && truth.every((one) => Math.abs(one - at) > limitMs));
  return strange.map(({ at }) => at);
}

/** A line about all changes, for the log, and the figures to judge. */
export function summarise(measured: Measured[]) {
  const worst = (errors: (number | undefined)[]) =>
    Math.max(...errors.filter((error) => error !== undefined).map(Math.abs));
  const figures = {
    changes: measured.length,
    both: measured.filter(({ picture, sound }) => picture && sound).length,
    apart: measured.filter(({ picture, sound }) => picture && sound && picture.window !== sound.window).length,
    pictureMs: worst(measured.map(({ picture }) => picture?.errorMs)),
    soundMs: worst(measured.map(({ sound }) => sound?.errorMs)),
    lipSyncMs: worst(
      measured.map(({ picture, sound }) => (picture && sound ? picture.errorMs - sound.errorMs : undefined)),
    ),
  };
  const line =
    `${String(figures.both)} of ${String(figures.changes)} changes both seen and heard, ` +
    `${String(figures.apart)} in different windows; worst error: picture ${figures.pictureMs.toFixed(1)} ms, ` +
    `sound ${figures.soundMs.toFixed(1)} ms, between them ${figures.lipSyncMs.toFixed(1)} ms`;
  return { ...figures, line };
}

function picturesIn(windows: FlashWindow[]): Flip[] {
  const frames = windows.flatMap((window) => window.frames.map((frame) => ({ ...frame, window: window.startMs })));
  return frames.flatMap((frame, i) => {
    const before = frames[i - 1];
    if (!before || before.value >= 128 || frame.value < 128) return [];
    const clean = frame.mediaTime - before.mediaTime < PICTURE_GAP_MS;
    return [{ window: frame.window, at: frame.mediaTime, clean }];
  });
}

/** Where sound sets in after a long silence. A sine crosses zero, so a moment below the threshold is not silence yet. */
function soundsIn(window: FlashWindow): Flip[] {
  const flips: Flip[] = [];
  let loudAt = -Infinity;
  let heardTo = -Infinity;
  let gapAt = -Infinity;
  for (const { value: chunk } of window.audio) {
    if (loudAt === -Infinity) loudAt = chunk.mediaTime;
    if (chunk.mediaTime - heardTo > 5) gapAt = chunk.mediaTime;
    for (const [i, sample] of chunk.samples.entries()) {
      const at = chunk.mediaTime + i / 16;
      if (Math.abs(sample) >= 0.1) {
        if (at - loudAt > HALF_MS / 4) {
          flips.push({ window: window.startMs, at, clean: at - gapAt > SOUND_RECOVERY_MS });
        }
        loudAt = at;
      }
      heardTo = at;
    }
  }
  return flips.filter((flip) => flip.at >= window.startMs && flip.at < window.endMs);
}
