import { Subject, type Subscription } from 'rxjs';
import type { ThreadEnd } from '../../../../src/analysis/analysed-participant.js';
import { ConsentedStreams } from '../../../../src/analysis/consented-streams.js';
import type { ToAnalysis } from '../../../../src/analysis/messages.js';
import { Transcription } from '../../../../src/analysis/transcription.js';
import { silentMeter } from '../../../../src/common/metrics.js';
import type { WindowFeatures } from '../../../../src/features/types.js';
import { type AlignedWindow, alignWindows, type TranscriberOptions } from '../../../../src/streams/index.js';

/** A decoder gives an item out so much later, ms. */
const DECODING = 60;
/** A recogniser gives words of what it heard so much later, ms, also when it was closed meanwhile. */
const RECOGNISING = 700;

export interface SimulatedItem {
  id: number;
  modality: 'face' | 'voice';
  mediaTime: number;
  arrivalMs: number;
  /** The word that is said in a piece of sound, as a measurement of its own. */
  wordId: number;
}

export interface ThreadDeps {
  clock: () => number;
  item(id: number): SimulatedItem;
  onWindow(key: number, generation: number, features: WindowFeatures, measurements: number[]): void;
  onSkipped(key: number, startMs: number, endMs: number): void;
}

type Incoming = ToAnalysis | { type: 'packet'; handle: number; id: number };

/** An analysis thread without decoders and features: the real streams, alignment and transcription between slow queues. */
export class SimulatedThread implements ThreadEnd {
  dead = false;
  readonly #deps: ThreadDeps;
  readonly #inbox: { atMs: number; message: Incoming }[] = [];
  readonly #outbox: { atMs: number; deliver: () => void }[] = [];
  readonly #people = new Map<number, SimulatedPipeline>();
  readonly #owners = new Map<number, number>();
  readonly #tick = new Subject<number>();

  constructor(deps: ThreadDeps) {
    this.#deps = deps;
  }

  send(message: ToAnalysis): void {
    if (!this.dead) this.#inbox.push({ atMs: this.#deps.clock(), message });
  }

  packet(_key: number, handle: number, data: Uint8Array): void {
    const id = new DataView(data.buffer).getUint32(0);
    if (!this.dead) this.#inbox.push({ atMs: this.#deps.clock(), message: { type: 'packet', handle, id } });
  }

