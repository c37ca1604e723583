import { GAP_TOLERANCE_MS, type HeardSound, SAMPLES_PER_MS } from './heard-sound.js';

/** Frames over which loudness is smoothed in the search for a quiet place: about a tenth of a second. */
const QUIET_FRAMES = 3;

/** From and to, media time, ms. */
export type Stretch = readonly [from: number, to: number];

/** Sound that somebody speaks in, from a little before until a pause: what is recognised at once. It grows while it is said. */
export class SpeechPiece {
  readonly #frames: HeardSound[] = [];
  #speechFrames = 0;
  #lastSpeech = -1;

  /** @param id names it for good */
  constructor(readonly id: number) {}

  add(frame: HeardSound): void {
    this.#frames.push(frame);
    if (!frame.speech) return;
    this.#speechFrames += 1;
    this.#lastSpeech = this.#frames.length - 1;
  }

  get startMs(): number {
    return this.#frames[0]?.mediaTime ?? 0;
  }

  get endMs(): number {
    return endOf(this.#frames.at(-1));
  }

  get lengthMs(): number {
    return this.endMs - this.startMs;
  }

  /** Speech in it, ms. */
  get speechMs(): number {
    return this.#speechFrames * lengthOf(this.#frames[0]);
  }

  /** When speech was last heard in it, media time, ms. */
  get spokenToMs(): number {
    return endOf(this.#frames[this.#lastSpeech]);
  }

  /** How long there has been no speech, ms. */
  get silentMs(): number {
    return this.#lastSpeech < 0 ? this.lengthMs : this.endMs - this.spokenToMs;
  }

  /** Where speech goes on in it. */
  voiced(): Stretch[] {
    const out: [number, number][] = [];
    for (const frame of this.#frames) {
      if (!frame.speech) continue;
      const last = out.at(-1);
      if (last && frame.mediaTime - last[1] < GAP_TOLERANCE_MS) last[1] = endOf(frame);
      else out.push([frame.mediaTime, endOf(frame)]);
    }
    return out;
  }

  /** Its sound up to a media time; where some is missing there is silence, so that places in it are times. */
  samples(toMs = Infinity): Float32Array {
    const end = Math.min(toMs, this.endMs);
    const out = new Float32Array(Math.max(0, Math.round((end - this.startMs) * SAMPLES_PER_MS)));
    let at = 0;
    for (const { mediaTime, samples } of this.#frames) {
      const due = Math.round((mediaTime - this.startMs) * SAMPLES_PER_MS);
      // Frames follow each other without a seam while the media clock is slewed.
      if (Math.abs(due - at) > GAP_TOLERANCE_MS * SAMPLES_PER_MS) at = due;
      if (at >= out.length) break;
      out.set(samples.subarray(0, out.length - at), at);
      at += samples.length;
    }
    return out;
  }

  /** Cuts it in two at the quietest place of its part [fromMs, …): this one keeps what is before. */
  cut(fromMs: number, id: number): SpeechPiece {
    const first = this.#frames.findIndex(({ mediaTime }) => mediaTime >= fromMs);
    const levels = this.#frames.map(({ samples }) => powerOf(samples));
    let best = this.#frames.length;
    let quietest = Infinity;
    for (let at = Math.max(1, first); at + QUIET_FRAMES <= levels.length; at++) {
      const level = levels.slice(at, at + QUIET_FRAMES).reduce((sum, value) => sum + value, 0);
      if (level >= quietest) continue;
      quietest = level;
      best = at + 1;
    }
    const rest = new SpeechPiece(id);
    const all = this.#frames.splice(0);
    this.#speechFrames = 0;
    this.#lastSpeech = -1;
    all.forEach((frame, at) => (at < best ? this.add(frame) : rest.add(frame)));
    return rest;
  }
}

const lengthOf = (frame: HeardSound | undefined): number => (frame ? frame.samples.length / SAMPLES_PER_MS : 0);
const endOf = (frame: HeardSound | undefined): number => (frame ? frame.mediaTime + lengthOf(frame) : 0);

/** Sum of squares. */
export function powerOf(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum;
}
