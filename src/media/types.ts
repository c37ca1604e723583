/** A picture as video carries it, upright: luma and two colour differences of half the size. */
export interface YuvPicture {
  width: number;
  height: number;
  /** Planes Y, Cb and Cr, one after another, without padding; BT.601, 16..235 and 16..240; 4:2:0, odd sizes rounded up. */
  yuv: Uint8Array;
}

/**
 * A decoded picture. `mediaTime` is the participant's media clock: the sender's clock expressed on the server's wall
 * clock, ms since the epoch (see media-clock.ts). All media of one participant share it.
 */
export interface VideoFrame extends YuvPicture {
  mediaTime: number;
  /** Arrival of the last packet of the picture, server wall clock, ms. */
  arrivalMs: number;
  /** When decoding was done, server wall clock, ms. */
  decodedMs: number;
  /** Whoever sent this picture waits for an answer to it. */
  question?: PictureQuestion;
}

/** A picture that is answered by itself: its name, and its size as it was sent, pixels. */
export interface PictureQuestion {
  id: number;
  width: number;
  height: number;
}

/** Decoded sound: 16 kHz mono. */
export interface AudioChunk {
  /** Media time of the first sample, ms. */
  mediaTime: number;
  arrivalMs: number;
  decodedMs: number;
  /** 16 kHz mono samples in [-1, 1]. */
  samples: Float32Array;
}

export const AUDIO_SAMPLE_RATE = 16_000;

/** One word, with its times on the participant's media clock, ms. */
export interface TimedWord {
  text: string;
  startMs: number;
  endMs: number;
}

/** Words with their times on the participant's media clock, ms. */
export interface TranscriptSegment {
  text: string;
  startMs: number;
  endMs: number;
  arrivalMs: number;
  /**
   * Names a piece of speech, by a number that no other piece in this process has: what comes later with the same one takes its
   * place. Without one the words are a piece of their own.
   */
  segment?: number | undefined;
  /** False: partial words, which later ones of the same piece replace. True where it is not told. */
  final?: boolean | undefined;
  /** The same words one by one, in order, where more is known of them than where all of them begin and end. */
  words?: readonly TimedWord[] | undefined;
}
