import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../src/common/version.js';
import type { Random } from '../random.js';
import type { Json, Message } from './message.js';
import { mutate } from './mutate.js';

/** One thing that a client does on one of its sockets. */
export type Step =
  | { socket: number; send: Message; await: boolean }
  | { socket: number; text: string; await: boolean }
  | { socket: number; binary: string }
  | { socket: number; close: 'properly' | 'at once' };

export interface Conversation {
  /** Both sockets have the same identity, so the second takes the seat of the first. */
  sameIdentity: boolean;
  steps: Step[];
}

/**
 * What a page in Chromium sent in a call of two, and after it the requests that the call did not need. Ids of that call are
 * replaced by what names them: `$send` and `$recv` (own transports), `$own` (own producer), `$theirs0` and `$theirs1` (the
 * other's producers), `$consumer0` and `$consumer1`.
 */
export const CALL = JSON.parse(
  readFileSync(join(projectRoot(), 'test', 'fuzz', 'signalling', 'call.json'), 'utf8'),
) as readonly Message[];

const GIVEN_TO_MEDIASOUP = new Set<Json>(['join', 'connectTransport', 'produce']);

/** Messages of which a swarm is sent, and what takes them back. */
const UNDONE_BY = new Map<Json, Message | undefined>([
  ['join', { type: 'leave' }],
  ['produce', { type: 'closeProducer', producerId: '$own' }],
  ['connectTransport', undefined],
  ['consume', undefined],
  ['caption', undefined],
]);
const SWARM = 12;

const RAW = [
  '',
  ' ',
  'null',
  '[]',
  '7',
  '"join"',
  '{',
  '{}',
  '{"id":1}',
  '{"type":"join"}',
  '{"type":"leave","id":1}\u0000',
  '{"type":"leave","id":1,"id":2}',
  '{"type":"leave","type":"join","id":1}',
  '{"__proto__":{"type":"leave","id":1}}',
  '{"type":"leave","id":1,"__proto__":{"polluted":true}}',
  '{"type":"constructor","id":1}',
  '{"type":"toString","id":1}',
  '{"type":"__proto__","id":1}',
  '{"type":"leave","id":1e999}',
  '{"type":"leave","id":-0}',
  '{"type":"leave","id":9007199254740993}',
  '@deep:10000',
  '@deep:100000',
  '@long:261000',
  '@long:263000',
  '@many:65000',
];

/** A call that goes wrong in a few places: in the fields of its messages, in their order, in what comes between them. */
export function conversation(random: Random): Conversation {
  const steps: Step[] = CALL.map((message) => ({ socket: 0, send: structuredClone(message) as Message, await: true }));
  // Most go wrong in one place: what goes wrong early never comes to what is behind it.
  const changes = random.pick([0, 1, 1, 2, 4]);
  for (let i = 0; i < changes; i++) change(steps, random);
  swarm(steps, random);
  return { sameIdentity: random.chance(0.3), steps };
}

/** Before one of the messages it comes many times with one field changed each; what takes effect is taken back. */
function swarm(steps: Step[], random: Random): void {
  const places = steps.flatMap((step, at) => ('send' in step && UNDONE_BY.has(step.send.type ?? null) ? at : []));
  if (places.length === 0) return;
  const at = random.pick(places);
  const step = steps[at]!;
  if (!('send' in step)) return;
  const mutants = Array.from({ length: SWARM }, () => structuredClone(step));
  for (const mutant of mutants) mutate(mutant.send, random, CALL);
  const undo = UNDONE_BY.get(step.send.type ?? null);
  steps.splice(at, 0, ...mutants.flatMap((each) => (undo ? [each, { ...each, send: { ...undo } }] : [each])));
}

function change(steps: Step[], random: Random): void {
  const at = random.int(0, steps.length - 1);
  const step = steps[at]!;
  const kind = random.int(0, 19);
  if (kind < 11) {
    // What mediasoup is given has most of the fields.
    const given = steps.filter((each) => 'send' in each && GIVEN_TO_MEDIASOUP.has(each.send.type ?? null));
    const changed = given.length > 0 && random.chance(0.6) ? random.pick(given) : step;
    const times = random.int(1, 3);
    for (let i = 0; i < times; i++) if ('send' in changed) mutate(changed.send, random, CALL);
  } else if (kind === 11) steps.splice(at, 1);
  else if (kind === 12) steps.splice(at, 0, structuredClone(step));
  else if (kind === 13) steps.splice(at, 0, ...steps.splice(random.int(0, steps.length - 1), 1));
  else if (kind === 14)
    steps.splice(at, 0, { socket: random.int(0, 1), text: random.pick(RAW), await: random.chance(0.5) });
  else if (kind === 15) steps.splice(at, 0, { socket: 0, binary: random.bytes(random.int(0, 50)).toString('base64') });
  else if (kind === 16) steps.splice(at, 0, { socket: 0, close: random.pick(['properly', 'at once']) });
  else if (kind === 17) {
    // Nobody waits for answers: what comes next overtakes what goes on in the worker.
    for (const each of steps.slice(at, at + random.int(2, 12))) if ('await' in each) each.await = false;
  } else if (kind === 18) {
    // The same from a second socket, step by step with the first.
    const doubled = steps.slice(at).flatMap((each) => [each, { ...structuredClone(each), socket: 1 }]);
    steps.splice(at, steps.length, ...doubled);
  } else steps.splice(at, 0, { socket: 0, send: structuredClone(random.pick(CALL)), await: random.chance(0.5) });
}
