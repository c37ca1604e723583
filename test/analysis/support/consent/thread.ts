import { concatMap, filter, identity, map, Observable, skip, Subject, type Subscription } from 'rxjs';
import type { ProcessEnd } from '../../../../src/analysis/process-tracks.js';
import type { AnalysisEnv } from '../../../../src/analysis/child/analysis-env.js';
import { type MediaTrack, ParticipantDoor, TrackDoor } from '../../../../src/analysis/child/participant-media.js';
import { participantWindows, type Stages } from '../../../../src/analysis/child/participant-windows.js';
import type { ParticipantOutput, ToAnalysis } from '../../../../src/analysis/messages.js';
import { silentMeter } from '../../../../src/common/metrics.js';
import { encodeVoice } from '../../../../src/features/encode-voice.js';
import { HEARD_PER_SECOND, HEARD_WIDTH, type Heard, type WindowFeatures } from '../../../../src/features/types.js';
import type { AudioChunk, TrackInput } from '../../../../src/media/index.js';
import type { AlignedWindow, TranscriberOptions } from '../../../../src/streams/index.js';

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
  /** What a window is made of, told when it is made. */
  onMade(features: WindowFeatures, measurements: number[]): void;
  onOutput(key: number, output: ParticipantOutput): void;
}

type Incoming = ToAnalysis | { type: 'packet'; handle: number; id: number };

/** An analysis process without decoders and features: the real streams, alignment and consent between slow queues. */
export class SimulatedThread implements ProcessEnd {
  readonly ports = [1];
  dead = false;
  readonly #deps: ThreadDeps;
  readonly #inbox: { atMs: number; message: Incoming }[] = [];
  readonly #outbox: { atMs: number; deliver: () => void }[] = [];
  readonly #people = new Map<number, { door: ParticipantDoor; windows: Subscription }>();
  readonly #tracks = new Map<number, { key: number; track: TrackDoor }>();
  readonly #tick = new Subject<number>();
  /** Words on their way out of recognisers. */
  readonly #recognising: { atMs: number; give: () => void }[] = [];
  readonly #env: AnalysisEnv;
  #encodings = 0;

