import { Emitter } from '../../lib/emitter.js';

export interface ScreenShareEvents {
  /** It is shared, or no more: also where the person ended it in the browser's own bar. */
  change: boolean;
}

/** Phones have no way to share a screen from a page. */
export const canShareScreen = (): boolean =>
  'getDisplayMedia' in ((navigator.mediaDevices as MediaDevices | undefined) ?? {});

/** The screen, window or tab that its owner chose to show. Without its sound, and seen by people alone: no screen is analysed. */
export class ScreenShare extends Emitter<ScreenShareEvents> {
  #track: MediaStreamTrack | null = null;
  /** The person is being asked. */
  #asking: Promise<boolean> | null = null;
  #closed = false;

  get track(): MediaStreamTrack | null {
    return this.#track;
  }

  /**
   * Asks what to share: once, however often it is called until the answer.
   * @returns false: nothing, the person changed their mind or their system forbids it, or the call ended meanwhile
   * @throws DOMException for whatever else the browser has against it
   */
  async start(): Promise<boolean> {
    if (this.#track) return true;
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #ask(): Promise<boolean> {
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 15 } }, audio: false });
    } catch (error) {
      // Screen Capture §5.1: of refusal by a person and by the system it is told no difference.
      if (error instanceof DOMException && error.name === 'NotAllowedError') return false;
      throw error;
    }
    const track = stream.getVideoTracks()[0] ?? null;
    if (this.#closed) track?.stop();
    else this.#set(track);
    return this.#track !== null;
  }

  stop(): void {
    this.#track?.stop();
    this.#set(null);
  }

  close(): void {
    this.#closed = true;
    this.stop();
    this.removeAllListeners();
  }

  #set(track: MediaStreamTrack | null): void {
    if (track === this.#track) return;
    this.#track = track;
    if (track) {
      // MediaStreamTrack Content Hints §3: letters stay sharp where there is no room for both that and motion.
      track.contentHint = 'detail';
      track.addEventListener('ended', () => {
        if (this.#track === track) this.#set(null);
      });
    }
    this.emit('change', track !== null);
  }
}
