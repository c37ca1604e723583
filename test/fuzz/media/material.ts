import { encodeOpus, encodeVideo, synthesise } from '../../../bench/support/index.js';
import { splitAnnexB } from '../../../bench/support/packetize.js';
import { seeded } from '../../../bench/support/random.js';

export type VideoCodec = 'VP8' | 'H264';
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
  films ??= { VP8: SIZES.map((size) => film('VP8', size)), H264: SIZES.map((size) => film('H264', size)) };
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
