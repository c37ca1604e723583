import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Consent } from '../../src/common/consent.js';
import { ConsentWorld } from './support/consent/world.js';

const PEOPLE = ['ann', 'ben'];
const SUBSCRIBERS = 3;

const person = fc.constantFrom(...PEOPLE);
const consent: fc.Arbitrary<Consent> = fc.record({ face: fc.boolean(), voice: fc.boolean(), words: fc.boolean() });
const subscriber = fc.nat(SUBSCRIBERS - 1);
const modality = fc.constantFrom('face' as const, 'voice' as const);
const lag = fc.constantFrom(0, 0, 50, 300, 1200, 2500);

const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(50, 200, 700, 1500, 3000) }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('join' as const), person, consent, show: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('consent' as const), person, consent, show: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pulse' as const), person, consent }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('hide and show' as const), person }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('leave' as const),
      person,
      reason: fc.constantFrom('left' as const, 'timed-out' as const, 'timed-out' as const, 'removed' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take over' as const), person, consent, show: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('tap anew' as const), person, modality, again: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('say' as const),
      person,
      agoMs: fc.constantFrom(0, 100, 900, 2500, 6000),
      lengthMs: fc.constantFrom(0, 400),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('lag' as const),
      what: fc.constantFrom(
        'network' as const,
        'taps' as const,
        'thread' as const,
        'windows' as const,
        'engine' as const,
      ),
      ms: lag,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('kill thread' as const, 'restart thread' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('subscribe' as const),
      subscriber,
      resume: fc.constantFrom('no' as const, 'by number' as const, 'by epoch' as const, 'by epoch' as const),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('answer' as const), subscriber }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unsubscribe' as const), subscriber }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('slow' as const), subscriber, slow: fc.boolean() }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

async function play(world: ConsentWorld, step: Action): Promise<void> {
  if (step.do === 'pass') return world.pass(step.ms);
  if ('subscriber' in step) {
    const socket = world.subscribers[step.subscriber]!;
    if (step.do === 'subscribe') socket.subscribe(step.resume);
    else if (step.do === 'answer') socket.answer();
    else if (step.do === 'unsubscribe') socket.unsubscribe();
    else socket.slow = step.slow;
  } else if ('person' in step) {
    const seated = world.seated(step.person);
    if (step.do === 'join') {
      if (!seated) world.join(step.person, step.consent, step.show);
    } else if (seated) act(world, step);
  } else if (step.do === 'lag') world.lag[step.what] = step.ms;
  else if (step.do === 'kill thread') world.killThread();
  else world.restartThread();
}

function act(world: ConsentWorld, step: Extract<Action, { person: string }>): void {
  switch (step.do) {
    case 'consent':
      return world.consent(step.person, step.consent, step.show);
    case 'pulse': {
      const now = world.consentOf(step.person);
      const less = {
        face: now.face && step.consent.face,
        voice: now.voice && step.consent.voice,
        words: now.words && step.consent.words,
      };
      world.consent(step.person, less);
      return world.consent(step.person, now);
    }
    case 'hide and show':
      world.consent(step.person, world.consentOf(step.person), false);
      return world.consent(step.person, world.consentOf(step.person), true);
    case 'leave':
      return world.leave(step.person, step.reason);
    case 'take over':
      world.leave(step.person, 'removed');
      return world.join(step.person, step.consent, step.show);
    case 'tap anew':
      return world.closeTap(step.person, step.modality, step.again);
    case 'say':
      return world.say(step.person, step.agoMs, step.lengthMs);
    default:
  }
}

it(
  'nothing that was measured under a consent that ended leaves in any later message, whatever happens in whatever order',
  { timeout: 600_000 },
  async () => {
    let sent = 0;
    let told = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 5, 1000),
        fc.array(action, { minLength: 10, maxLength: 60 }),
        async (journalSize, actions) => {
          const world = new ConsentWorld(SUBSCRIBERS, { journalSize });
          for (const name of PEOPLE) world.join(name, { face: true, voice: true, words: true }, true);
          for (const socket of world.subscribers) {
            socket.subscribe('no');
            socket.answer();
          }
          for (const step of actions) await play(world, step);
          await world.finish();
          sent += world.emotionsSent;
          told += world.wordsTold;
        },
      ),
      { numRuns: Number(process.env.CONSENT_RUNS ?? 300) },
    );
    // The worlds were not silent ones.
    expect(sent).toBeGreaterThan(0);
    expect(told).toBeGreaterThan(0);
  },
);
