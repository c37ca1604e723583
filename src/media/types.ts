/**
 * A decoded picture. `mediaTime` is the participant's media clock: the sender's clock expressed on the server's wall
 * clock, ms since the epoch (see media-clock.ts). All media of one participant share it.
 */
export interface VideoFrame {
  mediaTime: number;
  /** Arrival of the last packet of the picture, server wall clock, ms. */
  arrivalMs: number;
  /** When decoding was done, server wall clock, ms. */
  decodedMs: number;
  width: number;
  height: number;
  /** Packed RGB24, row major, width*height*3 bytes, upright. */
  rgb: Uint8Array;
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

/** Words with their times on the participant's media clock, ms. */
export interface TranscriptSegment {
  text: string;
  startMs: number;
  endMs: number;
  arrivalMs: number;
}
