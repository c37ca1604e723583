import { VoiceObserver } from '../../../src/features/voice-observer.js';
import { sileroFile, SileroNetwork, SpeechHearer, VoiceActivities } from '../../../src/speech/index.js';
import { AudioTrackReceiver, liveDecoders, MediaClock } from '../../../src/media/index.js';
import type { TrackInfo } from '../../../src/sfu/types.js';
import { CountingMeter } from '../../media/support/counting-meter.js';
import type { Random } from '../random.js';
import type { FuzzTarget } from '../target.js';
import { opusPackets } from './material.js';
import { mutateBytes, mutateHead } from './mutate.js';
import { playSteps, type Step, stepsOf } from './steps.js';

interface Input {
  steps: Step[];
}

const STREAM = { payloadType: 111, ticks: 960, unitMs: 20 };
const INFO: TrackInfo = {
  trackId: 'a',
  source: 'microphone',
  kind: 'audio',
  codec: 'opus',
  payloadType: 111,
  clockRate: 48_000,
};
/** 120 ms at 16 kHz (RFC 6716 §3.2.5), and what the filter held. */
const MAX_CHUNK = 1920 + 64;
/** Loaded when it is needed. */
const voices = new VoiceActivities(await SileroNetwork.load(sileroFile()));

/** RTP packets of a microphone, through jitter buffer, decoder and resampler to the observer of voices. */
export const opus: FuzzTarget<Input> = {
  name: 'opus',
  group: 'media',
  playsInCi: 50,
  generate: (random) => {
    const damaged = random.pick([0.02, 0.2, 0.8]);
    const from = random.int(0, opusPackets().length - 1);
    const packets = opusPackets().slice(from, from + random.int(5, 40));
    const units = packets.map((packet) => [random.chance(damaged) ? damage(packet, random) : packet]);
    return { steps: stepsOf(units, STREAM, random) };
  },
  open: () => {
    const reached = { decoded: 0, errors: 0 };
    return Promise.resolve({ play: (input) => play(input, reached), close: () => undefined, reached: () => reached });
  },
};

function damage(packet: Uint8Array, random: Random): Uint8Array {
  switch (random.int(0, 4)) {
    case 0:
      return mutateHead(packet, random, 4);
    case 1:
      // Every mode, bandwidth, length of frame and way of packing (§3.1).
      return Buffer.concat([Buffer.of(random.int(0, 255)), packet.subarray(1)]);
    case 2:
      return packing(packet, random);
    case 3:
      return random.bytes(random.int(1, 80));
    default:
      return mutateBytes(packet, random, random.pick(opusPackets()));
  }
}

/** Code 3: any number of frames, lengths that fit or not, and padding (§3.2.5). */
function packing(packet: Uint8Array, random: Random): Buffer {
  const count = random.int(0, 63);
  const variable = random.chance(0.5);
  const padding = random.chance(0.5);
  const head = [(packet[0]! & 0xfc) | 3, count | (variable ? 0x80 : 0) | (padding ? 0x40 : 0)];
  if (padding) head.push(...random.pick([[0], [10], [255, 255, 0], [255], [255, 255, 255, 255]]));
  for (let i = 1; variable && i < count; i++) head.push(...random.pick([[0], [1], [20], [252, 1], [255, 255]]));
  return Buffer.concat([Buffer.from(head), packet.subarray(1)]);
}

function play({ steps }: Input, reached: Record<string, number>): void {
  const state = { now: 0 };
  const meter = new CountingMeter();
  const hearer = new SpeechHearer(voices.open(), meter);
  const observer = new VoiceObserver(meter);
  const receiver = new AudioTrackReceiver(INFO, {
    meter,
    clock: () => state.now,
    mediaClock: new MediaClock(meter),
    onChunk: (chunk) => {
      const { samples, mediaTime } = chunk;
      if (!Number.isFinite(mediaTime)) throw new Error('sound of no time');
      if (samples.length > MAX_CHUNK) throw new Error(`${String(samples.length)} samples from one packet`);
      if (!samples.every((sample) => sample >= -1 && sample <= 1)) throw new Error('samples that are out of range');
      for (const heard of [...hearer.hear(chunk), ...hearer.judge()]) observer.observe(heard);
    },
  });
  try {
    playSteps(steps, receiver, state);
  } finally {
    receiver.close();
    hearer.close();
    observer.close();
  }
  if (liveDecoders() !== 0) throw new Error('a decoder was left open');
  reached['decoded']! += meter.of('emostream_decoded_total', 'audio');
  reached['errors']! += meter.of('emostream_errors_total', 'MEDIA_CORRUPT');
}
