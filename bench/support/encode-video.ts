import {
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  Codec,
  CodecContext,
  FF_ENCODER_LIBVPX_VP8,
  FF_ENCODER_LIBX264,
  Frame,
  Packet,
  Rational,
  SoftwareScaleContext,
  SWS_BILINEAR,
} from 'node-av';

export interface VideoSource {
  codec: 'VP8' | 'H264';
  width: number;
  height: number;
  framesPerSecond: number;
  frames: number;
  /** Draws picture `index` into packed RGB24. */
  draw: (index: number, rgb: Uint8Array) => void;
  /** Every so many pictures is a key frame; 1: all. */
  keyFrameEvery: number;
  /** bit/s; default 300 000. */
  bitRate?: number;
}

/** Encodes pictures as a browser would for a call: low delay, no B frames. One encoded picture per picture drawn. */
export function encodeVideo(source: VideoSource): { data: Uint8Array; keyFrame: boolean }[] {
  const { width, height } = source;
  const context = openEncoder(source);
  const scaler = new SoftwareScaleContext();
  scaler.getContext(width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P, SWS_BILINEAR);
  const packet = new Packet();
  packet.alloc();
  const rgb = Buffer.alloc(width * height * 3);
  const encoded: { data: Uint8Array; keyFrame: boolean }[] = [];
  const drain = (): void => {
    while (context.receivePacketSync(packet) >= 0) {
      encoded.push({ data: Uint8Array.from(packet.data ?? []), keyFrame: packet.isKeyframe });
      packet.unref();
    }
  };
  for (let index = 0; index < source.frames; index++) {
    source.draw(index, rgb);
    const frame = toYuv(scaler, rgb, width, height, index);
    frame.pictType = index % source.keyFrameEvery === 0 ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    const sent = context.sendFrameSync(frame);
    frame.free();
    if (sent < 0) throw new Error(`encoding picture ${String(index)} failed (${String(sent)})`);
    drain();
  }
  context.sendFrameSync(null);
  drain();
  packet.free();
  scaler.freeContext();
  context.freeContext();
  if (encoded.length !== source.frames)
    throw new Error(`${String(encoded.length)} of ${String(source.frames)} pictures`);
  return encoded;
}

function openEncoder(source: VideoSource): CodecContext {
  const codec = Codec.findEncoderByName(source.codec === 'VP8' ? FF_ENCODER_LIBVPX_VP8 : FF_ENCODER_LIBX264);
  if (!codec) throw new Error(`no encoder for ${source.codec}`);
  const context = new CodecContext();
  context.allocContext3(codec);
  context.width = source.width;
  context.height = source.height;
  context.pixelFormat = AV_PIX_FMT_YUV420P;
  context.timeBase = new Rational(1, source.framesPerSecond);
  context.framerate = new Rational(source.framesPerSecond, 1);
  context.gopSize = source.keyFrameEvery;
  context.maxBFrames = 0;
  context.bitRate = BigInt(source.bitRate ?? 300_000);
  context.threadCount = 1;
  const options =
    source.codec === 'VP8'
      ? { deadline: 'realtime', 'cpu-used': '8', 'lag-in-frames': '0' }
      : { preset: 'ultrafast', tune: 'zerolatency', profile: 'baseline' };
  // Not through a Dictionary: node-av 6.1 frees one that was given to open2 twice.
  for (const [name, value] of Object.entries(options)) context.setOption(name, value);
  const code = context.open2Sync(codec);
  if (code < 0) throw new Error(`the ${source.codec} encoder does not open (${String(code)})`);
  return context;
}

function toYuv(scaler: SoftwareScaleContext, rgb: Buffer, width: number, height: number, index: number): Frame {
  const chroma = [(width + 1) >> 1, (height + 1) >> 1] as const;
  const sizes = [width * height, chroma[0] * chroma[1], chroma[0] * chroma[1]] as const;
  const yuv = Buffer.alloc(sizes[0] + sizes[1] + sizes[2]);
  const planes = [
    yuv.subarray(0, sizes[0]),
    yuv.subarray(sizes[0], sizes[0] + sizes[1]),
    yuv.subarray(sizes[0] + sizes[1]),
  ];
  scaler.scaleSync([rgb], [width * 3], 0, height, planes, [width, chroma[0], chroma[0]]);
  return Frame.fromVideoBuffer(yuv, { width, height, format: AV_PIX_FMT_YUV420P, pts: BigInt(index) });
}
