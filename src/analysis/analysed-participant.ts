import type { Logger } from 'pino';
import { Bulkhead } from '../common/bulkhead.js';
import { type Consent, isAnything, NO_CONSENT, type Source } from '../common/consent.js';
import { EmostreamError } from '../common/errors.js';
import { scheduleTimeout, type Schedule } from '../common/schedule.js';
import type { MediaProblem } from '../common/media-problem.js';
import type { EventBus } from '../events/bus.js';
import type { EndEvent } from '../events/schema.js';
import type { Meter } from '../common/metrics.js';
import type { PacketDestination, ParticipantAnalysis, TrackControl, TappedTrack, TrackSink } from '../sfu/types.js';
import { nextEdge, windowStart } from '../common/window-start.js';
import { ConsentRecord } from './consent-record.js';
import type { AnalysedWindow, ParticipantOutput } from './messages.js';
import { type ProcessEnd, ProcessTracks, type ProcessTracksDeps } from './process-tracks.js';
import type { WindowPublisher } from './window-publisher.js';
import type { WordsShowing } from './words-showing.js';

export interface ParticipantDeps extends ProcessTracksDeps {
  who: { room: string; participant: string };
  /** Their windows begin so long after whole seconds, ms. */
  phaseMs: number;
  /** Analysis of this person is refused from the start. */
  refusal: MediaProblem | null;
  /** Analysis of this person begins when there is room: with `moveTo`. */
  waitsFor?: MediaProblem | null;
  publisher: (analysing: () => boolean, bulkhead: Bulkhead) => WindowPublisher;
  words: WordsShowing;
  bus: EventBus;
  meter: Meter;
  logger: Logger;
  clock: () => number;
  schedule?: Schedule;
  onClosed(): void;
}

/** A tap that is made anew (a change of simulcast layers) closes a track for an instant; nobody is told of that. */
const TRACK_GRACE_MS = 1000;

const MODALITY = { camera: 'face', microphone: 'voice' } as const satisfies Record<Source, keyof Consent>;

/** Who goes like this does not come back for their seat; a lost one (also one taken away by a limit) may be taken again. */
const FOR_GOOD: ReadonlySet<string> = new Set<EndEvent['reason']>(['left', 'token-expired']);

/**
 * One participant's analysis in the main process: keeps consent and tracks, tells the analysis process, and tells subscribers
 * when analysis begins, changes and ends.
 *
 * Whenever something that was consented to is withdrawn, a new generation of consent begins, also when it is given again at
 * once: the process forgets what was withdrawn and names the generation with every window, windows of an earlier one are
 * not published, smoothing starts anew, and the journal forgets the person.
 */
export class AnalysedParticipant implements ParticipantAnalysis {
  readonly #deps: ParticipantDeps;
  readonly #publisher: WindowPublisher;
  /** An error in its analysis ends the analysis, with a word to subscribers; the call goes on. */
  readonly bulkhead: Bulkhead;
  readonly #tracks: ProcessTracks;
  /** What keeps media of a track from being analysed, told or (for want of consent) not. */
  readonly #problems = new Map<Source, MediaProblem>();
  #refusal: MediaProblem | null;
  #waitsFor: MediaProblem | null;
  readonly #record = new ConsentRecord();
  #analysed: Consent = NO_CONSENT;
  #lastWindowEnd = 0;
  /** The process is gone, and with it the windows up to now. */
  #interrupted: boolean;
  #cancelGrace: (() => void) | undefined;
  #closed = false;

  constructor(deps: ParticipantDeps) {
    this.#deps = deps;
    this.bulkhead = new Bulkhead('participant', { ...deps, close: () => this.close('failed') });
    this.#tracks = new ProcessTracks(deps);
    this.#refusal = deps.refusal;
    this.#waitsFor = deps.waitsFor ?? null;
    this.#interrupted = deps.process === null;
    this.#publisher = deps.publisher(() => isAnything(this.#analysed), this.bulkhead);
    this.#publisher.begin(this.#record.generation);
    this.#open();
    deps.bus.enter(deps.who);
  }

