import {
  AV_CODEC_ID_H264,
  AV_PKT_DATA_DISPLAYMATRIX,
  AV_PKT_DATA_NEW_EXTRADATA,
  AV_PKT_FLAG_CORRUPT,
  AV_PKT_FLAG_DISCARD,
  type Frame,
  type Packet,
  type Stream,
} from 'node-av';
import { EmostreamError } from '../../common/errors.js';
import type { VideoFrame } from '../types.js';
import type { FrameReader } from './frame-reader.js';
import { NeedlessPictures } from './needless-pictures.js';
import { PictureMaker } from './picture-maker.js';
import { PictureOrder } from './picture-order.js';
import { SteadyTime } from './steady-time.js';
import { turnOf } from './upright.js';

/** Pictures looked at a second, as of a call's camera; the others are decoded, as these build on them. */
export const PICTURES_PER_SECOND = 8;
const SLOT_MS = 1000 / PICTURES_PER_SECOND;
/** Where a recording does not say how many pictures a second it has. */
const USUAL_RATE = 25;

/**
 * The pictures of a recording, so many a second, with times from its first moment on. Which ones depends on nothing but the recording: those
 * that are looked at where everything is decoded. What need not be decoded for them is not, as long as all is as it should be.
 */
export class PictureSource {
  #reader: FrameReader;
  readonly #durationMs: number | null;
  readonly #maker: PictureMaker;
  #time: SteadyTime;
  /** Null: everything is decoded. */
  #needless: NeedlessPictures | null;
  readonly #lengthMs: number;
  /** The newest stretches of which a picture was taken, and given. */
  #taken = -1;
  #given = -1;
  /** Pictures that are taken; where something is left out, few that wait for others to come out. */
  readonly #ready: { picture: VideoFrame; slot: number; place: number }[] = [];
  #isOver = false;
  #endMs = 0;

  constructor(reader: FrameReader, durationMs: number | null) {
    const { stream } = reader;
    this.#reader = reader;
    this.#durationMs = durationMs;
    this.#maker = new PictureMaker(turnOf(stream.codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX)));
    this.#time = new SteadyTime(durationMs);
    this.#needless = this.#leaveOut(stream);
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

  /** The next picture to be looked at; null: there are no more. @throws EmostreamError MEDIA_ENCRYPTED; of opening it anew */
  next(): VideoFrame | null {
    while (!this.#isOver && !this.#isSettled()) this.#read();
    const next = this.#ready.shift();
    if (next) this.#given = next.slot;
    return next?.picture ?? null;
  }

  close(): void {
    this.#maker.close();
    this.#reader.close();
  }

  /** Has the reader leave out what is not needed, where that can be told. */
  #leaveOut({ codecpar }: Stream): NeedlessPictures | null {
    const order = codecpar.codecId === AV_CODEC_ID_H264 ? PictureOrder.of(codecpar.extradata) : null;
    if (!order) return null;
    const needless = new NeedlessPictures(order.most, SLOT_MS, this.#durationMs);
    this.#reader.isNeedless = (packet) => {
      const picture = !needless.isOdd && isPlain(packet) && packet.data ? order.next(packet.data) : null;
      return needless.follow(this.#reader.msOf(packet.pts), picture);
    };
    return needless;
  }

  /** The next picture may be given. */
  #isSettled(): boolean {
    const [next] = this.#ready;
    return next !== undefined && (!this.#needless || this.#needless.isSettled(next.place));
  }

  /** The next frame that comes out of the decoder; if it is not what should come, of all frames, from the beginning. */
  #read(): void {
    const frame = this.#reader.next();
    let place = 0;
    if (this.#needless) {
      if (this.#reader.ended) this.#needless.end();
      if (frame) place = this.#needless.out(this.#reader.timeOf(frame));
      const isDamaged = this.#reader.damaged > 0 || (frame !== null && frame.decodeErrorFlags !== 0);
      const isOdd = this.#needless.isOdd || isDamaged || (!frame && !this.#needless.isWhole);
      if (isOdd && this.#decodeAll()) return;
    }
    if (frame) this.#take(frame, place);
    else this.#isOver = true;
  }

  #take(frame: Frame, place: number): void {
    const time = this.#time.follow(this.#reader.timeOf(frame), this.#lengthMs);
    if (time === null) return;
    this.#endMs = time + this.#lengthMs;
    const slot = Math.floor(time / SLOT_MS);
    if (slot <= this.#taken) return;
    const picture = this.#picture(frame, time);
    if (picture) {
      this.#taken = slot;
      this.#ready.push({ picture, slot, place });
    } else if (this.#needless) {
      // The next one of its stretch takes its place, which may have been left out.
      this.#decodeAll();
    }
  }

  /** @returns whether it begins anew; what was given is not given again */
  #decodeAll(): boolean {
    const beginsAnew = this.#needless?.hasAny === true;
    this.#needless = null;
    this.#reader.isNeedless = null;
    if (!beginsAnew) return false;
    this.#reader = this.#reader.again();
    this.#time = new SteadyTime(this.#durationMs);
    this.#ready.length = 0;
    this.#taken = this.#given;
    return true;
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

/** What is cut off by an edit list is decoded and not shown; what is damaged, or comes with other parameters, is another matter. */
function isPlain(packet: Packet): boolean {
  const isMarked = packet.hasFlags(AV_PKT_FLAG_DISCARD) || packet.hasFlags(AV_PKT_FLAG_CORRUPT);
  return !isMarked && packet.getSideData(AV_PKT_DATA_NEW_EXTRADATA) === null;
}
