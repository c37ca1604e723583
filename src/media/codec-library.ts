import {
  AV_LOG_QUIET,
  Codec,
  CodecContext,
  FF_DECODER_H264,
  FF_DECODER_LIBDAV1D,
  FF_DECODER_MJPEG,
  FF_DECODER_OPUS,
  FF_DECODER_VP8,
  FF_DECODER_VP9,
  Log,
} from 'node-av';
import { EmostreamError } from '../common/errors.js';

// FFmpeg complains to stderr about every damaged picture; we count them instead.
Log.setLevel(AV_LOG_QUIET);

const DECODERS = {
  vp8: FF_DECODER_VP8,
  vp9: FF_DECODER_VP9,
  h264: FF_DECODER_H264,
  // FFmpeg's own `av1` decodes by hardware only.
  av1: FF_DECODER_LIBDAV1D,
  mjpeg: FF_DECODER_MJPEG,
  opus: FF_DECODER_OPUS,
};

let live = 0;

/** Decoders of this thread that hold native memory. A leak test watches it return to zero. */
export function liveDecoders(): number {
  return live;
}

/** The decoder, opened after `configure` has set it up. */
export function openDecoder(name: keyof typeof DECODERS, configure: (context: CodecContext) => void): CodecContext {
  const codec = Codec.findDecoderByName(DECODERS[name]);
  if (!codec) throw new EmostreamError('UNSUPPORTED_MEDIA', `the FFmpeg library has no ${name} decoder`);
  return opened(`the ${name}`, codec, configure);
}

/** A decoder of any codec, opened after `configure` has set it up. @throws EmostreamError UNSUPPORTED_MEDIA */
export function opened(name: string, codec: Codec, configure: (context: CodecContext) => void): CodecContext {
  const context = new CodecContext();
  context.allocContext3(codec);
  context.threadCount = 1; // frame threads would add delay, and participants are the parallelism
  configure(context);
  const code = context.open2Sync(codec, null);
  if (code < 0) {
    context.freeContext();
    throw new EmostreamError('UNSUPPORTED_MEDIA', `${name} decoder does not open (FFmpeg error ${String(code)})`);
  }
  live++;
  return context;
}

export function closeDecoder(context: CodecContext): void {
  context.freeContext();
  live--;
}

export function corrupt(what: string, code: number): EmostreamError {
  return new EmostreamError('MEDIA_CORRUPT', `${what} cannot be decoded (FFmpeg error ${String(code)})`);
}
