import { type Observable, tap } from 'rxjs';
import { flatten } from '../../common/flatten.js';
import type { MediaProblem } from '../../common/media-problem.js';
import type { PictureRefusal } from '../../common/picture-answer.js';
import { assembleFeatures } from '../../features/assemble.js';
import type { FaceFinder } from '../../features/face-finder.js';
import { chosenCrops } from '../../features/crop-chooser.js';
import { encoderPatience$, encodeVoice } from '../../features/encode-voice.js';
import type { FaceLikeness } from '../../features/face-likeness.js';
import { FaceTracks } from '../../features/face-tracks.js';
import { mainFrames } from '../../features/window-faces.js';
import { FACE_OBSERVER_DEFAULTS, SINGLE_PICTURES } from '../../features/face-observer.js';
import { logMel, observeFace, observeSeveralFaces } from '../../features/observe.js';
import { settleCrops, settled } from '../../features/settle-crops.js';
import type { FaceObservation, VoiceObservation } from '../../features/types.js';
import type { VoiceEncoderPort } from '../../features/voice-queue.js';
import { takeSecond } from '../../features/voice-second.js';
import {
  MediaClock,
  receiveAudio,
  receivePictures,
  receiveSound,
  receiveVideo,
  type TrackInput,
  type VideoFrame,
} from '../../media/index.js';
import { isDirect } from '../../sfu/types.js';
import { hearSpeech, type VoiceActivities } from '../../speech/index.js';
import type { AnalysisOptions } from '../messages.js';
import { TraceSampler } from '../window-trace.js';
import { affordable, fewerPictures } from './afford.js';
import { answerPictures } from './answer-pictures.js';
import type { AnalysisEnv } from './analysis-env.js';
import type { TokenBucket } from '../../common/token-bucket.js';
import type { LoadSteps } from './load-steps.js';
import type { MediaTrack } from './participant-media.js';
import type { Stages } from './participant-windows.js';

/** What the real stages need of the process that they run in. */
export interface MediaEnv extends AnalysisEnv {
  options: AnalysisOptions;
  faceFinder: FaceFinder;
  /** Null: one face a camera is followed. */
  faceLikeness: FaceLikeness | null;
  /** Begins ids of faces afresh: none of them may be one of before. */
  newFaceIds(): (n: number) => string;
  /** Face searches of everybody in the process. */
  searches: TokenBucket;
  voices: VoiceActivities;
  /** Null: voices are not encoded here. */
  voiceEncoder: (VoiceEncoderPort & { warmUp(): void }) | null;
  /** How often sound is judged, that of everybody together. */
  judge$: Observable<number>;
  /** How much can be afforded at the moment. */
  load: LoadSteps;
  /** Server wall clock, ms, more seldom than `tick$`: missing packets are given up by it. */
  expiry$: Observable<number>;
  /** Foreign bytes of this track are handed to a decoder next. */
  beforeDecode(handle: number): void;
  requestKeyFrame(handle: number): void;
  onTrackProblem(handle: number, problem: MediaProblem): void;
  onPictureRefused(handle: number, question: number, why: PictureRefusal): void;
}

/**
 * Decoders, face finder, voice activity, log-mel: one participant's, with the media clock that their tracks share.
 * @param phaseMs their windows begin so long after whole seconds, ms
 */
export function mediaStages(
  env: MediaEnv,
  phaseMs: number,
): Stages<VideoFrame, FaceObservation, VoiceObservation, TrackInput, MediaTrack> {
  const { meter, clock, options, expiry$, voiceEncoder } = env;
  const mediaClock = new MediaClock(meter);
  const tracks = env.faceLikeness && new FaceTracks(options.maxFaces, env.newFaceIds);
  const traces = new TraceSampler(options.traceShare);
  const receiver = ({ handle }: MediaTrack) => ({
    meter,
    clock,
    mediaClock,
    beforeDecode: () => env.beforeDecode(handle),
  });
  const pictures = (track: MediaTrack) => ({
    ...receiver(track),
    maxPixelRate: options.maxPixelRate,
    affords: () => env.load.picturesPerSecond > 0,
    onRefused: (question: number, why: PictureRefusal) => env.onPictureRefused(track.handle, question, why),
  });
  return {
    receiveVideo: (track) => (input$) => {
      if (isDirect(track.info)) return input$.pipe(receivePictures(pictures(track)));
      return input$.pipe(
        affordable(env.load, meter),
        receiveVideo(track.info, expiry$, {
          ...receiver(track),
          maxPixelRate: options.maxPixelRate,
          requestKeyFrame: () => env.requestKeyFrame(track.handle),
          onProblem: (problem) => env.onTrackProblem(track.handle, problem),
        }),
        fewerPictures(env.load, meter),
      );
    },
    receiveAudio: (track) => (input$) =>
      input$.pipe(
        isDirect(track.info)
          ? receiveSound(track.info, { meter, clock })
          : receiveAudio(track.info, expiry$, receiver(track)),
        flatten((received) => (received.type === 'item' ? [received.item] : [])),
      ),
    observeFace: ({ info }) => {
      if (isDirect(info)) return observeFace(env.faceFinder, meter, env.searches, SINGLE_PICTURES);
      if (!tracks || !env.faceLikeness) return observeFace(env.faceFinder, meter, env.searches, FACE_OBSERVER_DEFAULTS);
      const { faceFinder: finder, faceLikeness: describer, searches: budget } = env;
      return observeSeveralFaces({ finder, describer, tracks, meter, budget });
    },
    forgetFaces: () => tracks?.clear(),
    answerPictures: ({ handle }) => answerPictures(handle, clock),
    settleCrops: () => settleCrops(options.faceCrops, phaseMs, expiry$),
    hearSpeech: () => hearSpeech(() => env.voices.open(), meter, env.judge$),
    logMel: () => (sound$) =>
      sound$.pipe(
        // It loads its models before the second in which somebody begins to speak is over.
        tap(({ speech }) => void (speech && voiceEncoder?.warmUp())),
        logMel(meter, voiceEncoder !== null),
      ),
    encodeVoice: (forget$) =>
      encodeVoice(
        {
          ...{ encoder: voiceEncoder, secondOf: takeSecond, patience$: encoderPatience$ },
          ...{ affords: () => env.load.affordsExtras, meter },
        },
        forget$,
      ),
    toFeatures: (window, heard) => {
      const from = performance.now();
      const heardMs = voiceEncoder && clock();
      // What had no time to be settled (a picture after a gap) goes just before its window.
      const crops = chosenCrops(mainFrames(window.frames), options.faceCrops, window.startMs)
        .filter(({ frame }) => !frame.value.settled)
        .map(settled);
      const features = assembleFeatures(window, clock(), options.faceCrops, heard);
      meter.observe('emostream_stage_duration_seconds', (performance.now() - from) / 1000, { stage: 'features' });
      features.timing.featuresMs = clock();
      return [...crops, { type: 'window', features, trace: traces.begin(features, heardMs) }];
    },
  };
}
