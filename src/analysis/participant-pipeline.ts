import type { Observable, Subscription } from 'rxjs';
import type { Clock } from '../common/clock.js';
import type { Modality } from '../common/emotions.js';
import type { MediaProblem } from '../common/media-problem.js';
import type { Meter } from '../common/metrics.js';
import { assembleFeatures } from '../features/assemble.js';
import type { FaceFinder } from '../features/face-finder.js';
import { FaceObserver } from '../features/face-observer.js';
import {
  type FaceObservation,
  VOICE_WINDOW_MS,
  type VoiceObservation,
  type WindowFeatures,
  WORDS_WINDOW_MS,
} from '../features/types.js';
import { VoiceObserver } from '../features/voice-observer.js';
import { AudioTrackReceiver, MediaClock, VideoTrackReceiver } from '../media/index.js';
import type { SenderReport, TrackInfo } from '../sfu/types.js';
import { alignWindows } from '../streams/index.js';
import type { TranscriberFactory } from '../streams/transcriber.js';
import { ConsentedStreams } from './consented-streams.js';
import type { AnalysisOptions, ConsentTerms } from './messages.js';
import { Transcription } from './transcription.js';

export interface PipelineDeps {
  options: AnalysisOptions;
  /** Shared by the participants of a thread. */
  faceFinder: FaceFinder;
  tick$: Observable<number>;
  /** Speech recognition on the server, where one is configured. */
  transcriber: TranscriberFactory | null;
  clock: Clock;
  meter: Meter;
  onWindow(features: WindowFeatures, generation: number): void;
  onSkipped(startMs: number, endMs: number): void;
  requestKeyFrame(handle: number): void;
  onTrackProblem(handle: number, problem: MediaProblem): void;
}

interface Track {
  modality: Modality;
  receiver: VideoTrackReceiver | AudioTrackReceiver;
  closeObserver(): void;
}

/**
 * The whole way of one participant's media inside an analysis thread: packets → receivers → pictures and sound → face and
 * voice observations as RxJS streams → aligned windows → features.
 */
export class ParticipantPipeline {
  readonly #deps: PipelineDeps;
  readonly #mediaClock: MediaClock;
  readonly #streams: ConsentedStreams<FaceObservation, VoiceObservation>;
  readonly #tracks = new Map<number, Track>();
  readonly #subscription: Subscription;
  readonly #transcription: Transcription | null;

  constructor(deps: PipelineDeps) {
    this.#deps = deps;
    this.#mediaClock = new MediaClock(deps.meter);
    const { options, meter, clock } = deps;
    this.#transcription =
      deps.transcriber &&
      new Transcription({
        factory: deps.transcriber,
        meter,
        clock,
        onWords: (segment) => {
          this.#streams.caption(segment);
        },
      });
    const transcription = this.#transcription;
    this.#streams = new ConsentedStreams({
      meter,
      setWordsWanted:
        transcription &&
        ((wanted) => {
          transcription.setWanted(wanted);
        }),
    });
    this.#subscription = alignWindows(this.#streams, deps.tick$, {
      meter,
      allowedLatenessMs: options.allowedLatenessMs,
      wordsRevisionHorizonMs: options.wordsRevisionHorizonMs,
      audioWindowMs: VOICE_WINDOW_MS,
      wordsWindowMs: WORDS_WINDOW_MS,
    }).subscribe((aligned) => {
      if (aligned.type === 'skipped') return deps.onSkipped(aligned.startMs, aligned.endMs);
      const from = performance.now();
      const features = assembleFeatures(aligned.window, clock(), options.faceCrops);
      meter.observe('emostream_stage_duration_seconds', (performance.now() - from) / 1000, { stage: 'features' });
      features.timing.featuresMs = clock();
      deps.onWindow(features, this.#streams.generation);
    });
  }

  get tracks(): number {
    return this.#tracks.size;
  }

  openTrack(handle: number, info: TrackInfo): void {
    this.#tracks.set(handle, info.kind === 'video' ? this.#video(handle, info) : this.#audio(info));
    this.#streams.setTrack({ modality: info.kind === 'video' ? 'face' : 'voice', on: true, paused: false });
  }

  packet(handle: number, data: Uint8Array, arrivalMs: number): void {
    this.#tracks.get(handle)?.receiver.packet({ data, arrivalMs });
  }

  senderReport(handle: number, report: SenderReport): void {
    this.#tracks.get(handle)?.receiver.senderReport(report);
  }

  setPaused(handle: number, paused: boolean): void {
    const track = this.#tracks.get(handle);
    if (!track) return;
    track.receiver.setPaused(paused);
    this.#streams.setTrack({ modality: track.modality, on: true, paused });
  }

  closeTrack(handle: number): void {
    const track = this.#tracks.get(handle);
    if (!track) return;
    this.#tracks.delete(handle);
    track.receiver.close();
    track.closeObserver();
    const replaced = [...this.#tracks.values()].some((other) => other.modality === track.modality);
    if (!replaced) this.#streams.setTrack({ modality: track.modality, on: false, paused: false });
  }

  setConsent(terms: ConsentTerms): void {
    this.#streams.setConsent(terms);
  }

  caption(words: { text: string; startMs: number; endMs: number; arrivalMs: number }): void {
    this.#streams.caption(words);
  }

  /** Gives up on missing packets; the windows are closed by `tick$`. */
  tick(now: number): void {
    for (const track of this.#tracks.values()) track.receiver.tick(now);
  }

  close(): void {
    for (const handle of [...this.#tracks.keys()]) this.closeTrack(handle);
    this.#transcription?.stop();
    this.#subscription.unsubscribe();
    this.#streams.close();
  }

  #video(handle: number, info: TrackInfo): Track {
    const { meter, clock, faceFinder, requestKeyFrame, onTrackProblem } = this.#deps;
    const observer = new FaceObserver(faceFinder, {}, meter);
    const receiver = new VideoTrackReceiver(info, {
      meter,
      clock,
      mediaClock: this.#mediaClock,
      requestKeyFrame: () => {
        requestKeyFrame(handle);
      },
      maxPixelRate: this.#deps.options.maxPixelRate,
      onProblem: (problem) => {
        onTrackProblem(handle, problem);
      },
      onFrame: (frame) => {
        const { mediaTime, arrivalMs, decodedMs } = frame;
        this.#streams.picture(mediaTime, () => ({
          mediaTime,
          durationMs: 0,
          arrivalMs,
          decodedMs,
          value: observer.observe(frame),
        }));
      },
      onProgress: (mediaTime) => {
        this.#streams.progress({ modality: 'face', mediaTime, arrivalMs: clock() });
      },
    });
    return {
      modality: 'face',
      receiver,
      closeObserver: () => {
        observer.close();
      },
    };
  }

  #audio(info: TrackInfo): Track {
    const { meter, clock } = this.#deps;
    const observer = new VoiceObserver(meter);
    const receiver = new AudioTrackReceiver(info, {
      meter,
      clock,
      mediaClock: this.#mediaClock,
      onChunk: (chunk) => {
        this.#streams.sound(chunk.mediaTime, () => {
          this.#transcription?.push(chunk);
          return observer.observe(chunk);
        });
      },
    });
    return {
      modality: 'voice',
      receiver,
      closeObserver: () => {
        observer.close();
        this.#transcription?.stop();
      },
    };
  }
}
