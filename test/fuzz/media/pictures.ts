import { EmostreamError } from '../../../src/common/errors.js';
import { liveDecoders } from '../../../src/media/codec-library.js';
import { DecodeAdmission } from '../../../src/media/decode-admission.js';
import { VIDEO_CODECS } from '../../../src/media/video-codecs.js';
import { VideoDecoder } from '../../../src/media/video-decoder.js';
import type { Random } from '../random.js';
import type { FuzzTarget } from '../target.js';
import { forgedParameters } from './h264-writer.js';
import { forgedUnits, withIndex } from './layered.js';
import { CODECS, filmsOf, unitsOf, type VideoCodec } from './material.js';
import { mutateBytes, mutateHead } from './mutate.js';
import { yuvBytes } from '../../support/yuv.js';

interface Input {
  codec: VideoCodec;
  /** Encoded pictures, base64. */
  pictures: { data: string; keyFrame: boolean }[];
}

const MAX_PIXEL_RATE = 27_648_000;
const START_CODE = Buffer.of(0, 0, 0, 1);

/** Damaged and forged pictures, past the RTP parts, to the real decoders and the scaler. */
export const pictures: FuzzTarget<Input> = {
  name: 'pictures',
  group: 'media',
  playsInCi: 150,
  generate: (random) => {
    const codec = random.pick(CODECS);
    const film = random.pick(filmsOf(codec)).pictures;
    const other = random.pick(filmsOf(codec)).pictures;
    const first = random.pick([0, 6]);
    const chosen = film.slice(first, first + random.int(2, 6));
    if (random.chance(0.3)) chosen.splice(random.int(0, chosen.length), 0, ...other.slice(0, random.int(1, 3)));
    return {
      codec,
      pictures: chosen.map(({ data, keyFrame }) => {
        const source = random.chance(0.4) ? data : damage(codec, data, random.pick(other).data, random);
        return { data: Buffer.from(source).toString('base64'), keyFrame };
      }),
    };
  },
  open: () => {
    const reached = { decoded: 0, refused: 0, 'decoder errors': 0 };
    return Promise.resolve({ play: (input) => play(input, reached), close: () => undefined, reached: () => reached });
  },
};

function damage(codec: VideoCodec, data: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  if (codec === 'VP9' && random.chance(0.3)) return withIndex([data, other], random);
  if (codec === 'AV1' && random.chance(0.3)) return forgedUnits(data, other, random);
  if (codec !== 'H264') return random.chance(0.5) ? mutateHead(data, random, 24) : mutateBytes(data, random, other);
  const units: Uint8Array[] = unitsOf(data);
  for (let times = random.int(1, 3); times > 0; times--) {
    const at = random.int(0, units.length - 1);
    const unit = units[at] ?? data;
    const kind = random.int(0, 6);
    if (kind === 0) units.splice(at, random.int(0, 1), forgedParameters(random));
    else if (kind === 1) units.splice(at, 0, random.pick(unitsOf(other)));
    else if (kind === 2 && units.length > 1) units.splice(at, 1);
    else if (kind === 3) units[at] = mutateHead(unit, random, 12);
    else if (kind === 4) units[at] = Buffer.concat([Buffer.of(random.int(0, 127)), unit.subarray(1)]);
    else units[at] = mutateBytes(unit, random, random.pick(unitsOf(other)));
  }
  return Buffer.concat(units.flatMap((unit) => [START_CODE, unit]));
}

function play({ codec, pictures: encoded }: Input, reached: Record<string, number>): void {
  const admission = new DecodeAdmission(codec, MAX_PIXEL_RATE);
  // Not scaled, so that their size can be compared with what was admitted.
  const decoder = new VideoDecoder(codec, { longestSide: 16_384, maxPixels: admission.maxPixels });
  const sizes = VIDEO_CODECS[codec].sizes();
  let now = 1e12;
  /** Of VP9 and AV1 the sizes of pictures are those of others: after a refusal none is given before a key frame, as in a call. */
  let waits = codec === 'VP9' || codec === 'AV1';
  try {
    for (const [tag, { data: text, keyFrame }] of encoded.entries()) {
      const data = Buffer.from(text, 'base64');
      if (data.length === 0) continue;
      now += 100;
      if (waits && !keyFrame) continue;
      const cost = sizes.read(data, keyFrame);
      const { refusal, afresh } = admission.admit({ data, keyFrame, timestamp: 0, arrivalMs: now }, now);
      if (afresh) decoder.reset();
      if (refusal || !cost) {
        reached['refused']!++;
        waits = codec === 'VP9' || codec === 'AV1';
        continue;
      }
      waits = false;
      try {
        for (const { width, height, yuv } of decoder.decode(data, tag, () => true)) {
          reached['decoded']!++;
          if (yuv.length !== yuvBytes(width, height)) throw new Error('a picture of another size than it says');
          if (width * height > cost.pixels) {
            throw new Error(
              `${String(width)}×${String(height)} was decoded where ${String(cost.pixels)} pixels were paid for`,
            );
          }
        }
      } catch (error) {
        if (!(error instanceof EmostreamError) || error.code !== 'MEDIA_CORRUPT') throw error;
        reached['decoder errors']!++;
        waits = codec === 'VP9' || codec === 'AV1';
        admission.failed(now);
        sizes.reset();
        decoder.reset();
      }
    }
  } finally {
    decoder.close();
  }
  if (liveDecoders() !== 0) throw new Error('a decoder was left open');
}
