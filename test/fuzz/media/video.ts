import { PACKETIZE } from '../../../bench/support/packetize-any.js';
import { FaceFinder } from '../../../src/features/face-finder.js';
import { FaceObserver } from '../../../src/features/face-observer.js';
import { liveDecoders, MediaClock, type VideoFrame, VideoTrackReceiver } from '../../../src/media/index.js';
import type { TrackInfo } from '../../../src/sfu/types.js';
import { CountingMeter } from '../../media/support/counting-meter.js';
import { yuvBytes } from '../../support/yuv.js';
import type { Random } from '../random.js';
import type { FuzzTarget } from '../target.js';
import { forgedParameters } from './h264-writer.js';
import { cutElements, describeVp9, forgedSequence } from './layered.js';
import { CODECS, filmsOf, type VideoCodec } from './material.js';
import { mutateBytes, mutateHead } from './mutate.js';
import { playSteps, type Step, stepsOf } from './steps.js';

interface Input {
  codec: VideoCodec;
  steps: Step[];
}

const STREAM = { payloadType: 101, ticks: 6000, unitMs: 67 };
/** Pictures of one input that are looked at for a face; each costs as much as decoding many. */
const OBSERVED = 2;

/** RTP packets of a camera, through jitter buffer, depacketizer and decoder to the observer of faces. */
export const video: FuzzTarget<Input> = {
  name: 'video',
  group: 'media',
  playsInCi: 75,
  generate: (random) => {
    const codec = random.pick(CODECS);
    const films = filmsOf(codec);
    let units: Uint8Array[][] = [];
    for (let runs = random.int(1, 3); runs > 0; runs--) {
      const first = random.pick([0, 0, 6, 3]);
      const film = random.pick(films).pictures.slice(first, first + random.int(2, 6));
      units.push(...film.map(({ data }) => PACKETIZE[codec](data)));
    }
    const damaged = random.pick([0, 0.05, 0.3]);
    units = units.map((payloads) =>
      payloads.flatMap((payload) => (random.chance(damaged) ? damage(codec, payload, random) : [payload])),
    );
    return { codec, steps: stepsOf(units, STREAM, random) };
  },
  open: async () => {
    const finder = await FaceFinder.create();
    const reached = { decoded: 0, 'handed on': 0, 'decoder errors': 0 };
    return {
      play: (input) => play(input, finder, reached),
      close: () => finder.dispose(),
      reached: () => reached,
    };
  },
};

function damage(codec: VideoCodec, payload: Uint8Array, random: Random): Uint8Array[] {
  const kind = random.int(0, 6);
  if (kind === 0) return [];
  if (kind === 1) return [payload, payload];
  if (kind === 2) return [mutateBytes(payload, random)];
  if (codec === 'VP9' && random.chance(0.5)) return [describeVp9(payload, random)];
  if (codec === 'AV1' && random.chance(0.5)) return cutElements(payload, random);
  if (codec === 'AV1' && random.chance(0.2)) return [forgedSequence(random), payload];
  if (kind === 3 || codec !== 'H264') {
    // The payload descriptor with every option of it (RFC 7741 §4.2), then the header of the picture.
    return [random.chance(0.3) && codec === 'VP8' ? describe(payload, random) : mutateHead(payload, random, 12)];
  }
  if (kind === 4) return [aggregate(payload, random)];
  if (kind === 5) return fragments(payload, random);
  return [forgedParameters(random), payload];
}

function describe(payload: Uint8Array, random: Random): Buffer {
  const first = random.int(0, 255) | (random.chance(0.8) ? 0x80 : 0);
  const options = random.bytes(random.int(0, 5));
  return Buffer.concat([Buffer.of(first), options, payload.subarray(1)]);
}

/** STAP-A whose sizes may reach past its end (RFC 6184 §5.7.1). */
function aggregate(payload: Uint8Array, random: Random): Buffer {
  const parts: Uint8Array[] = [Buffer.of(0x78)];
  for (let count = random.int(0, 5); count >= 0; count--) {
    const unit = random.pick([
      payload,
      forgedParameters(random),
      random.bytes(random.int(0, 8)),
      payload.subarray(0, 5),
    ]);
    const size = random.chance(0.8) ? unit.length : random.pick([0, 1, unit.length + 1, 65_535]);
    parts.push(Buffer.of(size >> 8, size & 0xff), unit);
  }
  return Buffer.concat(parts);
}

/** FU-A with starts and ends that are missing, doubled or both at once (§5.8). */
function fragments(payload: Uint8Array, random: Random): Buffer[] {
  const count = random.int(1, 5);
  const length = Math.ceil(payload.length / count);
  return Array.from({ length: count }, (_, i) => {
    const usual = (i === 0 ? 0x80 : 0) | (i === count - 1 ? 0x40 : 0);
    const flags = random.chance(0.8) ? usual : random.pick([0, 0x40, 0x80, 0xc0]);
    const header = Buffer.of(0x7c, flags | (random.chance(0.9) ? payload[0]! & 0x1f : random.int(0, 31)));
    return Buffer.concat([header, payload.subarray(1).subarray(i * length, (i + 1) * length)]);
  });
}

function play({ codec, steps }: Input, finder: FaceFinder, reached: Record<string, number>): void {
  const state = { now: 0 };
  const meter = new CountingMeter();
  const observer = new FaceObserver(finder);
  let observed = 0;
  let problems = 0;
  const check = (frame: VideoFrame): void => {
    const { width, height, yuv, mediaTime } = frame;
    if (yuv.length !== yuvBytes(width, height) || Math.max(width, height) > 640)
      throw new Error('a picture of a wrong size');
    if (!Number.isFinite(mediaTime)) throw new Error('a picture of no time');
    if (observed++ < OBSERVED) observer.observe(frame);
  };
  const info: TrackInfo = { trackId: 'v', source: 'camera', kind: 'video', codec, payloadType: 101, clockRate: 90_000 };
  const receiver = new VideoTrackReceiver(info, {
    meter,
    clock: () => state.now,
    mediaClock: new MediaClock(meter),
    requestKeyFrame: () => undefined,
    onFrame: check,
    onProblem: () => problems++,
  });
  try {
    playSteps(steps, receiver, state);
  } finally {
    receiver.close();
    observer.close();
  }
  if (liveDecoders() !== 0) throw new Error('a decoder was left open');
  if (problems > 1) throw new Error('a problem was told twice');
  reached['decoded']! += meter.of('emostream_decoded_total', 'video');
  reached['handed on']! += observed;
  reached['decoder errors']! += meter.of('emostream_errors_total', 'MEDIA_CORRUPT');
}
