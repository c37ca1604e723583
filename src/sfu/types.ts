import type { Consent, Source } from '../common/consent.js';
import type { MediaProblem } from '../common/media-problem.js';
import type { PictureAnswer } from '../common/picture-answer.js';

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
  /** The sender's NTP wall clock, as ms since the Unix epoch, fractional; 0: the sender has no clock. */
  ntpMs: number;
  /** The same instant on the RTP clock of this SSRC, 32 bit. */
  rtpTimestamp: number;
  /** Server wall clock when the report arrived, ms. */
  arrivalMs: number;
}

/** Whole JPEG pictures, or 16-bit linear sound: what comes by no RTP. */
export type DirectCodec = 'JPEG' | 'L16';
export type VideoCodec = 'VP8' | 'VP9' | 'H264' | 'AV1';
export type TapCodec = VideoCodec | 'opus' | DirectCodec;

/** A picture, or a piece of sound, that came by no RTP: whoever takes it in says when it was. */
export interface DirectMedia {
  /** One JPEG file, or samples of 16 bits, little endian, mono, at the track's clock rate. */
  data: Uint8Array;
  /** Media time of the picture, or of the first sample, server wall clock, ms. Never before that of an earlier one of the track. */
  mediaTime: number;
  /** Server wall clock, ms. */
  arrivalMs: number;
  /** Of a picture that is to be answered by itself: names it, and comes back with the answer. */
  question?: number;
}

/** What the decoder must know of a tapped track; from the consumer's RTP parameters. */
export interface TrackInfo {
  trackId: string;
  source: Source;
  kind: 'audio' | 'video';
  codec: TapCodec;
  /** RTP payload type of the codec; other payload types are counted and dropped. */
  payloadType: number;
  /** RTP clock rate, Hz. */
  clockRate: number;
}

/** A track as its packets come to analysis. */
export interface TappedTrack extends TrackInfo {
  /** Of the packets as they are sent to analysis. */
  ssrc: number;
  /** UDP port of 127.0.0.1 from which they are sent. */
  fromPort: number;
  /** There are other streams of the same producer, with sender reports of their own. */
  simulcast: boolean;
}

/** Its media come by no RTP. */
export const isDirect = ({ codec }: Pick<TrackInfo, 'codec'>): boolean => codec === 'JPEG' || codec === 'L16';

/** What the analyser can ask of a track. */
export interface TrackControl {
  requestKeyFrame(): void;
  /** The track exceeds a limit and is analysed no more: its tap is closed, and everybody concerned is told why. */
  stop(problem: MediaProblem): void;
  /** The track brings far more packets than it may. */
  flood(): void;
  /** What became of a picture that was to be answered by itself. */
  answered?(answer: PictureAnswer): void;
}

/** Where packets for analysis are to be sent: UDP on loopback. */
export interface PacketDestination {
  port: number;
}

/** What a tap tells analysis of one track; the packets go by UDP. */
export interface TrackSink {
  /** Resolves when packets are taken there (or the track was closed meanwhile). */
  readonly ready: Promise<void>;
  /** A report of any stream (SSRC) of the producer: which of them speaks of the packets is found out there. */
  senderReport(report: SenderReport): void;
  /** The stream that is being sent, as far as it is known. */
  preferReports(ssrc: number | undefined): void;
  /** Of a track whose media come by no RTP. */
  media(piece: DirectMedia): void;
  /** The track pauses (muted) or resumes: no media is expected while it is paused. */
  setPaused(paused: boolean): void;
  close(): void;
}

/**
 * Why somebody is no longer in the call. `removed`: by the server (another connection of the same identity, a broken rule);
 * `token-expired`: the access token ended, and the grace after it; `failed`: an error that nobody expected;
 * `worker-died`: the media worker of the room died, and everybody is asked to join again.
 */
export type CloseReason =
  'left' | 'timed-out' | 'removed' | 'token-expired' | 'failed' | 'worker-died' | 'server-closing';

/** Words that a participant lets those in the room read. */
export interface ShownWords {
  /** Names a piece of speech of this seat: what comes later with the same number takes its place. */
  segment: number;
  text: string;
  /** When they were said, server wall clock, ms. */
  startMs: number;
  endMs: number;
  /** False: partial words, which later ones of the same piece replace. */
  final: boolean;
  /** Recognised in the voice, or sent as a caption. */
  source: 'voice' | 'caption';
}

/** The analysis of one participant, as the server sees it. There is no consent at first; tracks are added only after it. */
export interface ParticipantAnalysis {
  /** Why tracks of this person are not analysed, whatever they consent to; null: they are. No track is added then. */
  readonly refusal: MediaProblem | null;
  /** Why packets have nowhere to go yet; `onDestination` tells when they do. */
  readonly waitsFor: MediaProblem | null;
  /**
   * What may be analysed from now on; the server adds and closes tracks itself.
   * @param showWords words may be told to those in the room, too
   */
  setConsent(consent: Consent, showWords?: boolean): void;
  addTrack(track: TappedTrack, control: TrackControl): TrackSink;
  /**
   * Tells where packets are to be sent: before this returns, if that is known, and whenever it changes: then the tracks are added
   * again. Null: nobody takes them there any more, and the port may be anybody's; another follows. Returns what ends it.
   */
  onDestination(listener: (destination: PacketDestination | null) => void): () => void;
  /**
   * Words on the server's wall clock, ms. Only called with consent to words.
   * @returns those in the room may read them, and are told them
   * @throws EmostreamError CONSENT_REQUIRED when they began before it
   */
  caption(words: { text: string; startMs: number; endMs: number; arrivalMs: number }): boolean;
  /** A track does not get through or was set aside; null: all is well again. Subscribers are told. */
  mediaProblem(source: Source, problem: MediaProblem | null): void;
  close(reason: CloseReason): void;
}

export interface Analyser {
  /** @param onWords told of what those in the room may read; must not throw */
  open(who: { room: string; participant: string }, onWords?: (words: ShownWords) => void): ParticipantAnalysis;
}
