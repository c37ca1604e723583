import type { Logger } from 'pino';
import { Bulkhead } from '../common/bulkhead.js';
import { type Consent, isAnything, isWithdrawal, NO_CONSENT, type Source } from '../common/consent.js';
import { MODALITIES } from '../common/emotions.js';
import { EmostreamError } from '../common/errors.js';
import { scheduleTimeout, type Schedule } from '../common/schedule.js';
import type { MediaProblem } from '../common/media-problem.js';
import type { EventBus } from '../events/bus.js';
import type { EndEvent } from '../events/schema.js';
import type { Meter } from '../common/metrics.js';
import type { WindowFeatures } from '../features/types.js';
import type { ParticipantAnalysis, TrackControl, TrackInfo, TrackSink } from '../sfu/types.js';
import type { AnalysisThread } from './analysis-thread.js';
import type { ConsentTerms } from './messages.js';
import type { WindowPublisher } from './window-publisher.js';

interface Track {
  handle: number;
  info: TrackInfo;
  control: TrackControl;
  paused: boolean;
}

/** What is used of an analysis thread. */
export type ThreadEnd = Pick<AnalysisThread, 'send' | 'packet'>;

export interface ParticipantDeps {
  key: number;
  who: { room: string; participant: string };
  thread: ThreadEnd;
  publisher: (analysing: () => boolean) => WindowPublisher;
  bus: EventBus;
  meter: Meter;
  logger: Logger;
  clock: () => number;
  schedule?: Schedule;
  /** A new handle, by which key frame requests find this participant. */
  registerTrack(): number;
  releaseTrack(handle: number): void;
  onClosed(): void;
}

/** A tap that is made anew (a change of simulcast layers) closes a track for an instant; nobody is told of that. */
const TRACK_GRACE_MS = 1000;

const MODALITY = { camera: 'face', microphone: 'voice' } as const satisfies Record<Source, keyof Consent>;

/** Who goes like this does not come back for their seat; a lost one (also one taken away by a limit) may be taken again. */
const FOR_GOOD: ReadonlySet<string> = new Set<EndEvent['reason']>(['left', 'token-expired']);

type EndReason = Parameters<ParticipantAnalysis['close']>[0] | 'consent-withdrawn' | 'tracks-ended';

/**
 * One participant's analysis in the main thread: keeps consent and tracks, tells the thread, and tells subscribers when
 * analysis begins, changes and ends.
 *
 * Whenever something that was consented to is withdrawn, a new generation of consent begins, also when it is given again at
 * once: the thread forgets what was withdrawn and names the generation with every window, windows of an earlier one are
 * not published, smoothing starts anew, and the journal forgets the person.
 */
export class AnalysedParticipant implements ParticipantAnalysis {
  readonly #deps: ParticipantDeps;
  readonly #publisher: WindowPublisher;
  /** An error in its analysis ends the analysis, with a word to subscribers; the call goes on. */
  readonly bulkhead: Bulkhead;
  readonly #tracks = new Map<number, Track>();
  /** What keeps media of a track from being analysed, told or (for want of consent) not. */
  readonly #problems = new Map<Source, MediaProblem>();
  #thread: ThreadEnd;
  #consent: Consent = NO_CONSENT;
  #generation = 1;
  /** When the present consent to each was given, server wall clock, ms. */
  readonly #given: ConsentTerms['given'] = { face: 0, voice: 0, words: 0 };
  #analysed: Consent = NO_CONSENT;
  #lastWindowEnd = 0;
  /** No window has come of the thread that took over. */
  #resuming = false;
  #cancelGrace: (() => void) | undefined;
  #closed = false;

  constructor(deps: ParticipantDeps) {
    this.#deps = deps;
    this.bulkhead = new Bulkhead('participant', { ...deps, close: () => this.close('failed') });
    this.#thread = deps.thread;
    this.#publisher = deps.publisher(() => isAnything(this.#analysed));
    this.#publisher.begin(this.#generation);
    this.#thread.send({ type: 'open', key: deps.key });
    deps.bus.enter(deps.who);
  }

