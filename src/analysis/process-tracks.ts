import type { PacketDestination, TappedTrack, TrackControl, TrackSink } from '../sfu/types.js';
import type { AnalysisProcess } from './analysis-process.js';
import type { ToAnalysis } from './messages.js';

interface Track {
  handle: number;
  info: TappedTrack;
  control: TrackControl;
  /** The process takes its packets, or never will. */
  ready: () => void;
}

/** What is used of an analysis process. */
export type ProcessEnd = Pick<AnalysisProcess, 'send' | 'ports'>;

export interface ProcessTracksDeps {
  key: number;
  /** Null while there is none to work in: one follows by `moveTo`. */
  process: ProcessEnd | null;
  /** A new handle, by which what a process says of the track finds this participant. */
  registerTrack(): number;
  releaseTrack(handle: number): void;
}

/** One participant's tracks as the process that analyses them knows them. That may change: then the taps make them anew there. */
export class ProcessTracks {
  readonly #deps: ProcessTracksDeps;
  readonly #tracks = new Map<number, Track>();
  readonly #destinations = new Set<(destination: PacketDestination | null) => void>();
  #process: ProcessEnd | null;

  constructor(deps: ProcessTracksDeps) {
    this.#deps = deps;
    this.#process = deps.process;
  }

  get infos(): TappedTrack[] {
    return [...this.#tracks.values()].map(({ info }) => info);
  }

  get controls(): TrackControl[] {
    return [...this.#tracks.values()].map(({ control }) => control);
  }

  control(handle: number): TrackControl | undefined {
    return this.#tracks.get(handle)?.control;
  }

  /** Goes nowhere while there is no process. */
  send(message: ToAnalysis): void {
    this.#process?.send(message);
  }

  onDestination(listener: (destination: PacketDestination | null) => void): () => void {
    this.#destinations.add(listener);
    const destination = this.#destination();
    if (destination) listener(destination);
    return () => this.#destinations.delete(listener);
  }

  /** @param onChange called when the track is there, and when it is closed by its tap */
  add(info: TappedTrack, control: TrackControl, onChange: () => void): TrackSink {
    const { key, registerTrack } = this.#deps;
    const handle = registerTrack();
    let isReady = () => {};
    const ready = new Promise<void>((resolve) => (isReady = resolve));
    this.#tracks.set(handle, { handle, info, control, ready: isReady });
    const tell = (message: ToAnalysis) => {
      if (this.#tracks.has(handle)) this.send(message);
    };
    tell({ type: 'trackOpen', key, handle, track: info });
    if (!this.#process) isReady();
    onChange();
    return {
      ready,
      senderReport: (report) => tell({ type: 'senderReport', handle, report }),
      preferReports: (ssrc) => tell({ type: 'preferReports', handle, ssrc }),
      media: (piece) => tell({ type: 'media', handle, piece }),
      setPaused: (paused) => tell({ type: 'trackPaused', handle, paused }),
      close: () => {
        if (this.#close(handle)) onChange();
      },
    };
  }

  opened(handle: number): void {
    this.#tracks.get(handle)?.ready();
  }

  closeWhere(isUnwanted: (info: TappedTrack) => boolean): void {
    for (const { handle, info } of [...this.#tracks.values()]) if (isUnwanted(info)) this.#close(handle);
  }

  closeAll(): void {
    this.closeWhere(() => true);
    this.#destinations.clear();
  }

  /**
   * The process died, and nothing has taken its place yet; or nothing will.
   * @returns calls by which the taps are told: its ports are free for any program on this machine
   */
  interrupt(): (() => void)[] {
    this.#process = null;
    for (const { ready } of this.#tracks.values()) ready();
    return [...this.#destinations].map((tell) => () => tell(null));
  }

  /** @returns calls by which the taps are told; the process must know the participant before */
  moveTo(process: ProcessEnd): (() => void)[] {
    this.#process = process;
    const destination = this.#destination();
    return destination ? [...this.#destinations].map((tell) => () => tell(destination)) : [];
  }

  /** People are spread over the sockets of their process: each has a buffer of its own in the kernel. */
  #destination(): PacketDestination | undefined {
    const ports = this.#process?.ports ?? [];
    const port = ports[this.#deps.key % ports.length];
    return port === undefined ? undefined : { port };
  }

  #close(handle: number): boolean {
    const track = this.#tracks.get(handle);
    if (!track) return false;
    this.#tracks.delete(handle);
    track.ready();
    this.#deps.releaseTrack(handle);
    this.send({ type: 'trackClose', handle });
    return true;
  }
}