  constructor(deps: ThreadDeps) {
    this.#deps = deps;
    this.#env = {
      options: { allowedLatenessMs: 150, wordsRevisionHorizonMs: 5000 },
      judgesSpeech: true,
      transcriber: (options) => this.#recogniser(options),
      tick$: this.#tick,
      handledMs: (now) => now,
      clock: deps.clock,
      meter: silentMeter,
    };
  }

  send(message: ToAnalysis): void {
    if (!this.dead) this.#inbox.push({ atMs: this.#deps.clock(), message });
  }

  packet(handle: number, id: number): void {
    if (!this.dead) this.#inbox.push({ atMs: this.#deps.clock(), message: { type: 'packet', handle, id } });
  }

  /** Works off what has waited for `lagMs`. */
  work(lagMs: number): void {
    if (this.dead) return;
    const now = this.#deps.clock();
    while (this.#inbox[0] && this.#inbox[0].atMs <= now - lagMs) this.#handle(this.#inbox.shift()!.message);
    while (this.#recognising[0] && this.#recognising[0].atMs <= now) this.#recognising.shift()!.give();
    this.#tick.next(now);
  }

  /** Hands over what has waited for `lagMs`; also of a thread that died meanwhile. */
  deliver(lagMs: number): void {
    const now = this.#deps.clock();
    while (this.#outbox[0] && this.#outbox[0].atMs <= now - lagMs) this.#outbox.shift()!.deliver();
  }

  #handle(message: Incoming): void {
    switch (message.type) {
      case 'packet': {
        const data = new Uint8Array(4);
        new DataView(data.buffer).setUint32(0, message.id);
        this.#tracks.get(message.handle)?.track.packet({ data, arrivalMs: this.#deps.item(message.id).arrivalMs });
        break;
      }
      case 'open': {
        const { key, phaseMs } = message;
        const door = new ParticipantDoor(phaseMs);
        const windows = participantWindows(door, () => this.#stages(), this.#env).subscribe((output) => {
          this.#outbox.push({ atMs: this.#deps.clock(), deliver: () => this.#deps.onOutput(key, output) });
        });
        this.#people.set(key, { door, windows });
        break;
      }
      case 'close': {
        const person = this.#people.get(message.key);
        person?.door.close();
        person?.windows.unsubscribe();
        this.#people.delete(message.key);
        break;
      }
      case 'consent':
        this.#people.get(message.key)?.door.setConsent(message);
        break;
      case 'caption':
        this.#people.get(message.key)?.door.caption(message);
        break;
      case 'trackOpen': {
        const track = new TrackDoor(message.handle, message.track);
        this.#tracks.set(message.handle, { key: message.key, track });
        this.#people.get(message.key)?.door.openTrack(track);
        break;
      }
      case 'trackClose': {
        const key = this.#tracks.get(message.handle)?.key ?? -1;
        this.#tracks.delete(message.handle);
        this.#people.get(key)?.door.closeTrack(message.handle);
        break;
      }
      default:
        break;
    }
  }

  /** Packets are the numbers of measurements, and come out of a decoder later. */
  #stages(): Stages<SimulatedItem, number, number, TrackInput, MediaTrack> {
    const decoded = (input$: Observable<TrackInput>) => input$.pipe(this.#decode());
    const timed = (item: SimulatedItem, durationMs: number) => {
      const { id, mediaTime, arrivalMs } = item;
      return { mediaTime, durationMs, arrivalMs, decodedMs: this.#deps.clock(), value: id };
    };
    return {
      receiveVideo: () => (input$) =>
        decoded(input$).pipe(
          concatMap((item) => [
            { type: 'item' as const, item },
            { type: 'progress' as const, mediaTime: item.mediaTime, arrivalMs: item.arrivalMs },
          ]),
        ),
      receiveAudio: () => (input$) =>
        decoded(input$).pipe(
          map(({ id, wordId, mediaTime, arrivalMs }) => {
            const samples = Float32Array.of(id, wordId);
            return { mediaTime, arrivalMs, decodedMs: this.#deps.clock(), samples };
          }),
        ),
      observeFace: () =>
        map((received) => (received.type === 'item' ? { ...received, item: timed(received.item, 0) } : received)),
      hearSpeech: () => map((chunk) => ({ ...chunk, speech: true })),
      logMel: () =>
        map(({ samples, mediaTime, arrivalMs, decodedMs }: AudioChunk) => {
          return { mediaTime, durationMs: 100, arrivalMs, decodedMs, value: samples[0]! };
        }),
      settleCrops: () => identity,
      forgetFaces: () => undefined,
      answerPictures: () => identity,
      encodeVoice: (forget$) =>
        encodeVoice(
          {
            encoder: { encode: (second) => this.#encoded(second) },
            secondOf: ({ audio, startMs }: AlignedWindow<unknown, number>) => {
              const own = audio.filter(({ mediaTime }) => mediaTime >= startMs);
              return own.length > 0 ? Float32Array.from(own, ({ value }) => value) : null;
            },
            // Two turns.
            patience$: this.#tick.pipe(skip(1)),
            affords: () => true,
            meter: silentMeter,
          },
          forget$,
        ),
      toFeatures: (window, heard) => {
        const { features, measurements } = featuresOf(window, heard);
        this.#deps.onMade(features, measurements);
        return [{ type: 'window', features }];
      },
    };
  }

  #decode(): (input$: Observable<TrackInput>) => Observable<SimulatedItem> {
    return (input$) =>
      new Observable((subscriber) => {
        const decoding: SimulatedItem[] = [];
        subscriber.add(
          this.#tick.subscribe((now) => {
            while (decoding[0] && decoding[0].arrivalMs <= now - DECODING) subscriber.next(decoding.shift()!);
          }),
        );
        subscriber.add(
          input$.subscribe({
            next: (input) => {
              if (input.type !== 'packet') return;
              const { buffer, byteOffset } = input.packet.data;
              decoding.push(this.#deps.item(new DataView(buffer, byteOffset).getUint32(0)));
            },
            complete: () => subscriber.complete(),
          }),
        );
      });
  }

  /** The numbers of the measurements in a second, after a time that is now within the patience for it and now beyond. */
  #encoded(second: Float32Array): Observable<Float32Array> {
    const answer = new Float32Array(HEARD_PER_SECOND * HEARD_WIDTH);
    answer.set(second);
    const dueMs = this.#deps.clock() + (this.#encodings++ % 2 ? 50 : 400);
    return this.#tick.pipe(
      filter((now) => now >= dueMs),
      map(() => answer),
    );
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

function featuresOf(
  window: AlignedWindow<number, number>,
  heard: Heard | null,
): { features: WindowFeatures; measurements: number[] } {
  const { frames, audio, words, closedMs } = window;
  const { startMs, endMs, revision, closedBy, state } = window;
  const features: WindowFeatures = {
    ...{ startMs, endMs, revision, closedBy, state },
    face:
      frames.length > 0
        ? { crops: new Uint8Array(), count: frames.length, quality: [1], box: { x: 0, y: 0, width: 1, height: 1 } }
        : null,
    voice: audio.length > 0 ? { logMel: new Float32Array(), quality: [1], heard } : null,
    words: words.length > 0 ? { tokens: new Int32Array(), count: words.length, meta: [], quality: [1] } : null,
    timing: { lastMediaMs: null, lastArrivalMs: null, lastDecodedMs: null, saidMs: [], closedMs, featuresMs: closedMs },
  };
  const measurements = [...frames, ...audio].map(({ value }) => value);
  measurements.push(...(heard?.frames.filter((id) => id > 0) ?? []));
  return { features, measurements: [...measurements, ...words.flatMap(({ text }) => text.split(' ').map(Number))] };
}
