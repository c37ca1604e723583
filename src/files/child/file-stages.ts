import { identity, NEVER, type Observable, tap } from 'rxjs';
import type { Stages } from '../../analysis/child/participant-windows.js';
import type { Meter } from '../../common/metrics.js';
import { flatten } from '../../common/flatten.js';
import { assembleFeatures } from '../../features/assemble.js';
import { encodeVoice } from '../../features/encode-voice.js';
import type { FaceFinder } from '../../features/face-finder.js';
import type { FaceLikeness } from '../../features/face-likeness.js';
import { FaceTracks } from '../../features/face-tracks.js';
import { logMel, observeFace, observeSeveralFaces } from '../../features/observe.js';
import type { FaceObservation, VoiceObservation } from '../../features/types.js';
import { takeSecond } from '../../features/voice-second.js';
import type { VideoFrame } from '../../media/index.js';
import { hearSpeech, type VoiceActivities } from '../../speech/index.js';
import type { AlignedWindow } from '../../streams/index.js';
import type { FileInput, FileTrack } from './file-media.js';
import { VoiceAhead } from './voice-ahead.js';

export interface FileStagesEnv {
  meter: Meter;
  /** Null: there are no pictures. */
  faceFinder: FaceFinder | null;
  /** Null: one face is followed. */
  faceLikeness: FaceLikeness | null;
  /** Null: there is no sound. */
  voices: VoiceActivities | null;
  /** Null: voices are not encoded. */
  voiceEncoder: { encode(second: Float32Array): Promise<Float32Array> } | null;
  /** Sound that came is judged. */
  judge$: Observable<number>;
  faceCrops: number;
  maxFaces: number;
  /** Windows before this are not wanted, ms: nothing is done for them but what later ones need. */
  fromMs: number;
}

/** Before a window, so much of the voice is in it, ms. */
const VOICE_BEFORE_MS = 2000;

/**
 * The stages of a call, of which nothing depends on the time that anything takes: a window waits for its voice to be encoded, and
 * face crops go with their window. So the same recording gives the same answers on any machine, however busy.
 */
export function fileStages(
  env: FileStagesEnv,
): Stages<VideoFrame, FaceObservation, VoiceObservation, FileInput, FileTrack> {
  const { meter, voiceEncoder, fromMs } = env;
  const ahead = voiceEncoder && new VoiceAhead(voiceEncoder, fromMs - VOICE_BEFORE_MS);
  const tracks = env.faceLikeness && new FaceTracks(env.maxFaces, () => String);
  return {
    receiveVideo: () => flatten((input) => ('type' in input ? [input] : [])),
    receiveAudio: () => flatten((input) => ('type' in input ? [] : [input])),
    observeFace: () => {
      const finder = env.faceFinder!;
      if (!tracks || !env.faceLikeness) return observeFace(finder, meter);
      return observeSeveralFaces({ finder, describer: env.faceLikeness, tracks, meter });
    },
    // Nobody takes consent back in a recording.
    forgetFaces: () => undefined,
    settleCrops: () => identity,
    answerPictures: () => identity,
    hearSpeech: () => hearSpeech(() => env.voices!.open(), meter, env.judge$),
    logMel: () => (sound$) =>
      sound$.pipe(
        logMel(meter, voiceEncoder !== null),
        tap((block) => ahead?.hear(block)),
      ),
    encodeVoice: (forget$) =>
      encodeVoice(
        {
          encoder: ahead,
          secondOf: (window: AlignedWindow<unknown, VoiceObservation>) => {
            const second = takeSecond(window);
            return window.endMs <= fromMs - VOICE_BEFORE_MS ? null : second;
          },
          patience$: NEVER,
          affords: () => true,
          meter,
        },
        forget$,
      ),
    toFeatures: (window, heard) => [
      { type: 'window', features: assembleFeatures(window, window.closedMs, env.faceCrops, heard) },
    ],
  };
}
