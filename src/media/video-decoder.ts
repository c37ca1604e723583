import {
  AV_CODEC_FLAG_LOW_DELAY,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AVERROR_INVALIDDATA,
  type CodecContext,
  Frame,
  Packet,
} from 'node-av';
import type { VideoCodec } from '../sfu/types.js';
import { closeDecoder, corrupt, openDecoder } from './codec-library.js';
import { PictureScaler } from './picture-scaler.js';
import type { YuvPicture } from './types.js';

export interface DecodedPicture extends YuvPicture {
  /** The tag given with the encoded picture. */
  tag: number;
}

export interface VideoDecoderOptions {
  /** Pictures are scaled down so that their longer side is at most this, pixels. */
  longestSide: number;
  /** Larger pictures are refused, pixels: a forged header may claim 16383 × 16383. Default 4096 × 2304. */
  maxPixels?: number;
}

const MAX_PIXELS = 4096 * 2304;
export type DecodedCodec = VideoCodec | 'JPEG';
const LIBRARY_NAMES = { VP8: 'vp8', VP9: 'vp9', H264: 'h264', AV1: 'av1', JPEG: 'mjpeg' } as const satisfies Record<
  DecodedCodec,
  string
>;

/** VP8, VP9, H.264, AV1 or JPEG → YUV 4:2:0, synchronously, one picture at a time (FFmpeg through node-av). */
export class VideoDecoder {
  readonly #codec: DecodedCodec;
  readonly #scaler: PictureScaler;
  readonly #maxPixels: number;
  readonly #packet = new Packet();
  readonly #frame = new Frame();
  #context: CodecContext | null;

  /** @throws EmostreamError UNSUPPORTED_MEDIA when the library lacks the decoder */
  constructor(codec: DecodedCodec, options: VideoDecoderOptions) {
    this.#codec = codec;
    this.#scaler = new PictureScaler(options.longestSide);
    this.#maxPixels = options.maxPixels ?? MAX_PIXELS;
    this.#context = open(codec, this.#maxPixels);
    this.#packet.alloc();
    this.#frame.alloc();
  }

  /**
   * Decodes one encoded picture. Most give one picture at once; a decoder may hold one back.
   * @param tag a number that comes back with the picture
   * @param wanted which pictures are handed out; decoding cannot be skipped, but their copy can
   * @throws EmostreamError MEDIA_CORRUPT; call `reset` and go on with a key frame
   */
  decode(data: Uint8Array, tag: number, wanted: (tag: number) => boolean): DecodedPicture[] {
    const context = this.#context;
    if (!context) return [];
    const pictures: DecodedPicture[] = [];
    this.#packet.data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    this.#packet.pts = BigInt(tag);
    this.#packet.dts = this.#packet.pts;
    const sent = context.sendPacketSync(this.#packet);
    this.#packet.unref();
    if (sent < 0) throw corrupt('a picture', sent);
    for (;;) {
      const received = context.receiveFrameSync(this.#frame);
      if (received === AVERROR_EAGAIN || received === AVERROR_EOF) return pictures;
      if (received < 0) throw corrupt('a picture', received);
      try {
        // What of H.264 was missing or wrong is made up by the decoder: not what anybody looked like.
        if (this.#frame.decodeErrorFlags !== 0) throw corrupt('a picture', AVERROR_INVALIDDATA);
        const shown = Number(this.#frame.pts);
        if (wanted(shown)) pictures.push({ tag: shown, ...this.#scaler.toYuv(this.#frame) });
      } finally {
        this.#frame.unref();
      }
    }
  }

  /** Forgets all reference pictures. The next picture must be a key frame. */
  reset(): void {
    if (!this.#context) return;
    closeDecoder(this.#context);
    this.#context = null;
    this.#context = open(this.#codec, this.#maxPixels);
  }

  /** Frees the native memory. Idempotent. */
  close(): void {
    if (!this.#context) return;
    closeDecoder(this.#context);
    this.#context = null;
    this.#scaler.close();
    this.#packet.free();
    this.#frame.free();
  }
}

function open(codec: DecodedCodec, maxPixels: number): CodecContext {
  return openDecoder(LIBRARY_NAMES[codec], (context) => {
    context.setFlags(AV_CODEC_FLAG_LOW_DELAY);
    // A picture of which a part is missing is refused: the decoder would make it up, and say nothing of it.
    if (codec === 'JPEG') context.setOption('err_detect', 'explode');
    context.setOption('max_pixels', String(maxPixels));
  });
}
