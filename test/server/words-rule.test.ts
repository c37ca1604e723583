import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Agreement, bothAgreements } from '../../src/common/consent.js';
import { CLIENT_CAPABILITIES } from '../../src/sfu/index.js';
import type { RecordedParticipant } from '../sfu/support/recording-analyser.js';
import type { TestClient } from './support/test-client.js';
import { startServer, type TestServer } from './support/test-server.js';

const ROOMS = ['one', 'two'] as const;
/** What each one's token grants, for every room: who only listens, who may read words, who may only speak. */
const GRANTS = {
  ann: { publish: true, subscribe: true },
  ben: { publish: true, subscribe: true, transcript: true },
  cid: { publish: true, subscribe: false, transcript: true },
  wes: { publish: false, subscribe: true },
  tia: { publish: false, subscribe: true, transcript: true },
} as const;
type Name = keyof typeof GRANTS;
const NAMES = Object.keys(GRANTS) as Name[];
const SPEAKERS = ['ann', 'ben', 'cid'] as const;
const LISTENERS = ['ann', 'ben', 'wes', 'tia'] as const;

const room = fc.constantFrom(...ROOMS);
const speaker = fc.constantFrom(...SPEAKERS);
const listener = fc.constantFrom(...LISTENERS);
/** Mostly such as shows something. */
const agreement: fc.Arbitrary<Agreement> = fc.record({
  consent: fc.record({ face: fc.boolean(), voice: often(), words: often() }),
  showWords: often(),
});
function often(): fc.Arbitrary<boolean> {
  return fc.constantFrom(true, true, true, false);
}

const action = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('join' as const), who: speaker, room, agreement }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('agree' as const), who: speaker, agreement }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), who: speaker }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('subscribe' as const), who: listener, room }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unsubscribe' as const), who: listener }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('say' as const), who: speaker }) },
  // A seat that was left, or is long gone, whose analysis still has something to say.
  { weight: 2, arbitrary: fc.record({ do: fc.constant('say late' as const), which: fc.nat(20) }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

interface Person {
  client: TestClient;
  seat: { room: string; agreement: Agreement; analysis: RecordedParticipant } | null;
  subscribed: Set<string>;
  /** What they are to be told, in order. */
  expected: string[];
}

/** Who may read what: the rule itself, beside the real server. */
class World {
  readonly people = new Map<Name, Person>();
  readonly #seats: RecordedParticipant[] = [];
  #said = 0;

  constructor(private readonly subject: TestServer) {}

  async play(step: Action): Promise<void> {
    if (step.do === 'say late') {
      const analysis = this.#seats[step.which % Math.max(1, this.#seats.length)];
      if (analysis) this.#say(analysis);
      return;
    }
    const person = this.people.get(step.who)!;
    const { client, seat } = person;
    switch (step.do) {
      case 'join': {
        if (seat) return;
        const rtpCapabilities = CLIENT_CAPABILITIES as never;
        const joined = await client.request('join', { room: step.room, name: 'X', rtpCapabilities, ...step.agreement });
        const analysis = this.subject.analyser.of(joined.participant);
        this.#seats.push(analysis);
        person.seat = { room: step.room, agreement: bothAgreements(step.agreement, step.agreement), analysis };
        expect(joined.showWords).toBe(person.seat.agreement.showWords);
        return;
      }
      case 'agree': {
        if (!seat) return;
        const answer = await client.ask('setConsent', step.agreement);
        // Too often given is refused, and what it takes away is taken all the same.
        seat.agreement = bothAgreements(step.agreement, answer.ok ? step.agreement : seat.agreement);
        return;
      }
      case 'leave':
        await client.request('leave', {});
        person.seat = null;
        return;
      case 'subscribe':
        await client.request('subscribe', { room: step.room });
        person.subscribed.add(step.room);
        return;
      case 'unsubscribe':
        await client.request('unsubscribe', {});
        person.subscribed.clear();
        return;
      case 'say':
        if (seat) this.#say(seat.analysis);
    }
  }

  #say(analysis: RecordedParticipant): void {
    const text = `word ${++this.#said}`;
    const seat = [...this.people.values()].find((person) => person.seat?.analysis === analysis)?.seat;
    if (seat?.agreement.showWords) {
      for (const [name, { seat: own, subscribed, expected }] of this.people) {
        const granted = 'transcript' in GRANTS[name] && subscribed.has(seat.room);
        if (own?.room === seat.room || granted) expected.push(text);
      }
    }
    analysis.say({ segment: this.#said, text, startMs: 0, endMs: 1, final: true, source: 'voice' });
  }
}

let subject: TestServer;
beforeAll(async () => {
  subject = await startServer();
});
afterAll(() => subject.close());

let run = 0;

test(
  'no word reaches anybody without its speaker’s switch and the reader’s room or grant, and everybody else gets each once, in any order of events',
  { timeout: 600_000 },
  async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 15, maxLength: 60 }), async (actions) => {
        run += 1;
        const world = new World(subject);
        for (const [index, name] of NAMES.entries()) {
          // Rates are counted by address and token.
          const localAddress = `127.1.${String(run % 250)}.${String(1 + index)}`;
          const options = { subject: `${name}-${String(run)}`, localAddress };
          const client = await subject.connect({ ...GRANTS[name], room: '*' }, options);
          world.people.set(name, { client, seat: null, subscribed: new Set(), expected: [] });
        }
        for (const step of actions) await world.play(step);
        for (const { client, expected } of world.people.values()) {
          await client.request('leave', {});
          await client.request('unsubscribe', {});
          expect(client.of('words').map(({ text }) => text)).toEqual(expected);
          told += expected.length;
          client.socket.terminate();
        }
      }),
      { numRuns: Number(process.env.WORDS_RUNS ?? 100) },
    );
    // The worlds were not silent ones.
    expect(told).toBeGreaterThan(100);
  },
);
