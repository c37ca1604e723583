import { type Clock } from '../../common/clock.js';
import type { Meter } from '../../common/metrics.js';
import { scheduleTimeout } from '../../common/schedule.js';
import type { Person } from '../../events/bus.js';
import type { RoomEvent } from '../../events/schema.js';
import { postJson, WebhookSender } from './sender.js';
import { Summaries } from './summary.js';

/** When the server closes, what is left may take so long, ms. */
const CLOSE_PATIENCE_MS = 2000;

/**
 * Tells a program of the operator's when analysis of somebody begins and ends, and what it came to. No names, no media, no words;
 * nothing of what was measured once it is taken back.
 */
export class Webhooks {
  readonly #summaries = new Summaries();
  readonly #sender: WebhookSender;

  constructor(url: string, secret: string, deps: { meter: Meter; clock: Clock }) {
    this.#sender = new WebhookSender({
      url,
      secret,
      ...deps,
      schedule: scheduleTimeout,
      random: Math.random,
      post: postJson,
    });
  }

  published(event: RoomEvent): void {
    const summary = this.#summaries.event(event);
    if (event.type === 'begin' || event.type === 'end') this.#sender.send(event, { type: event.type, data: event });
    if (summary) this.#sender.send(summary, { type: 'summary', data: summary }, true);
  }

  /** What was measured of them must not be told any more. */
  forgot(person: Person): void {
    this.#summaries.forget(person);
    this.#sender.forget(person);
  }

  close(): Promise<void> {
    return this.#sender.close(CLOSE_PATIENCE_MS);
  }
}
