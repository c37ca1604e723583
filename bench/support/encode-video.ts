import {
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  Codec,
  CodecContext,
  FF_ENCODER_LIBSVTAV1,
  FF_ENCODER_LIBVPX_VP8,
  FF_ENCODER_LIBVPX_VP9,
  FF_ENCODER_LIBX264,
  Packet,
  Rational,
  SWS_BILINEAR,
} from 'node-av';
import { PictureConverter, pictureFrame } from '../../src/media/conversion.js';
import type { VideoCodec } from '../../src/sfu/types.js';

export interface VideoSource {
  codec: VideoCodec;
  width: number;
  height: number;
  framesPerSecond: number;
  frames: number;
  /** Draws picture `index` into packed RGB24. */
  draw: (index: number, rgb: Uint8Array) => void;
  /** Every so many pictures is a key frame; 1: all. */
  keyFrameEvery: number;
  /** bit/s; default 300 000. Of AV1 it is not followed. */
  bitRate?: number;
  /** Options of the encoder that differ from a browser's. */
  options?: Record<string, string>;
  /** Pictures that build on later ones, at most so many between two others; default 0. */
  maxBFrames?: number;
}

export interface EncodedPicture {
  data: Uint8Array;
  keyFrame: boolean;
  /** Which of the pictures drawn it is: with B frames they come in another order. */
  index: number;
}

/** Encodes pictures as a browser would for a call: low delay, no B frames. One encoded picture per picture drawn. */
export function encodeVideo(source: VideoSource): EncodedPicture[] {
  const encoder = new VideoEncoder(source);
  const encoded: EncodedPicture[] = [];
  for (let index = 0; index < source.frames; index++) {
    encoded.push(...encoder.encode(index, index % source.keyFrameEvery === 0));
  }
  encoded.push(...encoder.finish());
  if (encoded.length !== source.frames)
    throw new Error(`${String(encoded.length)} of ${String(source.frames)} pictures`);
  return encoded;
}

/** An encoder that is asked picture by picture. */
export class VideoEncoder {
  readonly #source: VideoSource;
  readonly #context: CodecContext;
  readonly #toYuv: PictureConverter;
  readonly #packet = new Packet();
  readonly #rgb: Uint8Array;

  constructor(source: VideoSource) {
    const size = { width: source.width, height: source.height };
    this.#source = source;
    this.#context = openEncoder(source);
    this.#toYuv = new PictureConverter(
      { ...size, format: AV_PIX_FMT_RGB24 },
      { ...size, format: AV_PIX_FMT_YUV420P },
      SWS_BILINEAR,
    );
    this.#packet.alloc();
    this.#rgb = new Uint8Array(size.width * size.height * 3);
  }

  /** Draws and encodes a picture; what is ready comes out. */
  encode(index: number, keyFrame: boolean): EncodedPicture[] {
    const { width, height, draw } = this.#source;
    draw(index, this.#rgb);
    const yuv = this.#toYuv.convertPacked(this.#rgb);
    const frame = pictureFrame(yuv, { width, height, format: AV_PIX_FMT_YUV420P }, BigInt(index));
    frame.pictType = keyFrame ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    const sent = this.#context.sendFrameSync(frame);
    frame.free();
    if (sent < 0) throw new Error(`encoding picture ${String(index)} failed (${String(sent)})`);
    return this.#drain();
  }

  /** What is left comes out, and everything is freed. */
  finish(): EncodedPicture[] {
    this.#context.sendFrameSync(null);
    const left = this.#drain();
    this.#packet.free();
    this.#toYuv.close();
    this.#context.freeContext();
    return left;
  }

  #drain(): EncodedPicture[] {
    const encoded: EncodedPicture[] = [];
    while (this.#context.receivePacketSync(this.#packet) >= 0) {
      const { data, isKeyframe, pts } = this.#packet;
      encoded.push({ data: Uint8Array.from(data ?? []), keyFrame: isKeyframe, index: Number(pts) });
      this.#packet.unref();
    }
    return encoded;
  }
}

const ENCODERS = {
  VP8: FF_ENCODER_LIBVPX_VP8,
  VP9: FF_ENCODER_LIBVPX_VP9,
  H264: FF_ENCODER_LIBX264,
  AV1: FF_ENCODER_LIBSVTAV1,
};
const OPTIONS: Record<VideoCodec, Record<string, string>> = {
  VP8: { deadline: 'realtime', 'cpu-used': '8', 'lag-in-frames': '0' },
  VP9: { deadline: 'realtime', 'cpu-used': '8', 'lag-in-frames': '0' },
  H264: { preset: 'ultrafast', tune: 'zerolatency', profile: 'baseline' },
  // Pictures build on earlier ones only, and come at once. Of one quality: for the sake of a bitrate it leaves out what has changed.
  AV1: { preset: '12', crf: '20', 'svtav1-params': 'pred-struct=1:lp=1' },
};

function openEncoder(source: VideoSource): CodecContext {
  const codec = Codec.findEncoderByName(ENCODERS[source.codec]);
  if (!codec) throw new Error(`no encoder for ${source.codec}`);
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = source.width;
  context.height = source.height;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(1, source.framesPerSecond);
  context.framerate = new Rational(source.framesPerSecond, 1);
  context.gopSize = source.keyFrameEvery;
  context.maxBFrames = source.maxBFrames ?? 0;
  if (source.codec !== 'AV1') context.bitRate = BigInt(source.bitRate ?? 300_000);
  context.threadCount = 1;
  // Not through a Dictionary: node-av 6.1 frees one that was given to open2 twice.
  for (const [name, value] of Object.entries({ ...OPTIONS[source.codec], ...source.options }))
    context.setOption(name, value);
  const code = context.open2Sync(codec);
  if (code < 0) throw new Error(`the ${source.codec} encoder does not open (${String(code)})`);
  return context;
}
