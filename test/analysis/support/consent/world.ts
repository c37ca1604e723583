import { AnalysedParticipant } from '../../../../src/analysis/analysed-participant.js';
import { WindowPublisher } from '../../../../src/analysis/window-publisher.js';
import { WordsShowing } from '../../../../src/analysis/words-showing.js';
import { type Consent, NO_CONSENT } from '../../../../src/common/consent.js';
import { EMOTIONS, MODALITIES } from '../../../../src/common/emotions.js';
import { EmostreamError } from '../../../../src/common/errors.js';
import { silentMeter } from '../../../../src/common/metrics.js';
import type { EventRecord } from '../../../../src/events/event-record.js';
import { InProcessBus } from '../../../../src/events/in-process-bus.js';
import type { RoomEvent } from '../../../../src/events/schema.js';
import type { WindowFeatures } from '../../../../src/features/types.js';
import type { ShownWords, TappedTrack, TrackSink } from '../../../../src/sfu/types.js';
import { silentLogger } from '../../../sfu/support/sfu-fixture.js';
import { ManualSchedule } from '../../../events/support/manual-schedule.js';
import { SimulatedEngine, type WindowMark } from './engine.js';
import { ConsentLedger, type Measurement } from './ledger.js';
import { SimulatedSubscriber } from './subscriber.js';
import { type SimulatedItem, SimulatedThread } from './thread.js';

export const ROOM = 'room';
export const RETENTION_MS = 4000;
export const SEAT_HOLD_MS = 2000;
const STEP_MS = 50;
const START_MS = 1_000_000;

interface Tap {
  person: string;
  modality: 'face' | 'voice';
  sink: TrackSink;
  handle: number;
}

interface Seat {
  analysis: AnalysedParticipant;
  consent: Consent;
  showWords: boolean;
  taps: Partial<Record<'face' | 'voice', Tap>>;
}

interface Captured extends SimulatedItem {
  person: string;
}

/** Everything between cameras and subscribers in simulated time: people, a slow thread, a slow engine, slow sockets. */
export class ConsentWorld {
  /** How long things wait before they are worked off, ms. */
  readonly lag = { network: 0, taps: 0, thread: 0, windows: 0, engine: 0 };
  readonly subscribers: SimulatedSubscriber[] = [];
  readonly #time = new ManualSchedule();
  readonly #ledger = new ConsentLedger();
  readonly #bus: InProcessBus;
  readonly #engine: SimulatedEngine;
  readonly #measurements: Measurement[] = [];
  readonly #items = new Map<number, SimulatedItem>();
  readonly #marks = new WeakMap<WindowFeatures, WindowMark>();
  readonly #windows: { measurements: number[]; mark: WindowMark }[] = [];
  readonly #seats = new Map<string, Seat>();
  /** What ends the wait for somebody's return. */
  readonly #awaited = new Map<string, () => void>();
  readonly #network: Captured[] = [];
  /** Taps that are still open though their owner withdrew. */
  readonly #lingering = new Set<Tap>();
  readonly #people = new Map<number, AnalysedParticipant>();
  /** Up to which number everything of a person was forgotten; after they left, how they stood as well. */
  readonly #forgotten = new Map<string, { epoch: string; seq: number; left: boolean }[]>();
  #thread: SimulatedThread;
  #newest = { epoch: '', seq: 0 };
  #key = 0;
  #handle = 0;

