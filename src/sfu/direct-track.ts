import { randomUUID } from 'node:crypto';
import type { Bulkhead } from '../common/bulkhead.js';
import type { Source } from '../common/consent.js';
import type { PictureAnswer } from '../common/picture-answer.js';
import type { ParticipantTaps } from './participant-taps.js';
import type { Tap, Tappable, TapEnv } from './tap.js';
import type { DirectCodec, DirectMedia, TappedTrack, TrackSink } from './types.js';

export interface DirectOptions {
  source: Source;
  codec: DirectCodec;
  /** Samples a second; of pictures any. */
  clockRate: number;
  /** What became of a picture that was to be answered by itself. */
  answered?: (answer: PictureAnswer) => void;
  /** Analysis has begun to take it, or does not any more (a process ended, or consent): what was sent before may have no answer. */
  taken?: (taken: boolean) => void;
}

/** Media that came by no RTP, of one source of a participant, on their way to analysis. */
export class DirectTrack implements Tappable {
  readonly id = randomUUID();
  readonly source: Source;
  readonly #options: DirectOptions;
  readonly #onClose: () => void;
  #tap: DirectTap | undefined;
  #closed = false;

  constructor(options: DirectOptions, onClose: () => void) {
    this.source = options.source;
    this.#options = options;
    this.#onClose = onClose;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** @returns false: it is not analysed, for want of consent or of a process that takes it */
  send(piece: DirectMedia): boolean {
    return this.#tap?.send(piece) ?? false;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#onClose();
  }

  createTap(env: TapEnv): Tap {
    return (this.#tap = new DirectTap(this.#options, this.id, env));
  }
}

/** Those of one participant. */
export class DirectTracks {
  readonly #open = new Set<DirectTrack>();

  constructor(
    private readonly taps: Pick<ParticipantTaps, 'add' | 'remove'>,
    private readonly bulkhead: Bulkhead,
  ) {}

  [Symbol.iterator](): Iterator<DirectTrack> {
    return this.#open.values();
  }

  open(options: DirectOptions): DirectTrack {
    const track = new DirectTrack(options, () => {
      this.#open.delete(track);
      this.taps.remove(track.id);
    });
    this.#open.add(track);
    this.bulkhead.settle(this.taps.add(track, options.source));
    return track;
  }

  close(): void {
    this.bulkhead.steps(...[...this.#open].map((track) => () => track.close()));
  }
}

class DirectTap implements Tap {
  readonly #options: DirectOptions;
  readonly #info: TappedTrack;
  readonly #env: TapEnv;
  #sink: TrackSink | undefined;
  /** There is a process that takes it. */
  #flows = false;
  #forgetDestination: () => void = () => undefined;
  #closed = false;

  constructor(options: DirectOptions, trackId: string, env: TapEnv) {
    this.#options = options;
    this.#env = env;
    const { source, codec, clockRate } = options;
    const kind = codec === 'JPEG' ? 'video' : 'audio';
    this.#info = { trackId, source, kind, codec, clockRate, payloadType: 0, ssrc: 0, fromPort: 0, simulcast: false };
  }

  send(piece: DirectMedia): boolean {
    if (!this.#sink || !this.#flows) return false;
    this.#sink.media(piece);
    return true;
  }

  open(): Promise<void> {
    this.#forgetDestination = this.#env.analysis.onDestination((destination) => {
      // The track stays while nobody takes it: its analysis goes on where the next destination is.
      if (destination) this.#connect();
      this.#follow(destination !== null);
    });
    return Promise.resolve();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#env.bulkhead.steps(
      () => this.#forgetDestination(),
      () => this.#sink?.close(),
      () => this.#follow(false),
    );
    this.#sink = undefined;
  }

  #connect(): void {
    const { analysis, onStop, onFlood } = this.#env;
    this.#sink?.close();
    this.#sink = analysis.addTrack(this.#info, {
      requestKeyFrame: () => undefined,
      stop: (problem) => {
        if (!this.#closed) onStop(problem);
      },
      flood: () => {
        if (!this.#closed) onFlood();
      },
      answered: (answer) => {
        if (!this.#closed) this.#options.answered?.(answer);
      },
    });
  }

  #follow(flows: boolean): void {
    this.#flows = flows;
    this.#options.taken?.(flows);
  }
}
