import type { Observable, Subscription } from 'rxjs';
import { statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AnalysisEnv } from '../../analysis/child/analysis-env.js';
import { participantWindows } from '../../analysis/child/participant-windows.js';
import type { ParticipantOutput } from '../../analysis/messages.js';
import { FaceFinder } from '../../features/face-finder.js';
import { FaceLikeness } from '../../features/face-likeness.js';
import { WORDS_WINDOW_MS } from '../../features/types.js';
import type { VideoFrame } from '../../media/index.js';
import {
  isEnglish,
  RecordingRecognition,
  SileroNetwork,
  VoiceActivities,
  VoiceEncoderThread,
} from '../../speech/index.js';
import type { FileInfo, FileJob } from '../messages.js';
import { FileMedia } from './file-media.js';
import { fileStages } from './file-stages.js';
import { openRecording, type Recording } from './recording.js';
import type { StageMeter } from './stage-meter.js';
import { isPicture, openStills } from './still-pictures.js';

const SECOND_MS = 1000;
/**
 * Sound is read so far ahead of the windows, ms: a piece of speech is over by then, whose words are in the windows in which they
 * are said from the first. Also the recogniser always has something to do.
 */
const SOUND_AHEAD_MS = 20_000;
/** Sound is judged so much at a time, ms. */
const JUDGED_MS = 1000;
/** A rest of a second that is shorter makes no window, ms. */
const LEAST_REST_MS = 200;

export interface FileAnalysisDeps {
  meter: StageMeter;
  onOutput(output: ParticipantOutput): void;
  /** Resolves when another window may follow. */
  room(): Promise<void>;
}

/** What finds faces, and what tells them apart, where several are followed. */
interface Faces {
  faceFinder: FaceFinder | null;
  faceLikeness: FaceLikeness | null;
}

/**
 * A recording through the spine of a call, in the recording's own time: media are given in order, then the clock is moved on, and
 * what takes time is waited for in between. Nothing waits in memory but what half a minute of sound needs.
 */
export class FileAnalysis {
  readonly info: FileInfo;
  readonly #deps: FileAnalysisDeps;
  readonly #job: FileJob;
  readonly #recording: Recording;
  readonly #faces: Faces = { faceFinder: null, faceLikeness: null };
  #voices: VoiceActivities | null = null;
  readonly #encoder: VoiceEncoderThread | null;
  readonly #recognition: RecordingRecognition | null;
  readonly #media: FileMedia;
  readonly #captions: FileJob['captions'] & object;
  #windows: Subscription | null = null;
  /** How far sound was read, and the newest time of anything, ms. */
  #headMs = 0;
  #soundOver: boolean;
  #pending: { frame: VideoFrame; newScene: boolean } | null = null;
  #pictureOver = false;
  #caption = 0;
  /** Windows that came out of the spine. */
  #emitted = 0;
  #onEmitted: () => void = () => undefined;
  #failure: unknown = null;

  /** @throws EmostreamError when the recording cannot be read, or what hears speech cannot be loaded */
  static async open(job: FileJob, deps: FileAnalysisDeps): Promise<FileAnalysis> {
    const isStill = statSync(job.path, { throwIfNoEntry: false })?.isDirectory() === true || isPicture(job.path);
    const recording = isStill ? openStills(job.path, job.name) : openRecording(job.path, job.name);
    const analysis = new FileAnalysis(job, deps, recording);
    try {
      await analysis.#load();
      return analysis;
    } catch (error) {
      await analysis.close();
      throw error;
    }
  }

  private constructor(job: FileJob, deps: FileAnalysisDeps, recording: Recording) {
    this.#job = job;
    this.#deps = deps;
    this.#recording = recording;
    const { meter } = deps;
    const { hasVideo, hasAudio, format, durationMs } = recording;
    const fromMs = job.skip * SECOND_MS;
    this.#captions = [...(job.captions ?? [])].sort((a, b) => a.startMs - b.startMs);
    const recognises = job.captions === null && hasAudio && job.speechModel !== null;
    this.#recognition = recognises
      ? new RecordingRecognition({ model: job.speechModel!, meter, fromMs: fromMs - WORDS_WINDOW_MS })
      : null;
    this.#encoder =
      job.voiceEncoder && hasAudio ? new VoiceEncoderThread({ meter, clock: () => performance.now() }) : null;
    const words = job.captions ? 'captions' : recognises ? 'recognised' : 'none';
    this.info = { format, durationMs, hasVideo, hasAudio, words };
    this.#soundOver = !hasAudio;
    this.#pictureOver = !hasVideo;
    this.#media = new FileMedia({ hasVideo, hasAudio, hasWords: words !== 'none' });
  }

  /** What the recording asks for, and nothing else; threads load theirs meanwhile. */
  async #load(): Promise<void> {
    const { hasVideo, hasAudio } = this.#recording;
    this.#recognition?.warmUp();
    this.#encoder?.warmUp();
    if (hasAudio) this.#voices = new VoiceActivities(await SileroNetwork.load(this.#job.voiceActivityModel));
    if (!hasVideo) return;
    if (this.#job.maxFaces > 1) this.#faces.faceLikeness = await FaceLikeness.create();
    this.#faces.faceFinder = await FaceFinder.create();
  }

