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
import { encrypted, unreadable } from './problems.js';

/** 8K; a header may claim more. */
const MAX_PIXELS = 8192 * 4320;
/** Reads in a row that may fail before the rest of a file is given up. */
const MOST_FAILURES = 32;

/** What is read, and in how many threads. */
interface Source {
  path: string;
  name: string;
  kind: 'video' | 'audio';
  threads: number;
}

/**
 * Reads and decodes one kind of media of a recording, frame by frame, with a demuxer of its own: however pictures and sound lie in
 * the file, none has to wait in memory for the other. Synchronous.
 */
export class FrameReader {
  readonly #source: Source;
  readonly #container: Container;
  readonly #stream: Stream;
  readonly #decoder: CodecContext;
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  #ended = false;
  #failures = 0;
  /** Whether the decoder is not to have a packet, asked of each in the order of decoding. */
  isNeedless: ((packet: Packet) => boolean) | null = null;
  /** Parts that could not be decoded. */
  damaged = 0;
  /** It could not be read to its end. */
  brokenOff = false;

  /** @returns null where the recording has no such media @throws EmostreamError as `openContainer` */
  static open(path: string, name: string, kind: 'video' | 'audio', threads: number): FrameReader | null {
    return FrameReader.#open({ path, name, kind, threads });
  }

  static #open(source: Source): FrameReader | null {
    const container = openContainer(source.path);
    const stream = container[source.kind];
    if (!stream) {
      container.close();
      return null;
    }
    try {
      return new FrameReader(source, container, stream);
    } catch (error) {
      container.close();
      throw error;
    }
  }

  private constructor(source: Source, container: Container, stream: Stream) {
    this.#source = source;
    this.#container = container;
    this.#stream = stream;
    for (const other of container.context.streams) if (other.index !== stream.index) other.discard = AVDISCARD_ALL;
    this.#decoder = openStreamDecoder(source.name, stream, source.threads);
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
    return this.msOf(best === AV_NOPTS_VALUE ? frame.pts : best);
  }

  /** A time of the stream in ms from the recording's first moment; null where it is none. */
  msOf(time: bigint): number | null {
    if (time === AV_NOPTS_VALUE) return null;
    const { num, den } = this.#stream.timeBase;
    return (Number(time) * 1000 * num) / den - this.#container.startMs;
  }

  /** All packets were read; frames may still come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The same from the beginning, in place of this one, which is closed. @throws EmostreamError as `openContainer` */
  again(): FrameReader {
    const again = FrameReader.#open(this.#source);
    if (!again) throw unreadable(this.#source.name);
    this.close();
    return again;
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
      if (this.#packet.getSideData(AV_PKT_DATA_ENCRYPTION_INFO)) throw encrypted(this.#source.name);
      if (!this.isNeedless?.(this.#packet)) this.#send();
    }
    this.#packet.unref();
  }

  #send(): void {
    const sent = this.#decoder.sendPacketSync(this.#packet);
    if (sent < 0 && sent !== AVERROR_EAGAIN) this.damaged += 1;
  }
}

function openStreamDecoder(name: string, stream: Stream, threads: number): CodecContext {
  const codec = Codec.findDecoder(stream.codecpar.codecId);
  if (!codec) throw new EmostreamError('UNSUPPORTED_MEDIA', `${name}: this FFmpeg has no decoder for a part of it.`);
  return opened(`${name}: its ${codec.name ?? 'unknown'}`, codec, (context) => {
    context.parametersToContext(stream.codecpar);
    context.pktTimebase = stream.timeBase;
    context.threadCount = threads;
    context.setOption('max_pixels', String(MAX_PIXELS));
  });
}
