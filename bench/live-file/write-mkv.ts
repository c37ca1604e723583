import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CODEC_ID_OPUS,
  AV_CODEC_ID_VP8,
  AV_PIX_FMT_YUV420P,
  AV_PKT_FLAG_KEY,
  AV_SAMPLE_FMT_FLTP,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
  type CodecParameters,
  FFmpegError,
  FormatContext,
  Packet,
  Rational,
} from 'node-av';
import { OPUS_PACKET_SAMPLES, OPUS_RATE } from '../support/encode-audio.js';
import type { Recording } from '../support/recording.js';

const MATROSKA_RATE = 1000;

/**
 * Writes the packets of a recording (VP8 and Opus) as they are, decoding and encoding nothing.
 * @param size of the pictures @param pictureOffsetMs when the first picture is shown; sound begins at 0
 */
export async function writeMkv(
  path: string,
  { video, audio }: Recording,
  size: { width: number; height: number },
  pictureOffsetMs: number,
): Promise<void> {
  const file = new FormatContext();
  check(file.allocOutputContext2(null, 'matroska', path), 'a Matroska file');
  const streams = [
    addStream(file, (of) => {
      of.codecType = AVMEDIA_TYPE_VIDEO;
      of.codecId = AV_CODEC_ID_VP8;
      of.width = size.width;
      of.height = size.height;
      of.format = AV_PIX_FMT_YUV420P;
    }),
    addStream(file, (of) => {
      of.codecType = AVMEDIA_TYPE_AUDIO;
      of.codecId = AV_CODEC_ID_OPUS;
      of.sampleRate = OPUS_RATE;
      of.channelLayout = AV_CHANNEL_LAYOUT_MONO;
      of.format = AV_SAMPLE_FMT_FLTP;
      of.extradata = opusHead();
    }),
  ] as const;
  check(await file.openOutput(), 'opening it');
  check(await file.writeHeader(), 'its header');
  const pictureMs = 1000 / (video?.framesPerSecond ?? 1);
  const packetMs = (1000 * OPUS_PACKET_SAMPLES) / OPUS_RATE;
  const pictures = (video?.frames ?? []).map(({ normal, isKeyFrame }, i) => ({
    ...{ stream: 0 as const, atMs: pictureOffsetMs + i * pictureMs, isKeyFrame },
    // Without the payload descriptors of RTP, an octet each (packetize.ts).
    data: Buffer.concat(normal.map((payload) => payload.subarray(1))),
  }));
  const sounds = (audio?.packets ?? []).map((data, i) => ({
    ...{ stream: 1 as const, atMs: i * packetMs, isKeyFrame: true, data: Buffer.from(data) },
  }));
  for (const { stream, atMs, isKeyFrame, data } of [...pictures, ...sounds].sort((a, b) => a.atMs - b.atMs)) {
    using packet = new Packet();
    packet.alloc();
    packet.data = data;
    packet.streamIndex = streams[stream];
    packet.pts = packet.dts = BigInt(Math.floor(atMs));
    packet.timeBase = new Rational(1, MATROSKA_RATE);
    packet.duration = BigInt(Math.round(stream === 0 ? pictureMs : packetMs));
    if (isKeyFrame) packet.setFlags(AV_PKT_FLAG_KEY);
    check(await file.interleavedWriteFrame(packet), 'a packet');
  }
  check(await file.writeTrailer(), 'its end');
  await file.closeOutput();
  file.freeContext();
}

function addStream(file: FormatContext, describe: (of: CodecParameters) => void): number {
  const stream = file.newStream(null);
  describe(stream.codecpar);
  stream.timeBase = new Rational(1, MATROSKA_RATE);
  return stream.index;
}

/** RFC 7845 section 5.1; nothing is skipped at the beginning: what the first packet holds is at 0. */
function opusHead(): Buffer {
  const head = Buffer.alloc(19);
  head.write('OpusHead');
  head.writeUInt8(1, 8);
  head.writeUInt8(1, 9);
  head.writeUInt32LE(OPUS_RATE, 12);
  return head;
}

function check(code: number, what: string): void {
  FFmpegError.throwIfError(code, `writing a recording: ${what}`);
}