  /** @returns how long the recording was, ms @throws EmostreamError */
  async run(): Promise<{ durationMs: number; problems: ReturnType<Recording['problems']> }> {
    this.#windows = this.#spine().subscribe({
      next: (output) => this.#take(output),
      error: (error: unknown) => {
        this.#failure = error;
        this.#onEmitted();
      },
    });
    this.#media.tick(0);
    let closed = 0;
    for (; !this.#isOver(closed * SECOND_MS); closed++) {
      const end = (closed + 1) * SECOND_MS;
      await this.#hearTo(end + SOUND_AHEAD_MS);
      this.#lookTo(end);
      if (this.#isOver(closed * SECOND_MS)) break;
      this.#readTo(end);
      await this.#recognition?.told(end);
      await this.#emittedAll(closed);
      await this.#deps.room();
      // Answers of threads, and what the command says, come between two seconds.
      await nextTurn();
      this.#media.tick(end);
    }
    await this.#emittedAll(closed);
    this.#recording.requireAnything();
    return { durationMs: Math.round(this.#recording.endMs), problems: this.#recording.problems() };
  }

  async close(): Promise<void> {
    this.#windows?.unsubscribe();
    this.#recording.close();
    this.#faces.faceFinder?.dispose();
    this.#faces.faceLikeness?.dispose();
    this.#voices?.dispose();
    await Promise.all([this.#recognition?.close(), this.#encoder?.close()]);
  }

  #spine(): Observable<ParticipantOutput> {
    const { meter } = this.#deps;
    const { faceCrops, maxFaces, skip, speechModel } = this.#job;
    const env: AnalysisEnv = {
      // In the recording's own time a window is over when its second is, and words were told before.
      options: { allowedLatenessMs: 0, wordsRevisionHorizonMs: 0 },
      transcriber: this.#recognition?.open ?? null,
      judgesSpeech: speechModel === null || isEnglish(speechModel.language),
      tick$: this.#media.tick$,
      handledMs: (now) => now,
      clock: () => this.#headMs,
      // A recording that was begun anew in the middle would not be the same.
      attempts: 0,
      meter,
    };
    const stages = {
      ...{ meter, ...this.#faces, voices: this.#voices, voiceEncoder: this.#encoder },
      ...{ judge$: this.#media.judge$, faceCrops, maxFaces, fromMs: skip * SECOND_MS },
    };
    return participantWindows(this.#media, () => fileStages(stages), env);
  }

  #take(output: ParticipantOutput): void {
    this.#deps.onOutput(output);
    if (output.type !== 'window') return;
    this.#emitted += 1;
    this.#onEmitted();
  }

  /** All windows so far have come out, and nothing failed. */
  async #emittedAll(count: number): Promise<void> {
    while (this.#emitted < count && this.#failure === null) {
      await new Promise<void>((resolve) => (this.#onEmitted = resolve));
    }
    if (this.#failure !== null) throw this.#failure;
  }

  async #hearTo(timeMs: number): Promise<void> {
    let judgedMs = this.#headMs;
    while (!this.#soundOver && this.#headMs < timeMs) {
      while (this.#recognition?.isBehind) await this.#recognition.progress();
      const chunk = this.#deps.meter.time('decode', () => this.#recording.sound());
      if (chunk) {
        this.#headMs = Math.max(this.#headMs, chunk.arrivalMs);
        this.#media.sound(chunk);
      }
      if (!chunk || this.#headMs >= judgedMs + JUDGED_MS) {
        this.#media.judge(this.#headMs);
        judgedMs = this.#headMs;
      }
      if (chunk) continue;
      this.#soundOver = true;
      this.#recognition?.end();
    }
    this.#headMs = Math.max(this.#headMs, timeMs);
  }

  #lookTo(timeMs: number): void {
    while (!this.#pictureOver) {
      this.#pending ??= this.#deps.meter.time('decode', () => this.#recording.picture());
      if (!this.#pending) {
        this.#pictureOver = true;
        return;
      }
      const { frame, newScene } = this.#pending;
      if (frame.mediaTime >= timeMs) return;
      this.#pending = null;
      this.#media.picture(frame, newScene);
    }
  }

  #readTo(timeMs: number): void {
    for (; (this.#captions[this.#caption]?.startMs ?? Infinity) < timeMs; this.#caption++) {
      const caption = this.#captions[this.#caption]!;
      this.#media.caption({ ...caption, arrivalMs: caption.endMs });
    }
  }

  #isOver(timeMs: number): boolean {
    const restMs = this.#recording.endMs - timeMs;
    return this.#pictureOver && this.#soundOver && restMs < (timeMs === 0 ? 1 : LEAST_REST_MS);
  }
}
