import {
  AV_CHANNEL_LAYOUT_MONO,
  AV_CHANNEL_LAYOUT_STEREO,
  AV_SAMPLE_FMT_FLT,
  Codec,
  CodecContext,
  FF_ENCODER_LIBOPUS,
  Frame,
  Packet,
  Rational,
} from 'node-av';

export const OPUS_RATE = 48_000;
/** Samples of a 20 ms packet. */
export const OPUS_PACKET_SAMPLES = 960;

/** Encodes 48 kHz sound (a whole number of 20 ms packets; stereo interleaved) to Opus, one array per packet. */
export function encodeOpus(samples: Float32Array, channels: 1 | 2 = 1): Uint8Array[] {
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBOPUS);
  if (!codec) throw new Error('no Opus encoder');
  const channelLayout = channels === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO;
  const context = new CodecContext();
  context.allocContext3(codec);
  context.sampleRate = OPUS_RATE;
  context.channelLayout = channelLayout;
  context.sampleFormat = AV_SAMPLE_FMT_FLT;
  context.bitRate = 32_000n;
  context.timeBase = new Rational(1, OPUS_RATE);
  // What browsers use for a call. Not through a Dictionary: node-av 6.1 frees one that was given to open2 twice.
  context.setOption('application', 'voip');
  const code = context.open2Sync(codec);
  if (code < 0) throw new Error(`the Opus encoder does not open (${String(code)})`);
  const packet = new Packet();
  packet.alloc();
  const encoded: Uint8Array[] = [];
  const size = OPUS_PACKET_SAMPLES * channels;
  for (let start = 0; start + size <= samples.length; start += size) {
    const part = samples.slice(start, start + size);
    const frame = Frame.fromAudioBuffer(Buffer.from(part.buffer), {
      nbSamples: OPUS_PACKET_SAMPLES,
      format: AV_SAMPLE_FMT_FLT,
      sampleRate: OPUS_RATE,
      channelLayout,
      pts: BigInt(start / channels),
    });
    context.sendFrameSync(frame);
    frame.free();
    while (context.receivePacketSync(packet) >= 0) {
      encoded.push(Uint8Array.from(packet.data ?? []));
      packet.unref();
    }
  }
  packet.free();
  context.freeContext();
  return encoded;
}
