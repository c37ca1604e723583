import type { EventRecord } from '../events/event-record.js';
import type { RequestOf } from './protocol.js';

/** What a subscription is narrowed to. */
export type Narrowing = Pick<RequestOf<'subscribe'>, 'participants' | 'types' | 'every'>;

/** Whether an event is wanted by a subscription. Pure. */
export function narrowed({ participants, types, every = 1 }: Narrowing): (event: EventRecord) => boolean {
  const who = participants && new Set(participants);
  const what = types && new Set<string>(types);
  return ({ participant, type, second }) =>
    (!who || who.has(participant)) && (!what || what.has(type)) && (second === null || second % every === 0);
}
