import { setTimeout as delay } from 'node:timers/promises';
import { EVERYTHING, type ServedCall } from '../support/served-call.js';

const SENTENCES = ['I am so happy that this works', 'why would you do that to me', 'this is the report'];
const CAPTION_EVERY_MS = 7000;
const CONSENT_EVERY_MS = 60_000;
const GUEST_EVERY_MS = 30_000;
const GUEST_STAYS_MS = 15_000;
/**
 * So many come and go before anything is counted, a few at a time. Each leaves holes in the allocator's heap that do not fit the next one,
 * until there are holes of every size: with guests alone, one every 2.7 s, an analysis process's heap went from 59 to 112 MB with the
 * first hundred, to 119 with the next fifty, and stayed.
 */
export const CROWD = 180;
const CROWD_AT_ONCE = 6;
const CROWD_STAYS_MS = 2500;
/** Packets of longer ago are of no interest to a soak. */
const KEEP_PACKETS_MS = 60_000;

/**
 * What goes on in a house with calls: people stay, speak, type, withdraw consent and give it again; guests open a room of
 * their own and leave it, every second one without a word.
 */
export class Household {
  readonly #call: ServedCall;
  readonly #timers: NodeJS.Timeout[] = [];
  #guests = 0;
  #open = true;
  failures = 0;

  constructor(call: ServedCall) {
    this.#call = call;
  }

  get guests(): number {
    return this.#guests;
  }

  async enter(people: number): Promise<void> {
    for (let n = 0; n < people; n++) await this.#call.join(`person-${String(n)}`, `room-${String(n % 2)}`);
    this.#every(CAPTION_EVERY_MS, (turn) => this.#person(turn)?.say(SENTENCES[turn % SENTENCES.length]!));
    this.#every(CONSENT_EVERY_MS, async (turn) => {
      const person = this.#person(turn);
      await person?.setConsent({ ...EVERYTHING, voice: false });
      await delay(3000);
      await person?.setConsent(EVERYTHING);
    });
    this.#every(GUEST_EVERY_MS, (turn) => this.#guest(turn));
    this.#every(KEEP_PACKETS_MS, () => {
      for (const { packets } of this.#call.people) packets.forgetBefore(Date.now() - KEEP_PACKETS_MS);
    });
  }

  /** Many come and go in little time. */
  async crowd(): Promise<void> {
    for (let n = 0; n < CROWD; n += CROWD_AT_ONCE) {
      await Promise.all(Array.from({ length: CROWD_AT_ONCE }, (_, i) => this.#guest(n + i, CROWD_STAYS_MS)));
    }
  }

  /** Everybody leaves; what was heard stays with the watchers. */
  async leave(): Promise<void> {
    this.#open = false;
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    for (const person of this.#call.people.splice(0)) await person.leave();
  }

  #person(turn: number) {
    return this.#call.people[turn % this.#call.people.length];
  }

  async #guest(turn: number, staysMs = GUEST_STAYS_MS): Promise<void> {
    const { people, watchers } = this.#call;
    const name = `guest-${String(this.#guests++)}`;
    const guest = await this.#call.join(name, name);
    await delay(staysMs);
    if (turn % 2 === 0) await guest.leave();
    else guest.close();
    watchers.get(name)?.close();
    watchers.delete(name);
    const at = people.indexOf(guest);
    if (at >= 0) people.splice(at, 1);
  }

  #every(ms: number, act: (turn: number) => Promise<void> | void | undefined): void {
    let turn = 0;
    this.#timers.push(
      setInterval(() => {
        Promise.resolve(act(turn++)).catch(() => {
          // It may end in the middle of something; else it is told.
          if (this.#open) this.failures += 1;
        });
      }, ms),
    );
  }
}
