import type { ParticipantOutput } from '../analysis/messages.js';
import type { FileProblem } from '../media/file/problems.js';
import type { ErrorCode } from '../common/errors.js';
import type { SpeechModel } from '../speech/index.js';

/** Words that were written down, with times from the recording's first moment on, ms. */
export interface Caption {
  text: string;
  startMs: number;
  endMs: number;
}

/** What is to be analysed. */
export interface FileJob {
  /** Of the recording, or of a folder of pictures. */
  path: string;
  /** How it is called in what is said of it. */
  name: string;
  captions: readonly Caption[] | null;
  /** Seconds that are judged already: of those nothing is wanted but what later ones need. */
  skip: number;
  /** Face crops per window at most. */
  faceCrops: number;
  /** Faces that are followed at once; 1: only the largest is, and none has an id. */
  maxFaces: number;
  voiceActivityModel: string;
  /** Null: words are not recognised. */
  speechModel: SpeechModel | null;
  voiceEncoder: boolean;
}

/** The command → the process that reads foreign media. */
export type ToFile =
  | { type: 'start'; job: FileJob }
  /** So many windows were taken in. */
  | { type: 'taken'; windows: number };

/** What is known of a recording when it is opened. */
export interface FileInfo {
  format: string;
  /** Null: it does not say. */
  durationMs: number | null;
  hasVideo: boolean;
  hasAudio: boolean;
  words: 'captions' | 'recognised' | 'none';
}

/** How long each stage was at work, seconds; of those in threads of their own, their CPU time. */
export type StageSeconds = Record<string, number>;

export type FromFile =
  | { type: 'opened'; info: FileInfo }
  | { type: 'output'; output: ParticipantOutput }
  /** All of it, to its end. */
  | { type: 'done'; durationMs: number; problems: FileProblem[]; stages: StageSeconds; cpuSeconds: number }
  | { type: 'failed'; code: ErrorCode; message: string };

/** Windows that may be on their way. */
export const MOST_ON_THE_WAY = 64;
