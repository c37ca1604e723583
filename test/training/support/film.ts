import { readFile } from 'node:fs/promises';
import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_PIX_FMT_RGB24,
  AV_PIX_FMT_YUV420P,
  AV_PIX_FMT_YUVJ420P,
  AV_SAMPLE_FMT_FLTP,
  Encoder,
  FF_ENCODER_AAC,
  FF_ENCODER_FLV,
  FF_ENCODER_LIBWEBP,
  FF_ENCODER_LIBX264,
  FF_ENCODER_MJPEG,
  FF_ENCODER_PNG,
  Frame,
  Muxer,
  Rational,
  SWS_BILINEAR,
  type AVPixelFormat,
} from 'node-av';
import type { Picture } from '../../../src/features/face-finder.js';
import { PictureConverter, pictureFrame } from '../../../src/media/conversion.js';

const PICTURE_ENCODERS = {
  png: [FF_ENCODER_PNG, AV_PIX_FMT_RGB24],
  jpg: [FF_ENCODER_MJPEG, AV_PIX_FMT_YUVJ420P],
  webp: [FF_ENCODER_LIBWEBP, AV_PIX_FMT_YUV420P],
} as const;

/** A picture file. */
export function pictureFile(kind: keyof typeof PICTURE_ENCODERS | 'bmp', picture: Picture): Buffer {
  if (kind === 'bmp') return bmpFile(picture);
  const [encoder, format] = PICTURE_ENCODERS[kind];
  using frame = toFrame(picture, format, 0, 1);
  return Encoder.encodeOneSync(encoder, frame);
}

/** 24 bit, bottom row first, as every program writes it. */
function bmpFile({ rgb, width, height }: Picture): Buffer {
  const stride = Math.ceil((3 * width) / 4) * 4;
  const file = Buffer.alloc(54 + stride * height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = ((height - 1 - y) * width + x) * 3;
      file.set([rgb[at + 2]!, rgb[at + 1]!, rgb[at]!], 54 + y * stride + 3 * x);
    }
  }
  return file;
}

/** 8 bit with a palette of these colours, and pixels that each name one. */
export function paletteFile(
  colours: [number, number, number][],
  width: number,
  height: number,
  pixels: number[],
): Buffer {
  const stride = Math.ceil(width / 4) * 4;
  const start = 54 + 4 * 256;
  const file = Buffer.alloc(start + stride * height);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(start, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(8, 28);
  colours.forEach(([red, green, blue], i) => file.set([blue, green, red, 0], 54 + 4 * i));
  pixels.forEach((pixel, i) => {
    file[start + (height - 1 - Math.floor(i / width)) * stride + (i % width)] = pixel;
  });
  return file;
}

export interface Film {
  pictures: Picture[];
  framesPerSecond?: number;
  /** Sound at 48 kHz, mono. */
  sound?: Float32Array;
}

/** Writes a film: FLV with Sorenson's H.263, as CREMA-D's are, or MP4 with H.264 and AAC. */
export async function writeFilm(path: string, { pictures, framesPerSecond = 10, sound }: Film): Promise<Buffer> {
  const muxer = await Muxer.open(path);
  using video = await Encoder.create(path.endsWith('.flv') ? FF_ENCODER_FLV : FF_ENCODER_LIBX264, {
    gopSize: 5,
    maxBFrames: 0,
    threadCount: 1,
  });
  const videoStream = muxer.addStream(video);
  const audio = sound ? await Encoder.create(FF_ENCODER_AAC) : null;
  const audioStream = audio ? muxer.addStream(audio) : -1;
  for (const [i, picture] of pictures.entries()) {
    using frame = toFrame(picture, AV_PIX_FMT_YUV420P, i, framesPerSecond);
    for (const packet of await video.encodeAll(frame)) await muxer.writePacket(packet, videoStream);
  }
  for (const packet of await video.encodeAll(null)) await muxer.writePacket(packet, videoStream);
  if (audio && sound) {
    for (let at = 0; at + 1024 <= sound.length; at += 1024) {
      using frame = Frame.fromAudioBuffer(Buffer.from(sound.slice(at, at + 1024).buffer), {
        nbSamples: 1024,
        format: AV_SAMPLE_FMT_FLTP,
        sampleRate: 48_000,
        channelLayout: AV_CHANNEL_LAYOUT_MONO,
        timeBase: { num: 1, den: 48_000 },
        pts: BigInt(at),
      });
      for (const packet of await audio.encodeAll(frame)) await muxer.writePacket(packet, audioStream);
    }
    for (const packet of await audio.encodeAll(null)) await muxer.writePacket(packet, audioStream);
    audio.close();
  }
  await muxer.close();
  return readFile(path);
}

function toFrame({ rgb, width, height }: Picture, format: AVPixelFormat, index: number, rate: number): Frame {
  const size = { width, height };
  const frameOf = (data: Uint8Array): Frame => {
    const frame = pictureFrame(data, { ...size, format }, BigInt(index));
    frame.timeBase = new Rational(1, rate);
    return frame;
  };
  if (format === AV_PIX_FMT_RGB24) return frameOf(rgb);
  const converter = new PictureConverter({ ...size, format: AV_PIX_FMT_RGB24 }, { ...size, format }, SWS_BILINEAR);
  const yuv = converter.convertPacked(rgb);
  converter.close();
  return frameOf(yuv);
}
