import { BehaviorSubject, defer, filter, merge, type Observable, Subject } from 'rxjs';
import { NO_CONSENT, type Source } from '../../common/consent.js';
import type { TrackInput } from '../../media/index.js';
import { ReportSelector } from '../../sfu/report-selector.js';
import type { DirectMedia, SenderReport, TapPacket, TappedTrack } from '../../sfu/types.js';
import type { TimedWords } from '../../streams/index.js';
import type { ConsentTerms } from '../messages.js';

/** One track for as long as it is open: `input$` completes with it. */
export interface Track<I> {
  /** As it stands when the track is subscribed to; changes come as input. */
  readonly paused: boolean;
  readonly input$: Observable<I>;
  /** Of `input$`, those that say that it is paused or goes on, for who wants to know nothing else. */
  readonly pause$: Observable<boolean>;
}

/** A track of a call: packets, and reports of their sender. */
export interface MediaTrack extends Track<TrackInput> {
  readonly handle: number;
  readonly info: TappedTrack;
}

/**
 * What one participant sends and consents to, as streams. All are hot: what comes while nobody listens is gone. Of a recording the
 * tracks are others.
 */
export interface ParticipantMedia<T extends Track<unknown> = MediaTrack> {
  /** Tracks from this source: those that are open, then those that open. */
  track$(source: Source): Observable<T>;
  caption$: Observable<TimedWords>;
  /** The consent that stands, and each that follows. */
  terms$: Observable<ConsentTerms>;
  readonly terms: ConsentTerms;
  /** Their windows begin so long after whole seconds, ms. */
  readonly phaseMs: number;
  /** The participant is gone. */
  closed$: Observable<void>;
}

/** The door by which one track's packets and reports become a stream. Nothing is held here. */
export class TrackDoor implements MediaTrack {
  readonly #input = new Subject<TrackInput>();
  readonly #pauses = new Subject<boolean>();
  readonly #reports: ReportSelector;
  readonly input$ = this.#input.asObservable();
  readonly pause$ = this.#pauses.asObservable();
  paused = false;

  constructor(
    readonly handle: number,
    readonly info: TappedTrack,
  ) {
    this.#reports = new ReportSelector({
      clockRate: info.clockRate,
      simulcast: info.simulcast,
      deliver: (report) => this.#input.next({ type: 'report', report }),
    });
  }

  packet(packet: TapPacket): void {
    if (this.info.simulcast) this.#reports.packet(timestampOf(packet.data), packet.arrivalMs);
    this.#input.next({ type: 'packet', packet });
  }

  /** What came by no RTP. */
  media(piece: DirectMedia): void {
    this.#input.next({ type: 'media', piece });
  }

  report(report: SenderReport): void {
    this.#reports.report(report);
  }

  preferReports(ssrc: number | undefined): void {
    this.#reports.prefer(ssrc);
  }

  setPaused(paused: boolean): void {
    this.paused = paused;
    this.#input.next({ type: 'paused', paused });
    this.#pauses.next(paused);
  }

  close(): void {
    this.#input.complete();
    this.#pauses.complete();
  }
}

/** The door by which what the main process says of one participant becomes streams. */
export class ParticipantDoor implements ParticipantMedia {
  readonly #open = new Map<number, TrackDoor>();
  readonly #opened = new Subject<MediaTrack>();
  readonly #captions = new Subject<TimedWords>();
  readonly #terms = new BehaviorSubject<ConsentTerms>({
    generation: 0,
    consent: NO_CONSENT,
    given: { face: 0, voice: 0, words: 0 },
    showing: null,
  });
  readonly #closed = new Subject<void>();
  readonly caption$ = this.#captions.asObservable();
  readonly closed$ = this.#closed.asObservable();
  readonly terms$ = this.#terms.asObservable();

  constructor(readonly phaseMs = 0) {}

  get terms(): ConsentTerms {
    return this.#terms.value;
  }

  get tracks(): number {
    return this.#open.size;
  }

  track$(source: Source): Observable<MediaTrack> {
    return defer(() => merge([...this.#open.values()], this.#opened)).pipe(
      filter(({ info }) => info.source === source),
    );
  }

  openTrack(track: TrackDoor): void {
    this.#open.set(track.handle, track);
    this.#opened.next(track);
  }

  closeTrack(handle: number): void {
    this.#open.get(handle)?.close();
    this.#open.delete(handle);
  }

  caption(words: TimedWords): void {
    this.#captions.next(words);
  }

  setConsent(terms: ConsentTerms): void {
    this.#terms.next(terms);
  }

  /** Streams still listened to: for leak tests. */
  get observed(): boolean {
    return [this.#opened, this.#captions, this.#terms, this.#closed].some((subject) => subject.observed);
  }

  close(): void {
    this.#closed.next();
    for (const handle of [...this.#open.keys()]) this.closeTrack(handle);
    for (const subject of [this.#opened, this.#captions, this.#terms, this.#closed]) subject.complete();
  }
}

/** RTP timestamp (RFC 3550 §5.1); 0 of what is too short to be a packet, which the receiver refuses. */
function timestampOf(data: Uint8Array): number {
  if (data.length < 8) return 0;
  return new DataView(data.buffer, data.byteOffset).getUint32(4);
}
