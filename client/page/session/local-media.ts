import { Emitter, type Listener } from '../../lib/emitter.js';
import type { Source } from '../../lib/index.js';
import { insecureContext, MediaProblem, mediaProblem } from './media-problem.js';

export interface LocalMediaEvents {
  /** The track of a source was turned on, off, or changed. */
  change: Source;
  /** A device stopped by itself (unplugged, taken away). */
  lost: Source;
  /** The others are to be heard from another loudspeaker, by its id. */
  speaker: string;
}

/** Safari lets its owner choose in the system alone. */
export const canChooseSpeaker = (): boolean => 'setSinkId' in HTMLMediaElement.prototype;

const KIND = { camera: 'video', microphone: 'audio' } as const;
const CONSTRAINTS = {
  camera: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 24, max: 30 } },
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
} as const satisfies Record<Source, MediaTrackConstraints>;

interface Asked {
  deviceId: string | undefined;
  answered: Promise<void>;
}

/**
 * The own camera and microphone. A camera that is off is really off (its light too); a muted microphone is kept, so that
 * it is back at once.
 */
export class LocalMedia extends Emitter<LocalMediaEvents> {
  /** The camera's picture, for the own tile and the preview. */
  readonly preview = new MediaStream();
  readonly #tracks: Record<Source, MediaStreamTrack | null> = { camera: null, microphone: null };
  readonly #deviceIds: Partial<Record<Source, string>> = {};
  /** What the browser was asked for and has not answered yet, which may take a person's answer. */
  readonly #asked: Partial<Record<Source, Asked>> = {};
  #muted = false;
  #closed = false;
  /** Where the others are heard; empty: as the system has it. */
  speaker = '';

  /** The track to send; null while the source is off. */
  track(source: Source): MediaStreamTrack | null {
    return source === 'microphone' && this.#muted ? null : this.#tracks[source];
  }

  isOn(source: Source): boolean {
    return this.track(source) !== null;
  }

  /** The device in use, for the lists of devices. */
  deviceId(source: Source): string | undefined {
    return this.#tracks[source]?.getSettings().deviceId ?? this.#deviceIds[source];
  }

  /** Turns on what can be turned on. @returns what cannot, and why */
  async start(): Promise<MediaProblem[]> {
    const sources: Source[] = ['camera', 'microphone'];
    const problems: MediaProblem[] = [];
    // One after the other: both prompts at once confuse some browsers, and one refusal must not cost the other.
    for (const source of sources) {
      try {
        await this.turnOn(source);
      } catch (error) {
        if (error instanceof MediaProblem) problems.push(error);
        else throw error;
      }
    }
    return problems;
  }

  /**
   * Asks the browser once, however often it is called until the answer; what was turned off, or closed, meanwhile stays so.
   * @throws MediaProblem
   */
  async turnOn(source: Source, deviceId = this.#deviceIds[source]): Promise<void> {
    if (this.#closed) return;
    const muted = source === 'microphone' && this.#muted ? this.#tracks.microphone : null;
    if (muted && deviceId === this.#deviceIds.microphone) {
      this.#muted = false;
      muted.enabled = true;
      this.emit('change', source);
      return;
    }
    const pending = this.#asked[source];
    if (pending?.deviceId === deviceId && pending) return pending.answered;
    const asked: Asked = { deviceId, answered: Promise.resolve() };
    this.#asked[source] = asked;
    return (asked.answered = this.#answer(source, asked));
  }

  async #answer(source: Source, asked: Asked): Promise<void> {
    const isWanted = () => this.#asked[source] === asked;
    try {
      const track = await this.#acquire(source, asked.deviceId);
      if (!isWanted()) return track.stop();
      this.#deviceIds[source] = asked.deviceId;
      if (source === 'microphone') this.#muted = false;
      this.#replace(source, track);
    } catch (error) {
      if (isWanted()) throw error;
    } finally {
      if (isWanted()) delete this.#asked[source];
    }
  }

  turnOff(source: Source): void {
    delete this.#asked[source];
    if (source === 'camera') {
      this.#replace('camera', null);
    } else {
      this.#muted = true;
      if (this.#tracks.microphone) this.#tracks.microphone.enabled = false;
      this.emit('change', source);
    }
  }

  /** Uses another device, now if the source is on, else when it is turned on. @throws MediaProblem */
  async choose(source: Source, deviceId: string): Promise<void> {
    if (this.isOn(source) || this.#asked[source]) return this.turnOn(source, deviceId);
    this.#deviceIds[source] = deviceId;
    if (source === 'microphone') this.#replace(source, null);
  }

  async devices(): Promise<Record<Source | 'speaker', MediaDeviceInfo[]>> {
    const all = await (navigator.mediaDevices as MediaDevices | undefined)?.enumerateDevices();
    const named = (all ?? []).filter((device) => device.deviceId !== '');
    return {
      camera: named.filter((device) => device.kind === 'videoinput'),
      microphone: named.filter((device) => device.kind === 'audioinput'),
      speaker: named.filter((device) => device.kind === 'audiooutput'),
    };
  }

  chooseSpeaker(deviceId: string): void {
    this.speaker = deviceId;
    this.emit('speaker', deviceId);
  }

  onDevicesChanged(listener: Listener<Event>): () => void {
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    devices?.addEventListener('devicechange', listener);
    return () => devices?.removeEventListener('devicechange', listener);
  }

  /** Stops every device, also one that the browser has yet to give. */
  close(): void {
    this.#closed = true;
    for (const source of ['camera', 'microphone'] as const) delete this.#asked[source];
    this.#replace('camera', null);
    this.#replace('microphone', null);
    this.removeAllListeners();
  }

  async #acquire(source: Source, deviceId: string | undefined): Promise<MediaStreamTrack> {
    const devices = navigator.mediaDevices as MediaDevices | undefined;
    if (!devices) throw insecureContext(source);
    const constraints = { ...CONSTRAINTS[source], ...(deviceId ? { deviceId: { exact: deviceId } } : {}) };
    try {
      const stream = await devices.getUserMedia({ [KIND[source]]: constraints });
      const track = stream.getTracks()[0];
      if (!track) throw new DOMException('', 'NotFoundError');
      return track;
    } catch (error) {
      // The one that was chosen was unplugged: any other is better than none.
      if (deviceId && error instanceof Error && error.name === 'OverconstrainedError') {
        return this.#acquire(source, undefined);
      }
      throw mediaProblem(source, error);
    }
  }

  #replace(source: Source, track: MediaStreamTrack | null): void {
    const old = this.#tracks[source];
    if (source === 'camera' && old) this.preview.removeTrack(old);
    old?.stop();
    this.#tracks[source] = track;
    if (source === 'camera' && track) this.preview.addTrack(track);
    track?.addEventListener('ended', () => {
      if (this.#tracks[source] !== track) return;
      this.#replace(source, null);
      this.emit('lost', source);
    });
    this.emit('change', source);
  }
}
