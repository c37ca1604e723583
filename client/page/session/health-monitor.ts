import type { MediaProblem, Source } from '../../lib/index.js';
import { type Health, type LinkState, MediaHealth } from './media-health.js';

/** How often it is looked whether something took too long, ms. */
const LOOK_EVERY_MS = 500;

/** Keeps the health of the present seat's media, and tells every change of it. */
export class HealthMonitor {
  readonly #onChange: (health: Health) => void;
  #media = new MediaHealth();
  #health: Health = this.#media.health(0);
  readonly #timer = setInterval(() => this.#look(), LOOK_EVERY_MS);

  constructor(onChange: (health: Health) => void) {
    this.#onChange = onChange;
  }

  get health(): Health {
    return this.#health;
  }

  sending(source: Source, on: boolean): void {
    this.#media.sending(source, on, performance.now());
    this.#look();
  }

  receiving(): void {
    this.#media.receiving(performance.now());
    this.#look();
  }

  link(direction: 'send' | 'recv', state: LinkState): void {
    this.#media.link(direction, state, performance.now());
    this.#look();
  }

  told(source: Source, problem: MediaProblem | null): void {
    this.#media.told(source, problem);
    this.#look();
  }

  /** Another seat: nothing is known of its media. */
  reset(): void {
    this.#media = new MediaHealth();
    this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const before = this.#health;
    const health = this.#media.health(performance.now());
    if (
      health.camera === before.camera &&
      health.microphone === before.microphone &&
      health.receiving === before.receiving
    ) {
      return;
    }
    this.#health = health;
    this.#onChange(health);
  }
}
