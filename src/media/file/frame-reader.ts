import {
  AV_NOPTS_VALUE,
  AV_PKT_DATA_ENCRYPTION_INFO,
  AVDISCARD_ALL,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  Codec,
  CodecContext,
  Frame,
  Packet,
  type Stream,
} from 'node-av';
import { EmostreamError } from '../../common/errors.js';
import { closeDecoder, opened } from '../codec-library.js';
import { type Container, openContainer } from './container.js';
import { encrypted } from './problems.js';

/** 8K; a header may claim more. */
const MAX_PIXELS = 8192 * 4320;
/** Reads in a row that may fail before the rest of a file is given up. */
const MOST_FAILURES = 32;

/**
 * Reads and decodes one kind of media of a recording, frame by frame, with a demuxer of its own: however pictures and sound lie in
 * the file, none has to wait in memory for the other. Synchronous.
 */
export class FrameReader {
  readonly #name: string;
  readonly #container: Container;
  readonly #stream: Stream;
  readonly #decoder: CodecContext;
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  #ended = false;
  #failures = 0;
  /** Parts that could not be decoded. */
  damaged = 0;
  /** It could not be read to its end. */
  brokenOff = false;

  /** @returns null where the recording has no such media @throws EmostreamError as `openContainer` */
  static open(path: string, name: string, kind: 'video' | 'audio'): FrameReader | null {
    const container = openContainer(path);
    const stream = container[kind];
    if (!stream) {
      container.close();
      return null;
    }
    try {
      return new FrameReader(name, container, stream);
    } catch (error) {
      container.close();
      throw error;
    }
  }

  private constructor(name: string, container: Container, stream: Stream) {
    this.#name = name;
    this.#container = container;
    this.#stream = stream;
    for (const other of container.context.streams) if (other.index !== stream.index) other.discard = AVDISCARD_ALL;
    this.#decoder = openStreamDecoder(name, stream);
    this.#packet.alloc();
    this.#frame.alloc();
  }

  get stream(): Stream {
    return this.#stream;
  }

  /** The next frame, valid until the next call; null: there are no more. @throws EmostreamError MEDIA_ENCRYPTED */
  next(): Frame | null {
    for (;;) {
      this.#frame.unref();
      const received = this.#decoder.receiveFrameSync(this.#frame);
      if (received >= 0) return this.#frame;
      if (received === AVERROR_EOF) return null;
      if (received !== AVERROR_EAGAIN) {
        this.damaged += 1;
      }
      if (this.#ended) return null;
      this.#feed();
    }
  }

  /** When a frame is shown, ms from the recording's first moment; null where it does not say. */
  timeOf(frame: Frame): number | null {
    const best = frame.bestEffortTimestamp;
    const pts = best === AV_NOPTS_VALUE ? frame.pts : best;
    if (pts === AV_NOPTS_VALUE) return null;
    const { num, den } = this.#stream.timeBase;
    return (Number(pts) * 1000 * num) / den - this.#container.startMs;
  }

  close(): void {
    this.#packet.free();
    this.#frame.free();
    closeDecoder(this.#decoder);
    this.#container.close();
  }

  #feed(): void {
    const read = this.#container.context.readFrameSync(this.#packet);
    if (read < 0) {
      if (read !== AVERROR_EOF && ++this.#failures <= MOST_FAILURES) return;
      this.brokenOff ||= read !== AVERROR_EOF;
      this.#ended = true;
      this.#decoder.sendPacketSync(null);
      return;
    }
    this.#failures = 0;
    if (this.#packet.streamIndex === this.#stream.index) {
      if (this.#packet.getSideData(AV_PKT_DATA_ENCRYPTION_INFO)) throw encrypted(this.#name);
      const sent = this.#decoder.sendPacketSync(this.#packet);
      if (sent < 0 && sent !== AVERROR_EAGAIN) this.damaged += 1;
    }
    this.#packet.unref();
  }
}

/**
 * In one thread: what FFmpeg makes of damage in several depends on which of them was faster, and it does not tell it of every picture
 * (errors are not concealed there).
 */
function openStreamDecoder(name: string, stream: Stream): CodecContext {
  const codec = Codec.findDecoder(stream.codecpar.codecId);
  if (!codec) throw new EmostreamError('UNSUPPORTED_MEDIA', `${name}: this FFmpeg has no decoder for a part of it.`);
  return opened(`${name}: its ${codec.name ?? 'unknown'}`, codec, (context) => {
    context.parametersToContext(stream.codecpar);
    context.pktTimebase = stream.timeBase;
    context.threadCount = 1;
    context.setOption('max_pixels', String(MAX_PIXELS));
  });
}
