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
import { EmostreamError } from '../common/errors.js';
import { AudioDecoder, OPUS_CLOCK_RATE } from '../media/audio-decoder.js';
import { joinFloats } from './join-floats.js';

export interface OpusOptions {
  /** Interleaved where 2. Default 1. */
  channels?: 1 | 2;
  /** Of the samples: 8, 12, 16, 24 or 48 kHz. Default 48 kHz. */
  sampleRate?: number;
  /** Bits per second. Default 32 000, what browsers give a mono call. */
  bitRate?: number;
}

const PACKETS_PER_SECOND = 50;

/**
 * Encodes sound as a browser does for a call: 20 ms packets, one array per packet; what does not fill a packet is left out.
 * @throws EmostreamError INTERNAL when the media library has no Opus encoder
 */
export function encodeOpus(samples: Float32Array, options: OpusOptions = {}): Uint8Array[] {
  const { channels = 1, sampleRate = OPUS_CLOCK_RATE, bitRate = 32_000 } = options;
  const perPacket = sampleRate / PACKETS_PER_SECOND;
  const channelLayout = channels === 1 ? AV_CHANNEL_LAYOUT_MONO : AV_CHANNEL_LAYOUT_STEREO;
  const context = openEncoder(channelLayout, sampleRate, bitRate);
  const packet = new Packet();
  packet.alloc();
  const encoded: Uint8Array[] = [];
  const size = perPacket * channels;
  for (let start = 0; start + size <= samples.length; start += size) {
    const part = samples.slice(start, start + size);
    const frame = Frame.fromAudioBuffer(Buffer.from(part.buffer), {
      nbSamples: perPacket,
      format: AV_SAMPLE_FMT_FLT,
      sampleRate,
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

function openEncoder(channelLayout: typeof AV_CHANNEL_LAYOUT_MONO, sampleRate: number, bitRate: number): CodecContext {
  const codec = Codec.findEncoderByName(FF_ENCODER_LIBOPUS);
  if (!codec) throw new EmostreamError('INTERNAL', 'The media library has no Opus encoder: install the packages anew.');
  const context = new CodecContext();
  context.allocContext3(codec);
  context.sampleRate = sampleRate;
  context.channelLayout = channelLayout;
  context.sampleFormat = AV_SAMPLE_FMT_FLT;
  context.bitRate = BigInt(bitRate);
  context.timeBase = new Rational(1, sampleRate);
  // What browsers use for a call. Not through a Dictionary: node-av 6.1 frees one that was given to open2 twice.
  context.setOption('application', 'voip');
  const code = context.open2Sync(codec);
  if (code < 0) throw new EmostreamError('INTERNAL', `The Opus encoder does not open (${String(code)}).`);
  return context;
}

/**
 * What a call makes of a sound: coded and decoded by the decoder of the live path.
 * @param samples 16 kHz, -1..1; not changed
 * @returns the same, up to 20 ms shorter
 */
export function throughOpus(samples: Float32Array, bitRate: number): Float32Array {
  const decoder = new AudioDecoder();
  try {
    const parts = encodeOpus(samples, { sampleRate: 16_000, bitRate }).flatMap((packet, i) =>
      decoder.decode(packet, (i * OPUS_CLOCK_RATE) / PACKETS_PER_SECOND),
    );
    return joinFloats(parts.map(({ samples: decoded }) => decoded));
  } finally {
    decoder.close();
  }
}
