/** One RTP packet as the tap hands it on. */
export interface TapPacket {
  /** The whole RTP packet (RFC 3550 §5.1). */
  data: Uint8Array;
  /** Server wall clock when it arrived, ms since the epoch. */
  arrivalMs: number;
}

/** What an RTCP sender report says about time (RFC 3550 §6.4.1). */
export interface SenderReport {
  ssrc: number;
  /** The sender's NTP wall clock, as ms since the Unix epoch, fractional. */
  ntpMs: number;
  /** The same instant on the RTP clock of this SSRC, 32 bit. */
  rtpTimestamp: number;
  /** Server wall clock when the report arrived, ms. */
  arrivalMs: number;
}

export type VideoCodec = 'VP8' | 'H264';

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