  /** Works off what has waited for `lagMs`. */
  work(lagMs: number): void {
    if (this.dead) return;
    const now = this.#deps.clock();
    while (this.#inbox[0] && this.#inbox[0].atMs <= now - lagMs) this.#handle(this.#inbox.shift()!.message);
    for (const person of this.#people.values()) person.tick(now);
    this.#tick.next(now);
  }

  /** Hands over what has waited for `lagMs`; also of a thread that died meanwhile. */
  deliver(lagMs: number): void {
    const now = this.#deps.clock();
    while (this.#outbox[0] && this.#outbox[0].atMs <= now - lagMs) this.#outbox.shift()!.deliver();
  }

  #handle(message: Incoming): void {
    switch (message.type) {
      case 'packet':
        this.#person(message.handle)?.packet(message.handle, this.#deps.item(message.id));
        break;
      case 'open': {
        const { key } = message;
        const later = (deliver: () => void) => this.#outbox.push({ atMs: this.#deps.clock(), deliver });
        this.#people.set(
          key,
          new SimulatedPipeline({
            clock: this.#deps.clock,
            tick$: this.#tick,
            onWindow: (...window) => later(() => this.#deps.onWindow(key, ...window)),
            onSkipped: (startMs, endMs) => later(() => this.#deps.onSkipped(key, startMs, endMs)),
          }),
        );
        break;
      }
      case 'close':
        this.#people.get(message.key)?.close();
        this.#people.delete(message.key);
        break;
      case 'consent':
        this.#people.get(message.key)?.streams.setConsent(message);
        break;
      case 'caption':
        this.#people.get(message.key)?.streams.caption(message);
        break;
      case 'trackOpen':
        this.#owners.set(message.handle, message.key);
        this.#people.get(message.key)?.openTrack(message.handle, message.track.kind === 'video' ? 'face' : 'voice');
        break;
      case 'trackClose':
        this.#person(message.handle)?.closeTrack(message.handle);
        break;
      default:
        break;
    }
  }

  #person(handle: number): SimulatedPipeline | undefined {
    return this.#people.get(this.#owners.get(handle) ?? -1);
  }
}

interface PipelineDeps {
  clock: () => number;
  tick$: Subject<number>;
  onWindow(generation: number, features: WindowFeatures, measurements: number[]): void;
  onSkipped(startMs: number, endMs: number): void;
}

/** As ParticipantPipeline, where values are the numbers of measurements. */
class SimulatedPipeline {
  readonly streams: ConsentedStreams<number, number>;
  readonly #deps: PipelineDeps;
  readonly #tracks = new Map<number, { modality: 'face' | 'voice'; decoding: SimulatedItem[] }>();
  readonly #transcription: Transcription;
  readonly #subscription: Subscription;
  /** Words on their way out of recognisers. */
  readonly #recognising: { atMs: number; give: () => void }[] = [];

  constructor(deps: PipelineDeps) {
    this.#deps = deps;
    this.#transcription = new Transcription({
      factory: (options) => this.#recogniser(options),
      onWords: (words) => this.streams.caption(words),
      meter: silentMeter,
      clock: deps.clock,
    });
    this.streams = new ConsentedStreams({
      meter: silentMeter,
      setWordsWanted: (wanted) => this.#transcription.setWanted(wanted),
    });
    const options = { meter: silentMeter, wordsRevisionHorizonMs: 5000, wordsWindowMs: 8000, audioWindowMs: 3000 };
    this.#subscription = alignWindows(this.streams, deps.tick$, options).subscribe((aligned) => {
      if (aligned.type === 'skipped') return deps.onSkipped(aligned.startMs, aligned.endMs);
      const { features, measurements } = featuresOf(aligned.window);
      deps.onWindow(this.streams.generation, features, measurements);
    });
  }

  openTrack(handle: number, modality: 'face' | 'voice'): void {
    this.#tracks.set(handle, { modality, decoding: [] });
    this.streams.setTrack({ modality, on: true, paused: false });
  }

  packet(handle: number, item: SimulatedItem): void {
    this.#tracks.get(handle)?.decoding.push(item);
  }

  closeTrack(handle: number): void {
    const track = this.#tracks.get(handle);
    if (!track) return;
    this.#tracks.delete(handle);
    if (track.modality === 'voice') this.#transcription.stop();
    const replaced = [...this.#tracks.values()].some(({ modality }) => modality === track.modality);
    if (!replaced) this.streams.setTrack({ modality: track.modality, on: false, paused: false });
  }

  tick(now: number): void {
    for (const { decoding } of this.#tracks.values()) {
      while (decoding[0] && decoding[0].arrivalMs <= now - DECODING) this.#decoded(decoding.shift()!, now);
    }
    while (this.#recognising[0] && this.#recognising[0].atMs <= now) this.#recognising.shift()!.give();
  }

  close(): void {
    for (const handle of [...this.#tracks.keys()]) this.closeTrack(handle);
    this.#transcription.stop();
    this.#subscription.unsubscribe();
    this.streams.close();
  }

  #decoded({ id, wordId, modality, mediaTime, arrivalMs }: SimulatedItem, decodedMs: number): void {
    const timed = { mediaTime, arrivalMs, decodedMs, value: id };
    if (modality === 'face') {
      this.streams.picture(mediaTime, () => ({ ...timed, durationMs: 0 }));
      this.streams.progress({ modality: 'face', mediaTime, arrivalMs });
      return;
    }
    this.streams.sound(mediaTime, () => {
      this.#transcription.push({ mediaTime, arrivalMs, decodedMs, samples: Float32Array.of(id, wordId) });
      return { ...timed, durationMs: 100 };
    });
  }

  /** One word for each piece of sound, late, and with no regard to being closed. */
  #recogniser({ onWords }: TranscriberOptions) {
    return {
      push: ({ mediaTime, samples, arrivalMs }: { mediaTime: number; samples: Float32Array; arrivalMs: number }) => {
        const words = { text: samples.join(' '), startMs: mediaTime, endMs: mediaTime + 100, arrivalMs };
        this.#recognising.push({ atMs: this.#deps.clock() + RECOGNISING, give: () => onWords(words) });
      },
      close: () => undefined,
    };
  }
}

function featuresOf(window: AlignedWindow<number, number>): { features: WindowFeatures; measurements: number[] } {
  const { frames, audio, words, closedMs } = window;
  const { startMs, endMs, revision, closedBy, state } = window;
  const features: WindowFeatures = {
    ...{ startMs, endMs, revision, closedBy, state },
    face:
      frames.length > 0
        ? { crops: new Uint8Array(), count: frames.length, quality: [1], box: { x: 0, y: 0, width: 1, height: 1 } }
        : null,
    voice: audio.length > 0 ? { logMel: new Float32Array(), quality: [1] } : null,
    words: words.length > 0 ? { tokens: new Int32Array(), count: words.length, meta: [], quality: [1] } : null,
    timing: { lastMediaMs: null, lastArrivalMs: null, lastDecodedMs: null, closedMs, featuresMs: closedMs },
  };
  const measurements = [...frames, ...audio].map(({ value }) => value);
  return { features, measurements: [...measurements, ...words.flatMap(({ text }) => text.split(' ').map(Number))] };
}
