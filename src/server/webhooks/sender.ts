import { randomUUID } from 'node:crypto';
import type { Clock } from '../../common/clock.js';
import type { Meter } from '../../common/metrics.js';
import type { Schedule } from '../../common/schedule.js';
import type { Person } from '../../events/bus.js';
import { webhookHeaders } from './sign.js';

export interface WebhookSenderOptions {
  url: string;
  /** `whsec_` and base64. */
  secret: string;
  meter: Meter;
  clock: Clock;
  schedule: Schedule;
  /** In [0, 1). */
  random: () => number;
  post: (url: string, headers: Record<string, string>, body: string, signal: AbortSignal) => Promise<number>;
}

interface Waiting extends Person {
  id: string;
  body: string;
  /** Says what was measured: not to be sent any more once that is forgotten. */
  measured: boolean;
  atMs: number;
}

/** At the bound the oldest goes. Some 300 bytes each. */
const MAX_WAITING = 1000;
const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 60_000;
/** What could not be delivered for so long is given up. */
const MAX_AGE_MS = 15 * 60_000;
const ANSWER_PATIENCE_MS = 10_000;
/** Statuses after which the same message may be taken later; other refusals are final (RFC 9110, section 15.5; RFC 6585, section 4). */
const MAYBE_LATER = new Set([408, 425, 429]);

/** Delivers webhooks one after the other, in order, each until it is taken, refused or too old. */
export class WebhookSender {
  readonly #options: WebhookSenderOptions;
  readonly #waiting: Waiting[] = [];
  #sending = false;
  #attempt = 0;
  #cancelRetry: () => void = () => undefined;
  #onIdle: () => void = () => undefined;

  constructor(options: WebhookSenderOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  send({ room, participant }: Person, message: Record<string, unknown>, measured = false): void {
    const body = JSON.stringify(message);
    this.#waiting.push({ room, participant, id: `msg_${randomUUID()}`, body, measured, atMs: this.#options.clock() });
    // The one that is on its way stays.
    if (this.#waiting.length > MAX_WAITING) this.#drop(this.#sending ? 1 : 0, 'overflow');
    if (this.#waiting.length === 1) this.#next();
  }

  /** What was measured of somebody is forgotten: also what still waits. What is on its way cannot be called back. */
  forget({ room, participant }: Person): void {
    for (let index = this.#waiting.length - 1; index >= (this.#sending ? 1 : 0); index--) {
      const { measured, ...whose } = this.#waiting[index]!;
      if (measured && whose.room === room && whose.participant === participant) this.#drop(index, 'forgotten');
    }
  }

  /** Waits for what is left, no longer than this. */
  async close(patienceMs: number): Promise<void> {
    if (this.#waiting.length > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
        setTimeout(resolve, patienceMs);
      });
    }
    this.#cancelRetry();
    while (this.#waiting.length > 0) this.#drop(0, 'closed');
  }

  #drop(index: number, reason: 'overflow' | 'refused' | 'expired' | 'forgotten' | 'closed'): void {
    this.#waiting.splice(index, 1);
    this.#options.meter.count('emostream_dropped_total', { stage: 'webhook', reason });
  }

  #next(): void {
    const { url, secret, clock, post } = this.#options;
    const next = this.#waiting[0];
    if (!next) return this.#onIdle();
    if (clock() - next.atMs > MAX_AGE_MS) return this.#done('expired');
    this.#sending = true;
    const headers = webhookHeaders(secret, next.id, clock(), next.body);
    post(url, headers, next.body, AbortSignal.timeout(ANSWER_PATIENCE_MS)).then(
      (status) => this.#answered(next, status),
      () => this.#answered(next, 0),
    );
  }

  /** @param status 0: there was no answer */
  #answered(asked: Waiting, status: number): void {
    const { schedule, random } = this.#options;
    this.#sending = false;
    // Given up meanwhile, when the server closed.
    if (this.#waiting[0] !== asked) return;
    if (status >= 200 && status < 300) return this.#done(null);
    if (status >= 300 && status < 500 && !MAYBE_LATER.has(status)) return this.#done('refused');
    const delayMs = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(this.#attempt++, 16));
    this.#cancelRetry = schedule(delayMs / 2 + (random() * delayMs) / 2, () => this.#next());
  }

  #done(dropped: 'refused' | 'expired' | null): void {
    this.#attempt = 0;
    if (dropped) this.#drop(0, dropped);
    else this.#waiting.shift();
    this.#next();
  }
}

/** By the platform's fetch; redirections are not followed. @returns the status */
export async function postJson(
  url: string,
  headers: Record<string, string>,
  body: string,
  signal: AbortSignal,
): Promise<number> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body, signal };
  const response = await fetch(url, { ...init, redirect: 'manual' });
  await response.body?.cancel();
  return response.status;
}
