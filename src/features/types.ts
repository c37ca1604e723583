// Not from the stage's index: whoever only needs sizes would load all of it.
import { HEARD_PER_SECOND, HEARD_WIDTH, HEARD_WIDTHS } from '../speech/heard-sizes.js';
import type { PictureQuestion } from '../media/types.js';
import type { TrackState } from '../streams/types.js';

/** Shapes shared by the live path, training and the network. One place, so that they cannot drift apart. */
export const FACE_SIZE = 48;
/** At most so many crops per window. */
export const FACE_CROPS = 4;
export const MEL_BANDS = 64;
/** 3 s at a hop of 10 ms. */
export const MEL_FRAMES = 300;
export const MEL_HOP_MS = 10;
export const VOICE_WINDOW_MS = 3000;
export { HEARD_PER_SECOND, HEARD_WIDTH, HEARD_WIDTHS };
/** Steps of what was heard in a window. */
export const HEARD_STEPS = (VOICE_WINDOW_MS / 1000) * HEARD_PER_SECOND;
/** Trailing words: at most so many tokens, the newest kept, and so many hashed n-grams per token. */
export const WORD_TOKENS = 32;
export const WORD_NGRAMS = 7;
/** What is known of a token: its n-grams' ids, and 1 where it is in the scope of a negation. */
export const WORD_ROW = WORD_NGRAMS + 1;
/** Hash buckets; id 0 is padding, ids are 1..WORD_BUCKETS-1. */
export const WORD_BUCKETS = 32_768;
export const WORDS_WINDOW_MS = 8000;
/** speaker changed, length, question, exclamation: each 0..1. */
export const WORDS_META = 4;
/** Quality figures fed to fusion, each 0..1, in this order. */
export const FACE_QUALITY = ['size', 'light', 'contrast', 'sharpness'] as const;
export const VOICE_QUALITY = ['snr', 'speech', 'coverage'] as const;
export const WORDS_QUALITY = ['length', 'recency'] as const;

/** Box in fractions of the picture, 0..1, origin top left. */
export interface FaceBox {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Which way round a crop is shown to the network: as it is, or its mirror image. */
export type CropSide = 'plain' | 'mirrored';

/** One face among several of a picture. */
export interface TrackedFace {
  /** See `FaceTracks`. */
  id: string;
  crop: Uint8Array;
  box: FaceBox;
  score: number;
  quality: number[];
}

/** What one picture says about a face; `crop` is null where there is none. */
export interface FaceObservation {
  /** FACE_SIZE² grey values 0..255, or null. */
  crop: Uint8Array | null;
  box: FaceBox | null;
  /** Detector score 0..1 (of the last detection when tracked). */
  score: number;
  /** Length FACE_QUALITY, each 0..1. */
  quality: number[];
  /** How many faces the last detection saw. */
  faces: number;
  /** Where several faces are followed: which of them this is, and the others that are seen. */
  id?: string;
  others?: TrackedFace[];
  /** No face is known, and a search that was due could not be paid for: whether there is one nobody knows. */
  unsearched?: boolean;
  /** The picture is to be answered by itself. */
  question?: PictureQuestion;
  /** The crop was handed to inference, for the window of this picture to name, and this way round. */
  settled?: CropSide;
}

/** Log-mel frames of a stretch of sound, with what voice activity detection needs. */
export interface VoiceObservation {
  /** n × MEL_BANDS, row major: natural log of mel power, before normalising (see log-mel.ts). */
  mel: Float32Array;
  /** Mel frames in this block. */
  frames: number;
  /** Of those, frames with speech. */
  speechFrames: number;
  /** Signal-to-noise estimate, dB. */
  snrDb: number;
  /** The block's sound at 16 kHz, -1..1, from its first frame on; empty where nobody encodes it, and once it was taken (`takeSecond`). */
  samples: Float32Array;
}

/** What a pretrained encoder heard in the three seconds of a window, each of which it was given alone. */
export interface Heard {
  /** HEARD_STEPS × HEARD_WIDTH as the encoders give them, oldest first; zeros where nothing was encoded. */
  frames: Float32Array;
  /** HEARD_STEPS of 0 and 1, the same over each second, and not 0 in all of them. */
  present: Uint8Array;
}

/** A face of a window beside the one that is judged with voice and words. */
export type OtherFace = NonNullable<WindowFeatures['face']> & { id: string };

export interface WindowFeatures {
  startMs: number;
  endMs: number;
  revision: number;
  closedBy: 'watermark' | 'deadline' | 'revision';
  /** Null: no face in any picture of the window. */
  face: {
    /**
     * count × FACE_SIZE² grey values 0..255, in time order, every other one mirrored (`crop-sides.ts`); empty where `cropIds` names
     * the crops instead.
     */
    crops: Uint8Array;
    /** In a call: the numbers of crops that were handed to inference before the window closed, `count` of them in time order. */
    cropIds?: readonly number[];
    count: number;
    quality: number[];
    box: FaceBox;
    /** Where several faces are followed: which of them this is. */
    id?: string;
  } | null;
  /** The other faces, with the pixels of their crops, the largest first; none in revisions, which do not change them. */
  others?: OtherFace[];
  /** Null: no speech in the window. */
  voice: {
    /** MEL_FRAMES × MEL_BANDS, normalised for the network (see log-mel.ts). */
    logMel: Float32Array;
    quality: number[];
    /** Null: nothing was encoded; there is no encoder, or it had not answered in time. */
    heard: Heard | null;
  } | null;
  /** Null: no words in the trailing transcript window. */
  words: {
    /** WORD_TOKENS × WORD_ROW: ids, 0 is padding, then the mark of negation. */
    tokens: Int32Array;
    /** Tokens that are not padding. */
    count: number;
    /** Length WORDS_META. */
    meta: number[];
    quality: number[];
  } | null;
  state: { face: TrackState; voice: TrackState; words: TrackState };
  timing: {
    /** Server wall clock, ms; null where no media came. */
    lastMediaMs: number | null;
    lastArrivalMs: number | null;
    lastDecodedMs: number | null;
    /** When words that are in a window for the first time were over, media time, ms. */
    saidMs: readonly number[];
    closedMs: number;
    /** When the features were ready. */
    featuresMs: number;
  };
}
