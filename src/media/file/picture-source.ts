import { AV_PKT_DATA_DISPLAYMATRIX, type Frame } from 'node-av';
import { EmostreamError } from '../../common/errors.js';
import type { VideoFrame } from '../types.js';
import type { FrameReader } from './frame-reader.js';
import { PictureMaker } from './picture-maker.js';
import { SteadyTime } from './steady-time.js';
import { turnOf } from './upright.js';

/** Pictures looked at a second, as of a call's camera; the others are decoded, as these build on them. */
export const PICTURES_PER_SECOND = 8;
const SLOT_MS = 1000 / PICTURES_PER_SECOND;
/** Where a recording does not say how many pictures a second it has. */
const USUAL_RATE = 25;

/** The pictures of a recording, so many a second, with times from its first moment on. */
export class PictureSource {
  readonly #reader: FrameReader;
  readonly #maker: PictureMaker;
  readonly #time: SteadyTime;
  readonly #lengthMs: number;
  #slot = -1;
  #endMs = 0;

  constructor(reader: FrameReader, durationMs: number | null) {
    const { stream } = reader;
    this.#reader = reader;
    this.#maker = new PictureMaker(turnOf(stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX)));
    this.#time = new SteadyTime(durationMs);
    const { num, den } = stream.avgFrameRate;
    const rate = num > 0 && den > 0 ? num / den : USUAL_RATE;
    this.#lengthMs = 1000 / Math.min(240, Math.max(1, rate));
  }

  get damaged(): number {
    return this.#reader.damaged;
  }
  get brokenOff(): boolean {
    return this.#reader.brokenOff;
  }
  get repaired(): number {
    return this.#time.repaired;
  }
  /** Where what was read so far ends, ms. */
  get endMs(): number {
    return this.#endMs;
  }

  /** The next picture to be looked at; null: there are no more. @throws EmostreamError MEDIA_ENCRYPTED */
  next(): VideoFrame | null {
    for (let frame = this.#reader.next(); frame; frame = this.#reader.next()) {
      const time = this.#time.follow(this.#reader.timeOf(frame), this.#lengthMs);
      if (time === null) continue;
      this.#endMs = time + this.#lengthMs;
      const slot = Math.floor(time / SLOT_MS);
      if (slot <= this.#slot) continue;
      const picture = this.#picture(frame, time);
      if (!picture) continue;
      this.#slot = slot;
      return picture;
    }
    return null;
  }

  close(): void {
    this.#maker.close();
    this.#reader.close();
  }

  /** What is missing or wrong in it was made up by the decoder: not what anybody looked like. */
  #picture(frame: Frame, mediaTime: number): VideoFrame | null {
    try {
      if (frame.decodeErrorFlags === 0) {
        return { ...this.#maker.make(frame), mediaTime, arrivalMs: mediaTime, decodedMs: mediaTime };
      }
    } catch (error) {
      if (!(error instanceof EmostreamError)) throw error;
    }
    this.#reader.damaged += 1;
    return null;
  }
}