  setConsent(consent: Consent, showWords = false): void {
    if (this.#closed) return;
    const before = this.#record.consent;
    const withdrawn = this.#record.change(consent, this.#deps.clock());
    this.#deps.words.agreed(before, { consent, showWords });
    if (withdrawn) this.#publisher.begin(this.#record.generation);
    // Their taps close too, but nothing of them may be taken from here on, in whatever process.
    this.#tracks.closeWhere(({ source }) => !consent[MODALITY[source]]);
    this.#tellConsent();
    this.#deps.bus.consent(this.#deps.who, consent);
    for (const [source, problem] of this.#problems) {
      const modality = MODALITY[source];
      if (consent[modality] && !before[modality]) this.#tellProblem(source, problem);
    }
    this.#update();
  }

  get key(): number {
    return this.#deps.key;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get who(): { room: string; participant: string } {
    return this.#deps.who;
  }

  get waitsFor(): MediaProblem | null {
    return this.#waitsFor;
  }

  get refusal(): MediaProblem | null {
    return this.#refusal;
  }

  onDestination(listener: (destination: PacketDestination | null) => void): () => void {
    return this.#tracks.onDestination(listener);
  }

  addTrack(info: TappedTrack, control: TrackControl): TrackSink {
    return this.#tracks.add(info, control, () => this.#update());
  }

  caption(words: { text: string; startMs: number; endMs: number; arrivalMs: number }): boolean {
    if (this.#closed || !this.#record.consent.words) return false;
    if (words.startMs <= this.#record.wordsSinceMs) {
      throw new EmostreamError('CONSENT_REQUIRED', 'startMs: these words began before consent to words was given');
    }
    this.#tracks.send({ type: 'caption', key: this.#deps.key, ...words });
    return this.#deps.words.caption(words);
  }

  /** Subscribers hear of it while its owner consents to the analysis of that track, from the moment of consent on. */
  mediaProblem(source: Source, problem: MediaProblem | null): void {
    if (this.#closed) return;
    if (problem) this.#problems.set(source, problem);
    else this.#problems.delete(source);
    if (this.#record.consent[MODALITY[source]]) this.#tellProblem(source, problem);
  }

  #tellProblem(source: Source, problem: MediaProblem | null): void {
    this.#deps.bus.publish({ type: 'media', ...this.#deps.who, at: this.#deps.clock(), source, problem });
    this.#deps.meter.count('emostream_events_total', { type: 'media' });
  }

  close(reason: Parameters<ParticipantAnalysis['close']>[0]): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelGrace?.();
    this.bulkhead.steps(
      () => this.#tellOutage(),
      () => isAnything(this.#analysed) && this.#end(reason),
      () => this.#deps.words.close(),
      () => this.#publisher.close(),
      () => this.#tracks.closeAll(),
      () => this.#tracks.send({ type: 'close', key: this.#deps.key }),
      () => this.#deps.bus.leave(this.#deps.who, !FOR_GOOD.has(reason)),
      () => this.#deps.onClosed(),
    );
  }

  // --- from the analyser ------------------------------------------------------------------------------------------

  output(output: ParticipantOutput): void {
    if (output.type === 'skipped') this.#skipped(output.startMs, output.endMs);
    else if (output.type === 'crop') this.#publisher.crop(output);
    else if (output.type === 'picture') this.#picture(output);
    else if (output.type === 'words') this.#deps.words.recognised(output.words, output.term);
    else this.#window(output);
  }

  trackOpened(handle: number): void {
    this.#tracks.opened(handle);
  }

  askTrack(handle: number, ask: (control: TrackControl) => void): void {
    const control = this.#tracks.control(handle);
    if (control) ask(control);
  }

  /** The process died, and nothing has taken its place yet. */
  interrupt(): void {
    this.#interrupted = true;
    for (const tell of this.#tracks.interrupt()) this.bulkhead.attempt(tell);
  }

  /** Another process takes over: everything is opened again in it, and subscribers are told what they missed. */
  moveTo(process: ProcessEnd): void {
    if (this.#refusal) return;
    const tellTaps = this.#tracks.moveTo(process);
    this.#interrupted = false;
    this.#deps.words.moved();
    this.#open();
    this.#tellConsent();
    for (const tell of tellTaps) this.bulkhead.attempt(tell);
    this.#tellLost(windowStart(this.#deps.clock(), this.#deps.phaseMs));
    if (!this.#waitsFor) return;
    this.#waitsFor = null;
    this.#update();
  }

  /** Their media are not analysed any more: they end the process again and again. Subscribers and the call are told. */
  setAside(problem: MediaProblem): void {
    if (this.#refusal || this.#closed) return;
    this.#tracks.send({ type: 'close', key: this.#deps.key });
    this.interrupt();
    this.#refusal = problem;
    for (const control of this.#tracks.controls) control.stop(problem);
    this.#update(true);
  }

  #open(): void {
    this.#tracks.send({ type: 'open', key: this.#deps.key, phaseMs: this.#deps.phaseMs });
  }

  #picture(picture: Extract<ParticipantOutput, { type: 'picture' }>): void {
    this.bulkhead.attempt(async () => {
      const answer = await this.#publisher.picture(picture);
      this.askTrack(picture.handle, (control) => control.answered?.(answer));
    });
  }

  #window(window: AnalysedWindow): void {
    const { startMs, endMs, revision } = window.features;
    // A hole: the streams began anew, or media took until after the edge of another second to come to a new process.
    if (revision === 0) this.#tellLost(startMs);
    this.#lastWindowEnd = Math.max(this.#lastWindowEnd, endMs);
    this.#publisher.take(window);
  }

  #skipped(startMs: number, endMs: number): void {
    this.#lastWindowEnd = Math.max(this.#lastWindowEnd, endMs);
    this.#publisher.gap(startMs, endMs, 'overloaded');
  }

  /** Windows up to this time went down with the process, or with the streams. */
  #tellLost(untilMs: number): void {
    if (this.#lastWindowEnd === 0 || untilMs <= this.#lastWindowEnd) return;
    this.#publisher.gap(this.#lastWindowEnd, untilMs, 'analysis-restarted');
    this.#lastWindowEnd = untilMs;
  }

  /** Who is not analysed any more when another process comes hears nothing from it of the windows that the last one took along. */
  #tellOutage(): void {
    if (this.#interrupted) this.#tellLost(windowStart(this.#deps.clock(), this.#deps.phaseMs));
  }

  #tellConsent(): void {
    this.#tracks.send({ type: 'consent', key: this.#deps.key, ...this.#record.terms(this.#deps.words.showing) });
  }

  /** Works out what is analysed now and tells subscribers of a change; of a lost track only if it stays lost. */
  #update(graceIsOver = false): void {
    if (this.#closed) return;
    this.#cancelGrace?.();
    const kinds = new Set(this.#tracks.infos.map(({ kind }) => kind));
    const may = this.#refusal || this.#waitsFor ? NO_CONSENT : this.#record.consent;
    const next: Consent = {
      face: may.face && kinds.has('video'),
      voice: may.voice && kinds.has('audio'),
      words: may.words,
    };
    const before = this.#analysed;
    if (next.face === before.face && next.voice === before.voice && next.words === before.words) return;
    const lostTrack = (before.face && !next.face && may.face) || (before.voice && !next.voice && may.voice);
    if (lostTrack && !graceIsOver) {
      const { schedule = scheduleTimeout } = this.#deps;
      this.#cancelGrace = schedule(
        TRACK_GRACE_MS,
        this.bulkhead.wrap(() => this.#update(true)),
      );
      return;
    }
    if (!isAnything(next)) this.#tellOutage();
    this.#analysed = next;
    if (isAnything(next)) {
      // Should the process die before the first window comes, a gap tells of it from the next one's beginning on.
      if (!isAnything(before)) this.#lastWindowEnd = nextEdge(this.#deps.clock(), this.#deps.phaseMs);
      this.#deps.bus.publish({ type: 'begin', ...this.#deps.who, at: this.#deps.clock(), analysed: next });
      this.#deps.meter.count('emostream_events_total', { type: 'begin' });
    } else {
      this.#end(this.#endReason());
      this.#lastWindowEnd = 0;
    }
  }

  #endReason(): EndEvent['reason'] {
    if (this.#refusal) return 'set-aside';
    return isAnything(this.#record.consent) ? 'tracks-ended' : 'consent-withdrawn';
  }

  #end(reason: EndEvent['reason']): void {
    this.#deps.bus.publish({ type: 'end', ...this.#deps.who, at: this.#deps.clock(), reason });
    this.#deps.meter.count('emostream_events_total', { type: 'end' });
  }
}
