import type { Consent } from '../common/consent.js';
import type { Modality } from '../common/emotions.js';
import type { MediaProblem } from '../common/media-problem.js';
import type { JudgedFace, PictureRefusal } from '../common/picture-answer.js';
import type { Measurement } from '../common/thread-meter.js';
import type { SettledFace } from '../features/settle-crops.js';
import type { WindowFeatures } from '../features/types.js';
import type { DirectMedia, SenderReport, TappedTrack } from '../sfu/types.js';
import type { SpeechModel } from '../speech/index.js';
import type { TimedWords } from '../streams/index.js';
import type { WindowTrace } from './window-trace.js';

/** What an analysis process is started with. Plain data, without a secret. */
export interface AnalysisOptions {
  allowedLatenessMs: number;
  wordsRevisionHorizonMs: number;
  /** Face crops per window at most. */
  faceCrops: number;
  /** Faces per camera that are followed at once; 1: only the largest is, and none has an id. */
  maxFaces: number;
  /** Silero's model of voice activity. */
  voiceActivityModel: string;
  /** What recognises speech; null: nothing, or the operator's own module. */
  speechModel: SpeechModel | null;
  /** The operator's own module of speech recognition; null: none. */
  transcriber: string | null;
  /** Voices are encoded by the installed encoders, too. */
  voiceEncoder: boolean;
  /** Share of the windows that are traced, 0 to 1. */
  traceShare: number;
  /** Most packets of a track handled per second. */
  maxPacketRate: number;
  /** Most pixels of a track decoded per second. */
  maxPixelRate: number;
}

/** What may be analysed of a participant, and since when. */
export interface ConsentTerms {
  /** Raised whenever something is withdrawn; every window names the one under which all of it was measured. */
  generation: number;
  consent: Consent;
  /** When the present consent to each was given, server wall clock, ms: what was said or captured before is not taken. */
  given: Record<Modality, number>;
  /** Their words are shown to the room; null: no words leave the process. */
  showing: Showing | null;
}

/** A time in which somebody's words are shown. */
export interface Showing {
  /** Raised whenever they are hidden, or consent to voice or words is withdrawn; all words name the one under which they came. */
  term: number;
  /** Server wall clock, ms: what was said before is not shown. */
  sinceMs: number;
}

/** Words for those who may read them. */
export interface RecognisedWords {
  type: 'words';
  words: TimedWords;
  term: number;
}

/** What was seen in a picture that is to be answered by itself; whoever sent it waits. */
export interface SeenPicture {
  type: 'picture';
  handle: number;
  question: number;
  /** Null: no face was found in it. Else its one crop as a window of its own, and where it is. */
  face: ({ features: WindowFeatures } & Pick<JudgedFace, 'box' | 'certainty'>) | null;
  /** It was not looked at. */
  refused?: PictureRefusal;
}

/**
 * Main process → analysis process. `key` names a participant, `handle` a track, both for the life of the server. RTP packets do
 * not come this way: mediasoup sends them by UDP.
 */
export type ToAnalysis =
  /** `aheadMs`: by how much this process's clock is ahead of the system's, ms. */
  | { type: 'start'; options: AnalysisOptions; aheadMs: number }
  /** `phaseMs`: this participant's windows begin so long after whole seconds. */
  | { type: 'open'; key: number; phaseMs: number }
  | { type: 'close'; key: number }
  | ({ type: 'consent'; key: number } & ConsentTerms)
  | { type: 'caption'; key: number; text: string; startMs: number; endMs: number; arrivalMs: number }
  | { type: 'trackOpen'; key: number; handle: number; track: TappedTrack }
  | { type: 'trackPaused'; handle: number; paused: boolean }
  | { type: 'trackClose'; handle: number }
  /** Of any stream of the track's producer: which of them speaks of the packets is found out there. */
  | { type: 'senderReport'; handle: number; report: SenderReport }
  /** The layer that is sent, by the SSRC of its reports. */
  | { type: 'preferReports'; handle: number; ssrc: number | undefined }
  /** What came by no RTP. */
  | { type: 'media'; handle: number; piece: DirectMedia }
  | { type: 'inspect'; id: number }
  | { type: 'stop' };

/** What a leak test counts in a process. */
export interface AnalysisInspection {
  participants: number;
  tracks: number;
  decoders: number;
  tensors: number;
}

/** A window on its way to inference. */
export interface AnalysedWindow {
  type: 'window';
  features: WindowFeatures;
  /** The consent under which all of it was measured. */
  generation: number;
  /** Where this window is traced: the context, and the way up to here. */
  trace?: WindowTrace | undefined;
}

/** What comes out of one participant's streams, and the consent under which it was measured. */
export type ParticipantOutput =
  | AnalysedWindow
  | (SettledFace & { generation: number })
  | (RecognisedWords & { generation: number })
  | (SeenPicture & { generation: number })
  /** Windows [startMs, endMs) that were never made (the process was suspended or overrun). */
  | { type: 'skipped'; startMs: number; endMs: number; generation: number };

/** Analysis process → main process. */
export type FromAnalysis =
  /** Models are loaded; packets are taken on these UDP ports of 127.0.0.1. */
  | { type: 'ready'; ports: number[] }
  | { type: 'failed'; message: string }
  | { type: 'output'; key: number; output: ParticipantOutput }
  /** The streams of a participant failed again and again. */
  | { type: 'participantFailed'; key: number }
  /** Packets of the track are taken from now on. */
  | { type: 'trackOpened'; handle: number }
  | { type: 'keyFrame'; handle: number }
  /** The track sends more than is decoded, and goes on so; nothing of it is decoded any more. */
  | { type: 'trackProblem'; handle: number; problem: MediaProblem }
  /** A picture that was to be answered was not looked at. */
  | { type: 'pictureRefused'; handle: number; question: number; why: PictureRefusal }
  /** The track brings far more packets than it may. */
  | { type: 'trackFlood'; handle: number }
  /** How much gives way in this process, see load-steps.ts; told at each change. */
  | { type: 'load'; step: number }
  | { type: 'metrics'; measurements: Measurement[] }
  | { type: 'inspection'; id: number; result: AnalysisInspection };
