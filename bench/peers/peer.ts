import type { Picture } from '../../src/features/face-finder.js';

/** How a face picture is given to a peer's emotion net: the options that the peer itself offers, or none. */
export interface PeerOption {
  /** In words, for the report. */
  name: string;
  /** Share of the picture cut off at every side before it is scaled to the net's input. */
  crop: number;
  /** Its contrast is stretched first. */
  stretch: boolean;
}

export const AS_IT_IS: PeerOption = { name: 'the whole picture', crop: 0, stretch: false };

/** Another library that tells emotions from faces. */
export interface Peer {
  name: string;
  version: string;
  /** Its emotion net, in words. */
  model: string;
  /** The TensorFlow.js backend it runs on. */
  backend: string;
  /** What may be tried with `classify`; the library's default first. */
  options: readonly PeerOption[];
  /**
   * The emotion net alone, on face pictures.
   * @param crops count × side² grey values 0..255
   * @returns count × 7 in the order of EMOTIONS
   */
  classify(crops: Uint8Array, side: number, option?: PeerOption): Promise<Float32Array>;
  /**
   * The library's own call on a whole picture: finds the face, then tells its emotion.
   * @returns 7 values in the order of EMOTIONS; null where no face was found
   */
  analyse(picture: Picture): Promise<number[] | null>;
}

export const PEER_BACKENDS = ['wasm', 'tensorflow'] as const;
export type PeerBackend = (typeof PEER_BACKENDS)[number];
