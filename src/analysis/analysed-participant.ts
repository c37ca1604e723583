import { type Consent, NO_CONSENT, type Source } from '../common/consent.js';
import type { MediaProblem } from '../common/media-problem.js';
import type { EventBus } from '../events/bus.js';
import type { Meter } from '../common/metrics.js';
import type { WindowFeatures } from '../features/types.js';
import type { ParticipantAnalysis, TrackControl, TrackInfo, TrackSink } from '../sfu/types.js';
import type { AnalysisThread } from './analysis-thread.js';
import type { WindowPublisher } from './window-publisher.js';

interface Track {
  handle: number;
  info: TrackInfo;
  control: TrackControl;
  paused: boolean;
}

export interface ParticipantDeps {
  key: number;
  who: { room: string; participant: string };
  thread: AnalysisThread;
  publisher: (allowed: () => Consent) => WindowPublisher;
  bus: EventBus;
  meter: Meter;
  clock: () => number;
  /** A new handle, by which key frame requests find this participant. */
  registerTrack(): number;
  releaseTrack(handle: number): void;
  onClosed(): void;
}

/** A tap that is made anew (a change of simulcast layers) closes a track for an instant; nobody is told of that. */
const TRACK_GRACE_MS = 1000;

const MODALITY = { camera: 'face', microphone: 'voice' } as const satisfies Record<Source, keyof Consent>;

type EndReason = Parameters<ParticipantAnalysis['close']>[0] | 'consent-withdrawn' | 'tracks-ended';

/**
 * One participant's analysis in the main thread: keeps consent and tracks, tells the thread, and tells subscribers when
 * analysis begins, changes and ends.
 */
export class AnalysedParticipant implements ParticipantAnalysis {
  readonly #deps: ParticipantDeps;
  readonly #publisher: WindowPublisher;
  readonly #tracks = new Map<number, Track>();
  /** What keeps media of a track from being analysed, told or (for want of consent) not. */
  readonly #problems = new Map<Source, MediaProblem>();
  #thread: AnalysisThread;
  #consent: Consent = NO_CONSENT;
  #analysed: Consent = NO_CONSENT;
  #lastWindowEnd = 0;
  #graceTimer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(deps: ParticipantDeps) {
    this.#deps = deps;
    this.#thread = deps.thread;
    this.#publisher = deps.publisher(() => this.#consent);
    this.#thread.send({ type: 'open', key: deps.key });
  }

  setConsent(consent: Consent): void {
    if (this.#closed) return;
    const words = consent.words !== this.#consent.words;
    const before = this.#consent;
    this.#consent = { ...consent };
    for (const [source, problem] of this.#problems) {
      const modality = MODALITY[source];
      if (consent[modality] && !before[modality]) this.#tellProblem(source, problem);
    }
    if (words) this.#thread.send({ type: 'words', key: this.#deps.key, enabled: consent.words });
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
        this.#thread.packet(track.handle, data, arrivalMs);
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
        if (!this.#tracks.delete(track.handle)) return;
        this.#deps.releaseTrack(track.handle);
        this.#thread.send({ type: 'trackClose', handle: track.handle });
        this.#update();
      },
    };
  }

  caption(words: { text: string; startMs: number; endMs: number; arrivalMs: number }): void {
    if (this.#closed || !this.#consent.words) return;
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
    clearTimeout(this.#graceTimer);
    if (isAnything(this.#analysed)) this.#end(reason);
    this.#publisher.close();
    for (const handle of this.#tracks.keys()) this.#deps.releaseTrack(handle);
    this.#tracks.clear();
    this.#thread.send({ type: 'close', key: this.#deps.key });
    this.#deps.onClosed();
  }

  // --- from the analyser ------------------------------------------------------------------------------------------

  window(features: WindowFeatures): void {
    // A window that closed before analysis ended may arrive after the end was told; nothing follows an end.
    if (!isAnything(this.#analysed)) {
      this.#deps.meter.count('emostream_dropped_total', { stage: 'publish', reason: 'participant-ended' });
      return;
    }
    this.#lastWindowEnd = Math.max(this.#lastWindowEnd, features.endMs);
    void this.#publisher.process(features);
  }

  skipped(startMs: number, endMs: number): void {
    this.#lastWindowEnd = Math.max(this.#lastWindowEnd, endMs);
    this.#publisher.gap(startMs, endMs, 'overloaded');
  }

  keyFrame(handle: number): void {
    this.#tracks.get(handle)?.control.requestKeyFrame();
  }

  /** The thread died; everything is opened again in another one, and subscribers are told what they missed. */
  moveTo(thread: AnalysisThread): void {
    this.#thread = thread;
    thread.send({ type: 'open', key: this.#deps.key });
    if (this.#consent.words) thread.send({ type: 'words', key: this.#deps.key, enabled: true });
    for (const track of this.#tracks.values()) {
      this.#openInThread(track);
      track.control.requestKeyFrame();
    }
    const now = Math.floor(this.#deps.clock() / 1000) * 1000;
    if (isAnything(this.#analysed) && this.#lastWindowEnd > 0 && now > this.#lastWindowEnd) {
      this.#publisher.gap(this.#lastWindowEnd, now, 'analysis-restarted');
      this.#lastWindowEnd = now;
    }
  }

  #openInThread(track: Track): void {
    this.#thread.send({ type: 'trackOpen', key: this.#deps.key, handle: track.handle, track: track.info });
    if (track.paused) this.#thread.send({ type: 'trackPaused', handle: track.handle, paused: true });
  }

  /** Works out what is analysed now and tells subscribers of a change; of a lost track only if it stays lost. */
  #update(graceIsOver = false): void {
    if (this.#closed) return;
    clearTimeout(this.#graceTimer);
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
      this.#graceTimer = setTimeout(() => this.#update(true), TRACK_GRACE_MS);
      this.#graceTimer.unref();
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

const isAnything = (consent: Consent) => consent.face || consent.voice || consent.words;
