import { encodeOpus, encodeVideo, synthesise } from '../../../bench/support/index.js';
import { splitAnnexB } from '../../../bench/support/packetize.js';
import type { VideoCodec } from '../../../src/sfu/types.js';
import { seeded } from '../../../bench/support/random.js';

export const CODECS = ['VP8', 'VP9', 'H264', 'AV1'] as const;
export type { VideoCodec };
const SIZES = [
  [160, 120],
  [90, 160],
  [48, 34],
  [120, 160],
] as const;

export interface Film {
  width: number;
  height: number;
  pictures: { data: Uint8Array; keyFrame: boolean }[];
}

let films: Record<VideoCodec, Film[]> | undefined;

/** Short films of the real encoders, to be damaged. Made once, the same each time. */
export function filmsOf(codec: VideoCodec): Film[] {
  const all = (name: VideoCodec): Film[] => SIZES.map((size) => film(name, size));
  films ??= { VP8: all('VP8'), VP9: all('VP9'), H264: all('H264'), AV1: all('AV1') };
  return films[codec];
}

function film(codec: VideoCodec, [width, height]: readonly [number, number]): Film {
  const random = seeded(width * height);
  const pictures = encodeVideo({
    codec,
    width,
    height,
    framesPerSecond: 15,
    frames: 12,
    keyFrameEvery: 6,
    // Moves, so that there are vectors and residues to be damaged.
    draw: (index, rgb) => {
      for (let at = 0; at < rgb.length; at++) rgb[at] = ((at >> 4) * 7 + index * 11 + (random() < 0.1 ? 90 : 0)) & 0xff;
    },
  });
  return { width, height, pictures };
}

/** The units of a picture of H.264. */
export const unitsOf = (picture: Uint8Array): Uint8Array[] => splitAnnexB(picture);

let packets: Uint8Array[] | undefined;

/** Opus packets of mono and stereo, of several rates: speech-like, noise and silence. */
export function opusPackets(): Uint8Array[] {
  const random = seeded(3);
  const sound = synthesise(1, (at) => 0.4 * Math.sin(at * 1500) * Math.sin(at * 9) + 0.05 * (random() - 0.5));
  packets ??= [
    ...encodeOpus(sound),
    ...encodeOpus(sound, { bitRate: 6000 }),
    ...encodeOpus(sound, { channels: 2, bitRate: 96_000 }),
    ...encodeOpus(new Float32Array(9600)),
  ];
  return packets;
}
