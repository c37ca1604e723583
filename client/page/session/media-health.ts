import type { MediaProblem, Source } from '../../lib/index.js';

export type LinkState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';
/** `off`: not sent. `connecting`: no way to the server yet, and not given up. `ok`: as far as anybody knows it gets through. */
export type SourceHealth = 'off' | 'connecting' | 'ok' | MediaProblem;

export const isProblem = (health: SourceHealth): health is MediaProblem =>
  health !== 'off' && health !== 'connecting' && health !== 'ok';

export interface Health {
  camera: SourceHealth;
  microphone: SourceHealth;
  /** False: what the others send finds no way here. */
  receiving: boolean;
}

/** Connecting takes well under a second where it succeeds. The server waits as long before it says the same. */
export const CONNECT_PATIENCE_MS = 4000;

class Link {
  #state: LinkState = 'new';
  #used = false;
  /** Since when it should stand and does not. */
  #waitingSinceMs: number | null = null;

  use(nowMs: number): void {
    if (this.#used) return;
    this.#used = true;
    if (this.#state !== 'connected') this.#waitingSinceMs = nowMs;
  }

  set(state: LinkState, nowMs: number): void {
    this.#state = state;
    this.#waitingSinceMs = state === 'connected' ? null : (this.#waitingSinceMs ?? nowMs);
  }

  judge(nowMs: number): 'ok' | 'connecting' | 'not-connected' {
    if (!this.#used || this.#state === 'connected') return 'ok';
    if (this.#state === 'failed' || this.#state === 'disconnected') return 'not-connected';
    const waitedMs = nowMs - (this.#waitingSinceMs ?? nowMs);
    return waitedMs < CONNECT_PATIENCE_MS ? 'connecting' : 'not-connected';
  }
}

/** Whether one's own media get through, by the page's own transports and the server's word. Pure: times come in. */
export class MediaHealth {
  readonly #send = new Link();
  readonly #receive = new Link();
  readonly #sending = new Set<Source>();
  readonly #told = new Map<Source, MediaProblem>();

  /** A source is sent from now on, or no more (muted, switched off). */
  sending(source: Source, on: boolean, nowMs: number): void {
    if (!on) return void this.#sending.delete(source);
    this.#sending.add(source);
    this.#send.use(nowMs);
  }

  /** Something of the others is to be received. */
  receiving(nowMs: number): void {
    this.#receive.use(nowMs);
  }

  link(direction: 'send' | 'recv', state: LinkState, nowMs: number): void {
    (direction === 'send' ? this.#send : this.#receive).set(state, nowMs);
  }

  /** What the server says of a source; null: nothing is wrong any more. */
  told(source: Source, problem: MediaProblem | null): void {
    if (problem) this.#told.set(source, problem);
    else this.#told.delete(source);
  }

  health(nowMs: number): Health {
    const link = this.#send.judge(nowMs);
    const of = (source: Source): SourceHealth => {
      const told = this.#told.get(source);
      // What a limit stopped is not made good by switching off.
      if (!this.#sending.has(source)) return told && told !== 'not-connected' && told !== 'no-packets' ? told : 'off';
      // The server may not have noticed yet what the browser knows; of a lost way it first hears silence, which no device causes.
      if (link === 'not-connected' || (link === 'connecting' && told === 'no-packets')) return 'not-connected';
      return told ?? link;
    };
    return {
      camera: of('camera'),
      microphone: of('microphone'),
      receiving: this.#receive.judge(nowMs) !== 'not-connected',
    };
  }
}
