import { scheduleTimeout, type Schedule } from '../common/schedule.js';
import type { AnalysedParticipant } from './analysed-participant.js';

/** One after the other, so that what each costs is seen before the next, ms. */
const ADMIT_EVERY_MS = 2000;

/** People who came while there was no room for one more, in order; each is let in when there is. */
export class WaitingPeople {
  readonly #people = new Map<number, AnalysedParticipant>();
  readonly #hasRoom: () => boolean;
  readonly #admit: (participant: AnalysedParticipant) => void;
  readonly #schedule: Schedule;
  #cancel: (() => void) | undefined;

  constructor(
    hasRoom: () => boolean,
    admit: (participant: AnalysedParticipant) => void,
    schedule: Schedule = scheduleTimeout,
  ) {
    this.#hasRoom = hasRoom;
    this.#admit = admit;
    this.#schedule = schedule;
  }

  get people(): readonly AnalysedParticipant[] {
    return [...this.#people.values()];
  }

  add(participant: AnalysedParticipant): void {
    this.#people.set(participant.key, participant);
    this.#look();
  }

  remove(key: number): void {
    this.#people.delete(key);
  }

  close(): void {
    this.#cancel?.();
    this.#people.clear();
  }

  #look(): void {
    if (this.#cancel || this.#people.size === 0) return;
    this.#cancel = this.#schedule(ADMIT_EVERY_MS, () => {
      this.#cancel = undefined;
      const [first] = this.#people.values();
      if (first && this.#hasRoom()) {
        this.#people.delete(first.key);
        first.bulkhead.attempt(() => this.#admit(first));
      }
      this.#look();
    });
  }
}