  setConsent(consent: Consent): void {
    if (this.#closed) return;
    const before = this.#consent;
    this.#consent = { ...consent };
    for (const modality of MODALITIES) {
      if (consent[modality] && !before[modality]) this.#given[modality] = this.#deps.clock();
    }
    if (isWithdrawal(before, consent)) this.#publisher.begin(++this.#generation);
    // Their taps close too, but nothing of them may be taken from here on, in whatever thread.
    for (const track of [...this.#tracks.values()]) if (!consent[MODALITY[track.info.source]]) this.#closeTrack(track);
    this.#tellConsent();
    this.#deps.bus.consent(this.#deps.who, consent);
    for (const [source, problem] of this.#problems) {
      const modality = MODALITY[source];
      if (consent[modality] && !before[modality]) this.#tellProblem(source, problem);
    }
    this.#update();
  }

  addTrack(info: TrackInfo, control: TrackControl): TrackSink {
    const track: Track = { handle: this.#deps.registerTrack(), info, control, paused: false };
    this.#tracks.set(track.handle, track);
    this.#openInThread(track);
    this.#update();
    return {
      packet: ({ data, arrivalMs }) => {
        if (!this.#tracks.has(track.handle)) return;
        this.#deps.meter.count('emostream_rtp_packets_total', { kind: info.kind });
        this.#thread.packet(this.#deps.key, track.handle, data, arrivalMs);
      },
      senderReport: (report) => {
        if (this.#tracks.has(track.handle)) {
          this.#thread.send({ type: 'senderReport', handle: track.handle, report });
        }
      },
      setPaused: (paused) => {
        if (!this.#tracks.has(track.handle)) return;
        track.paused = paused;
        this.#thread.send({ type: 'trackPaused', handle: track.handle, paused });
      },
      close: () => {
        if (this.#closeTrack(track)) this.#update();
      },
    };
  }

  caption(words: { text: string; startMs: number; endMs: number; arrivalMs: number }): void {
    if (this.#closed || !this.#consent.words) return;
    if (words.startMs <= this.#given.words) {
      throw new EmostreamError('CONSENT_REQUIRED', 'startMs: these words began before consent to words was given');
    }
    this.#thread.send({ type: 'caption', key: this.#deps.key, ...words });
  }

  /** Subscribers hear of it while its owner consents to the analysis of that track, from the moment of consent on. */
  mediaProblem(source: Source, problem: MediaProblem | null): void {
    if (this.#closed) return;
    if (problem) this.#problems.set(source, problem);
    else this.#problems.delete(source);
    if (this.#consent[MODALITY[source]]) this.#tellProblem(source, problem);
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
      () => isAnything(this.#analysed) && this.#end(reason),
      () => this.#publisher.close(),
      () => {
        for (const handle of this.#tracks.keys()) this.#deps.releaseTrack(handle);
        this.#tracks.clear();
      },
      () => this.#thread.send({ type: 'close', key: this.#deps.key }),
      () => this.#deps.bus.leave(this.#deps.who, !FOR_GOOD.has(reason)),
      () => this.#deps.onClosed(),
    );
  }

  // --- from the analyser ------------------------------------------------------------------------------------------

  window(features: WindowFeatures, generation: number): void {
    if (this.#resuming && features.revision === 0) {
      this.#resuming = false;
      // Media may have taken until after the edge of another second to come to the new thread.
      this.#tellLost(features.startMs);
    }
    this.#lastWindowEnd = Math.max(this.#lastWindowEnd, features.endMs);
    this.bulkhead.attempt(() => this.#publisher.process(features, generation));
  }

  skipped(startMs: number, endMs: number): void {
    this.#lastWindowEnd = Math.max(this.#lastWindowEnd, endMs);
    this.#publisher.gap(startMs, endMs, 'overloaded');
  }

  trackProblem(handle: number, problem: MediaProblem): void {
    this.#tracks.get(handle)?.control.stop(problem);
  }

  keyFrame(handle: number): void {
    this.#tracks.get(handle)?.control.requestKeyFrame();
  }

  /** The thread died; everything is opened again in another one, and subscribers are told what they missed. */
  moveTo(thread: ThreadEnd): void {
    this.#thread = thread;
    thread.send({ type: 'open', key: this.#deps.key });
    this.#tellConsent();
    for (const track of this.#tracks.values()) {
      this.#openInThread(track);
      track.control.requestKeyFrame();
    }
    this.#resuming = true;
    this.#tellLost(Math.floor(this.#deps.clock() / 1000) * 1000);
  }

  /** Windows up to this time went down with the thread. */
  #tellLost(untilMs: number): void {
    if (this.#lastWindowEnd === 0 || untilMs <= this.#lastWindowEnd) return;
    this.#publisher.gap(this.#lastWindowEnd, untilMs, 'analysis-restarted');
    this.#lastWindowEnd = untilMs;
  }

  #tellConsent(): void {
    const terms: ConsentTerms = { generation: this.#generation, consent: this.#consent, given: { ...this.#given } };
    this.#thread.send({ type: 'consent', key: this.#deps.key, ...terms });
  }

  #closeTrack({ handle }: Track): boolean {
    if (!this.#tracks.delete(handle)) return false;
    this.#deps.releaseTrack(handle);
    this.#thread.send({ type: 'trackClose', handle });
    return true;
  }

  #openInThread(track: Track): void {
    this.#thread.send({ type: 'trackOpen', key: this.#deps.key, handle: track.handle, track: track.info });
    if (track.paused) this.#thread.send({ type: 'trackPaused', handle: track.handle, paused: true });
  }

  /** Works out what is analysed now and tells subscribers of a change; of a lost track only if it stays lost. */
  #update(graceIsOver = false): void {
    if (this.#closed) return;
    this.#cancelGrace?.();
    const kinds = new Set([...this.#tracks.values()].map((track) => track.info.kind));
    const next: Consent = {
      face: this.#consent.face && kinds.has('video'),
      voice: this.#consent.voice && kinds.has('audio'),
      words: this.#consent.words,
    };
    const before = this.#analysed;
    if (next.face === before.face && next.voice === before.voice && next.words === before.words) return;
    const lostTrack =
      (before.face && !next.face && this.#consent.face) || (before.voice && !next.voice && this.#consent.voice);
    if (lostTrack && !graceIsOver) {
      const { schedule = scheduleTimeout } = this.#deps;
      this.#cancelGrace = schedule(
        TRACK_GRACE_MS,
        this.bulkhead.wrap(() => this.#update(true)),
      );
      return;
    }
    this.#analysed = next;
    if (isAnything(next)) {
      // Windows begin at whole seconds: should the thread die before the first one comes, a gap tells of it from here on.
      if (!isAnything(before)) this.#lastWindowEnd = Math.ceil(this.#deps.clock() / 1000) * 1000;
      this.#deps.bus.publish({ type: 'begin', ...this.#deps.who, at: this.#deps.clock(), analysed: next });
      this.#deps.meter.count('emostream_events_total', { type: 'begin' });
    } else {
      this.#end(isAnything(this.#consent) ? 'tracks-ended' : 'consent-withdrawn');
      this.#lastWindowEnd = 0;
    }
  }

  #end(reason: EndReason): void {
    this.#deps.bus.publish({ type: 'end', ...this.#deps.who, at: this.#deps.clock(), reason });
    this.#deps.meter.count('emostream_events_total', { type: 'end' });
  }
}