  constructor(subscribers: number, options: { journalSize: number }) {
    let epochs = 0;
    this.#bus = new InProcessBus({
      ...options,
      retentionMs: RETENTION_MS,
      seatHoldMs: SEAT_HOLD_MS,
      schedule: this.#time.schedule,
      newEpoch: () => `e${String(++epochs)}`,
    });
    this.#bus.subscribe(ROOM, ({ epoch, seq }) => (this.#newest = { epoch, seq }));
    this.#engine = new SimulatedEngine(this.#clock, (features) => this.#marks.get(features)!);
    this.#thread = this.#startThread();
    for (let i = 0; i < subscribers; i++) {
      this.subscribers.push(new SimulatedSubscriber(this.#bus, ROOM, this.#check, this.#violated));
    }
  }

  /** What broke the rule: told by the next `pass`, for it happens where nobody may throw. */
  readonly violations: string[] = [];
  readonly #violated = (what: string): void => void this.violations.push(what);

  readonly #clock = (): number => START_MS + this.#time.now;

  seated(person: string): boolean {
    return this.#seats.has(person);
  }

  consentOf(person: string): Consent {
    return this.#seats.get(person)?.consent ?? NO_CONSENT;
  }

  /** Emotion events that left so far. */
  emotionsSent = 0;

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      this.#time.pass(STEP_MS);
      for (const person of this.#seats.keys()) this.#capture(person);
      this.#arrive();
      this.#thread.work(this.lag.thread);
      this.#thread.deliver(this.lag.windows);
      this.#engine.work(this.lag.engine);
      await settled();
      for (const subscriber of this.subscribers) subscriber.work();
      if (this.violations[0]) throw new Error(this.violations[0]);
    }
  }

  join(person: string, consent: Consent, showWords = false): void {
    this.#awaited.get(person)?.();
    const key = ++this.#key;
    const who = { room: ROOM, participant: person };
    const analysis = new AnalysedParticipant({
      key,
      who,
      phaseMs: (key % 8) * 125,
      process: this.#thread,
      refusal: null,
      publisher: (analysing, bulkhead) =>
        new WindowPublisher(
          who,
          {
            runner: this.#engine,
            bus: this.#bus,
            meter: silentMeter,
            clock: this.#clock,
            engine: { name: 'simulated', model: '0' },
            smoothingMs: 2000,
          },
          analysing,
          bulkhead,
        ),
      words: new WordsShowing({
        clock: this.#clock,
        meter: silentMeter,
        tell: (words) => this.#checkWords(person, words),
      }),
      bus: this.#bus,
      meter: silentMeter,
      logger: silentLogger,
      clock: this.#clock,
      schedule: this.#time.schedule,
      registerTrack: () => ++this.#handle,
      releaseTrack: () => undefined,
      onClosed: () => this.#people.delete(key),
    });
    this.#people.set(key, analysis);
    this.#seats.set(person, { analysis, consent: NO_CONSENT, showWords: false, taps: {} });
    this.consent(person, consent, showWords);
  }

  consent(person: string, consent: Consent, showWords = this.showsWords(person)): void {
    const seat = this.#seats.get(person)!;
    const mark = { ...this.#newest };
    const before = MODALITIES.map((modality) => this.#ledger.measured(person, modality, 0));
    this.#ledger.consent(person, consent);
    this.#show(person, showWords && consent.words);
    this.#word(person);
    const withdrawn = before.some((measurement) => measurement.term !== null && !this.#ledger.stands(measurement));
    seat.analysis.setConsent(consent, showWords);
    if (withdrawn) this.#forget(person, mark, false);
    seat.consent = consent;
    seat.showWords = showWords;
    // As ParticipantTaps does, except that taps need no time to open, and may need some to close.
    for (const modality of ['face', 'voice'] as const) {
      if (!consent[modality]) this.closeTap(person, modality);
      else seat.taps[modality] ??= this.#openTap(person, seat, modality);
    }
  }

  /** A tap is made anew, as at a change of layers, or ends. */
  closeTap(person: string, modality: 'face' | 'voice', again = false): void {
    const seat = this.#seats.get(person)!;
    const open = seat.taps[modality];
    delete seat.taps[modality];
    if (open && this.lag.taps > 0) {
      this.#lingering.add(open);
      this.#time.schedule(this.lag.taps, () => {
        this.#lingering.delete(open);
        open.sink.close();
      });
    } else open?.sink.close();
    if (again && open) seat.taps[modality] = this.#openTap(person, seat, modality);
  }

  /** Words said some time ago; whether they are taken is the product's to decide. */
  say(person: string, agoMs: number, lengthMs: number): void {
    const now = this.#clock();
    // Under which consent they were said only the past can tell: said before a change of consent, they are under none.
    const startMs = now - agoMs - lengthMs;
    const said = this.#words.get(person)?.findLast(({ mediaTime }) => mediaTime < startMs);
    const measurement = { ...(said ?? this.#none(person)), mediaTime: startMs };
    this.#shownWhen.set(measurement, (said && this.#shownWhen.get(said)) ?? null);
    const id = this.#measurements.push(measurement) - 1;
    try {
      const { analysis } = this.#seats.get(person)!;
      analysis.caption({ text: String(id), startMs, endMs: now - agoMs, arrivalMs: now });
    } catch (error) {
      if (!(error instanceof EmostreamError && error.code === 'CONSENT_REQUIRED')) throw error;
    }
  }

  leave(person: string, reason: 'left' | 'timed-out' | 'removed'): void {
    const { analysis } = this.#seats.get(person)!;
    this.#seats.delete(person);
    analysis.close(reason);
    this.#show(person, false);
    const mark = { ...this.#newest };
    if (reason === 'left') {
      this.#ledger.left(person);
      this.#forget(person, mark, true);
      return;
    }
    this.#ledger.lost(person);
    this.#awaited.set(
      person,
      this.#time.schedule(SEAT_HOLD_MS, () => this.#ledger.gone(person)),
    );
  }

  killThread(): void {
    this.#thread.dead = true;
    for (const analysis of this.#people.values()) analysis.interrupt();
  }

  /** Taps are made anew where the next process listens, as RtpTap does it. */
  restartThread(): void {
    if (!this.#thread.dead) return;
    this.#thread = this.#startThread();
    for (const analysis of this.#people.values()) analysis.moveTo(this.#thread);
    for (const [person, seat] of this.#seats) {
      for (const modality of ['face', 'voice'] as const) {
        if (!seat.taps[modality]) continue;
        seat.taps[modality].sink.close();
        seat.taps[modality] = this.#openTap(person, seat, modality);
      }
    }
  }

  /** Everything that waits is worked off; then every subscriber must have been told of everything. */
  async finish(): Promise<void> {
    this.restartThread();
    Object.assign(this.lag, { network: 0, taps: 0, thread: 0, windows: 0, engine: 0 });
    for (const subscriber of this.subscribers) {
      subscriber.slow = false;
      subscriber.answer();
    }
    await this.pass(3000);
    for (let turn = 0; turn < 60; turn++) for (const subscriber of this.subscribers) subscriber.work();
    for (const { place, subscribed } of this.subscribers) {
      if (!subscribed || !place || this.#newest.epoch !== place.epoch) continue;
      if (place.seq !== this.#newest.seq) this.#violated(`not told of ${place.seq + 1} to ${this.#newest.seq}`);
    }
    if (this.violations[0]) throw new Error(this.violations[0]);
  }

  /** When somebody's consent to words was what, to know under which something was said. */
  readonly #words = new Map<string, Measurement[]>();

  #capture(person: string): void {
    const now = this.#clock();
    const wordId = this.#measurements.push(this.#word(person)) - 1;
    const modalities = this.#time.now % 100 === 0 ? (['face', 'voice'] as const) : (['face'] as const);
    for (const modality of modalities) {
      const id = this.#measurements.push(this.#ledger.measured(person, modality, now)) - 1;
      this.#network.push({ person, id, wordId, modality, mediaTime: now, arrivalMs: now + this.lag.network });
    }
  }

  /** In which time of showing each word was said; null: in none. */
  readonly #shownWhen = new WeakMap<Measurement, number | null>();
  readonly #shows = new Map<string, { on: boolean; ended: number }>();

  showsWords(person: string): boolean {
    return this.#seats.get(person)?.showWords ?? false;
  }

  #show(person: string, on: boolean): void {
    const before = this.#shows.get(person) ?? { on: false, ended: 0 };
    this.#shows.set(person, { on, ended: before.ended + (before.on && !on ? 1 : 0) });
  }

  #word(person: string): Measurement {
    const word = this.#ledger.measured(person, 'words', this.#clock());
    const { on, ended } = this.#shows.get(person) ?? { on: false, ended: 0 };
    this.#shownWhen.set(word, on ? ended : null);
    const words = this.#words.get(person) ?? [];
    if (words.push(word) > 200) words.shift();
    this.#words.set(person, words);
    return word;
  }

  #arrive(): void {
    const now = this.#clock();
    const due = this.#network.filter(({ arrivalMs }) => arrivalMs <= now);
    for (const item of due) {
      this.#network.splice(this.#network.indexOf(item), 1);
      this.#items.set(item.id, { ...item, arrivalMs: now });
      const tap = this.#seats.get(item.person)?.taps[item.modality];
      for (const { person, modality, handle } of tap ? [tap, ...this.#lingering] : this.#lingering) {
        if (person === item.person && modality === item.modality) this.#thread.packet(handle, item.id);
      }
    }
  }

  #openTap(person: string, seat: Seat, modality: 'face' | 'voice'): Tap {
    const [source, kind] = modality === 'face' ? (['camera', 'video'] as const) : (['microphone', 'audio'] as const);
    const info: TappedTrack = {
      ...{ trackId: '', source, kind, codec: 'VP8', payloadType: 96, clockRate: 90_000 },
      ...{ ssrc: 1, fromPort: 1, simulcast: false },
    };
    const nothing = () => undefined;
    const sink = seat.analysis.addTrack(info, { requestKeyFrame: nothing, stop: nothing, flood: nothing });
    return { person, modality, sink, handle: this.#handle };
  }

  #startThread(): SimulatedThread {
    return new SimulatedThread({
      clock: this.#clock,
      item: (id) => this.#items.get(id)!,
      onMade: (features, measurements) => {
        const mark = { id: this.#windows.length, mood: 0 };
        this.#marks.set(features, mark);
        this.#windows.push({ measurements, mark });
      },
      onOutput: (key, output) => {
        if (output.type === 'window') this.#marks.get(output.features)!.mood = key * 3 + output.generation;
        this.#people.get(key)?.output(output);
      },
    });
  }

  #none(person: string): Measurement {
    return { person, modality: 'words', term: null, mediaTime: 0 };
  }

  #forget(person: string, { epoch, seq }: { epoch: string; seq: number }, left: boolean): void {
    const forgotten = this.#forgotten.get(person) ?? [];
    forgotten.push({ epoch, seq, left });
    this.#forgotten.set(person, forgotten);
  }

  /** Words that were told so far. */
  wordsTold = 0;

  /** The rule of words, at the moment when they are told to those who may read them. */
  #checkWords(person: string, { text, source }: ShownWords): void {
    this.wordsTold += 1;
    const fail = (what: string) => this.#violated(`${what}, at ${this.#clock()}: ${source} ${text} of ${person}`);
    const { on, ended } = this.#shows.get(person) ?? { on: false, ended: 0 };
    if (!on) fail('words were told of somebody who shows none');
    for (const id of text.split(' ').map(Number)) {
      const measurement = this.#measurements[id];
      if (!measurement || measurement.person !== person) return fail('words of somebody else were told');
      if (!this.#ledger.stands(measurement)) fail(`words were told without consent to ${measurement.modality}`);
      if (measurement.modality !== 'words') continue;
      if (this.#shownWhen.get(measurement) !== ended) fail('words were told that were said while none were shown');
    }
  }

  /** The rule, at the moment when something leaves. */
  readonly #check = ({ text, type, participant, epoch, seq }: EventRecord, ended: Set<string>): void => {
    const fail = (what: string) => this.#violated(`${what}, at ${this.#clock()}: ${text}`);
    for (const forgotten of this.#forgotten.get(participant) ?? []) {
      if (epoch !== forgotten.epoch || seq > forgotten.seq || type === 'end') continue;
      if (type !== 'begin' || forgotten.left) fail('an event that was forgotten was sent');
    }
    if (type === 'begin') ended.delete(participant);
    else if (type === 'end') ended.add(participant);
    else if (ended.has(participant)) fail('something followed the end');
    if (type !== 'emotion') return;
    this.emotionsSent += 1;
    const event = JSON.parse(text) as Extract<RoomEvent, { type: 'emotion' }>;
    const window = this.#windows[Math.round(event.confidence * 10_000)];
    if (!window) return fail('an event of no window');
    for (const id of window.measurements) {
      const measurement = this.#measurements[id];
      if (!measurement || measurement.person !== participant || !this.#ledger.stands(measurement)) {
        fail(`${JSON.stringify(measurement)} was measured under a consent that does not stand`);
      }
    }
    const mood = EMOTIONS[window.mark.mood % EMOTIONS.length];
    for (const emotion of EMOTIONS) {
      if (emotion !== mood && (event.smoothed?.[emotion] ?? 0) > 0) fail('smoothed scores hold an earlier generation');
    }
    for (const modality of ['face', 'voice'] as const) {
      if (event[modality].state === 'live' && !this.#hadMedia(event, modality)) {
        fail(`${modality} is told to have been live`);
      }
    }
  };

  /** Media were captured in the window under a consent that stands. */
  #hadMedia({ participant, window }: Extract<RoomEvent, { type: 'emotion' }>, modality: 'face' | 'voice'): boolean {
    return this.#measurements.some(
      (m) =>
        m.person === participant &&
        m.modality === modality &&
        m.mediaTime < window.end &&
        m.mediaTime + 100 > window.start &&
        this.#ledger.stands(m),
    );
  }
}

/** Promises that are settled have had their say. */
async function settled(): Promise<void> {
  for (let i = 0; i < 8; i++) await Promise.resolve();
}
