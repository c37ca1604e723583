import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventHeaders } from '../../src/cluster/event-message.js';
import { STREAM } from '../../src/cluster/event-stream.js';
import { personSubject } from '../../src/cluster/subjects.js';
import type { Listener } from '../events/support/listener.js';
import { NatsServer, noNatsServer } from '../support/nats-server.js';
import { BusNode } from './support/bus-node.js';

const ALL = { face: true, voice: true, words: true };
let server: NatsServer;
const nodes: BusNode[] = [];
let claims: Map<string, number>;
let room: string;
let rooms = 0;

beforeAll(async () => {
  if (!noNatsServer) server = await NatsServer.start();
});
afterAll(() => server?.close());
beforeEach(() => {
  room = `room-${String(++rooms)}`;
  claims = new Map([[room, 1]]);
});
afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
});

async function start(options: Parameters<typeof BusNode.start>[2] = {}): Promise<BusNode> {
  const node = await BusNode.start(server.url, claims, options);
  nodes.push(node);
  return node;
}

const gap = (participant = 'p') =>
  ({ type: 'gap', room, participant, window: { start: 0, end: 1000 }, reason: 'overloaded' }) as const;
const begin = (participant = 'p') => ({ type: 'begin', room, participant, at: 0, analysed: ALL }) as const;

function seat(node: BusNode, ...participants: string[]): void {
  for (const participant of participants) {
    node.bus.enter({ room, participant });
    node.bus.consent({ room, participant }, ALL);
  }
}
function say(node: BusNode, count: number, participant?: string): void {
  for (let n = 0; n < count; n++) node.bus.publish(gap(participant));
}
const heard = (listener: Listener): string[] =>
  listener.got.map((item) =>
    'event' in item
      ? `${item.event.epoch} ${String(item.event.seq)}`
      : `${item.missed.reason} ${item.missed.epoch} ${String(item.missed.fromSeq)}-${String(item.missed.toSeq ?? '')}`,
  );
const numbers = (epoch: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, n) => `${epoch} ${String(from + n)}`);
const until = (listener: Listener, expected: string[]) => expect.poll(() => heard(listener)).toEqual(expected);

describe.skipIf(noNatsServer)('events of many nodes', () => {
  it('go on when NATS comes back without all that it had stored', async () => {
    const own = await NatsServer.start();
    const [a, b] = [await BusNode.start(own.url, claims), await BusNode.start(own.url, claims)];
    nodes.push(a, b);
    seat(a, 'p');
    const live = await b.listen(room);
    say(a, 3);
    const { epoch } = a.bus.subscribe(room, () => undefined);
    await until(live, numbers(epoch, 1, 3));
    await own.lose();
    say(a, 2);
    await own.start();
    await until(live, numbers(epoch, 1, 5));
    say(a, 1);
    await until(live, numbers(epoch, 1, 6));
    await Promise.all(nodes.splice(0).map((node) => node.close()));
    await own.close();
  }, 30_000);

  it('are told by any node, and a resume goes on over a node that died and one that began anew, with nothing twice', async () => {
    const [a, b, c] = [await start(), await start(), await start()];
    seat(a, 'p');
    const live = await c.listen(room);
    say(a, 5);
    const first = a.bus.subscribe(room, () => undefined).epoch;
    await until(live, numbers(first, 1, 5));
    expect((await b.listen(room, { epoch: first, sinceSeq: 2 })).got).toMatchObject(
      [3, 4, 5].map((seq) => ({ event: { seq } })),
    );

    // It dies, and another claims the room.
    await a.kill();
    claims.set(room, 2);
    seat(b, 'p');
    say(b, 3);
    const second = b.bus.subscribe(room, () => undefined).epoch;
    const after = [`other-epoch ${first} 6-`, ...numbers(second, 1, 3)];
    await until(live, [...numbers(first, 1, 5), ...after]);

    // By the node that has the room, one that listened, and one that began anew.
    for (const node of [b, c, await start()]) {
      const resumed = await node.listen(room, { epoch: first, sinceSeq: 3 });
      expect(resumed.ended).toBeNull();
      await until(resumed, [...numbers(first, 4, 5), ...after]);
    }
  });

  it('are forgotten on every node and in the stream, and what is sent later under the consent of before is told by none', async () => {
    const [a, b] = [await start(), await start()];
    seat(a, 'p', 'q');
    const live = await b.listen(room);
    a.bus.publish(begin());
    say(a, 2);
    say(a, 1, 'q');
    const { epoch } = a.bus.subscribe(room, () => undefined);
    await until(live, numbers(epoch, 1, 4));
    const order = a.bus.local.ownOrder(room, epoch)!;
    a.bus.consent({ room, participant: 'p' }, { ...ALL, face: false });
    await expect.poll(() => a.count('emostream_nats_events_total', { what: 'purged-person' })).toBe(1);
    const manager = await jetstreamManager(b.link.connection);
    const stored = async () => {
      const { state } = await manager.streams.info(STREAM, { subjects_filter: `events.${room}.>` });
      return state.subjects;
    };
    // Of them one message is left: that they are forgotten, and that their analysis had begun.
    expect(await stored()).toEqual({ [personSubject(room, 'p')]: 1, [personSubject(room, 'q')]: 1 });

    const told = [`${epoch} 1`, `forgotten ${epoch} 2-3`, `${epoch} 4`];
    await until(await b.listen(room, { epoch, sinceSeq: 0 }), told);

    // Sent once more, as after an answer that was lost; and by a node that had the room before and comes back.
    const late = { ...gap(), epoch, seq: 3 };
    const older = { ...gap(), epoch: 'older', seq: 9 };
    const subject = personSubject(room, 'p');
    const more = { after: 0, ageMs: 0 };
    await b.stream.publish(subject, 'late', eventHeaders({ ...late, order }, more), JSON.stringify(late));
    const before = { term: 0, born: order.born + 1000 };
    await b.stream.publish(subject, 'older', eventHeaders({ ...older, order: before }, more), JSON.stringify(older));
    say(a, 1, 'q');
    await until(live, numbers(epoch, 1, 5));
    const fresh = await start();
    await until(await fresh.listen(room, { epoch, sinceSeq: 0 }), [...told, `${epoch} 5`]);
    for (const node of [b, fresh]) {
      expect(await node.count('emostream_dropped_total', { stage: 'nats', reason: 'forgotten' })).toBe(2);
    }

    // Who leaves is forgotten but that they left; under a new consent all is told again.
    a.bus.publish({ type: 'end', room, participant: 'p', at: 0, reason: 'left' });
    a.bus.leave({ room, participant: 'p' }, false);
    seat(a, 'p');
    say(a, 1);
    await until(live, numbers(epoch, 1, 7));
  });

  it('are forgotten, too, when somebody comes from a node that died and agrees to less', async () => {
    const [a, b, c] = [await start(), await start(), await start()];
    seat(a, 'p', 'q');
    a.bus.publish(begin());
    a.bus.publish(begin('q'));
    say(a, 1, 'q');
    say(a, 2);
    const { epoch } = a.bus.subscribe(room, () => undefined);
    await until(await c.listen(room, { epoch, sinceSeq: 0 }), numbers(epoch, 1, 5));
    await a.kill();
    claims.set(room, 2);
    seat(b, 'q');
    b.bus.enter({ room, participant: 'p' });
    b.bus.consent({ room, participant: 'p' }, { ...ALL, voice: false });
    const told = [...numbers(epoch, 1, 3), `forgotten ${epoch} 4-5`];
    const resumed = async (node: BusNode) => heard(await node.listen(room, { epoch, sinceSeq: 0 }));
    await expect.poll(() => resumed(c)).toEqual(told);
    expect(await resumed(b)).toEqual([...told, `other-epoch ${epoch} 6-`]);
  });

  it('go on here while NATS is away or hangs; what did not find room meanwhile is told as lost, and nothing of who withdrew is sent', async () => {
    const a = await start({ journalSize: 4 });
    const b = await start();
    seat(a, 'p', 'q');
    const [here, there] = [await a.listen(room), await b.listen(room)];
    say(a, 2);
    const { epoch } = here;
    await until(there, numbers(epoch, 1, 2));

    await server.kill();
    await expect.poll(() => a.link.connected || b.link.connected).toBe(false);
    say(a, 2);
    say(a, 1, 'q');
    say(a, 3);
    expect(here.seqs).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    a.bus.consent({ room, participant: 'q' }, { ...ALL, voice: false });
    await server.start();
    await until(there, [
      ...[...numbers(epoch, 1, 2), `lost ${epoch} 3-4`, `forgotten ${epoch} 5-5`, ...numbers(epoch, 6, 8)],
    ]);
    expect(await a.count('emostream_nats_events_total', { what: 'lost' })).toBe(2);

    // It hangs: what was sent to it may come when it goes on, and is not told twice.
    server.hang();
    say(a, 2);
    expect(here.seqs.at(-1)).toBe(10);
    await expect.poll(() => a.link.connected).toBe(false);
    server.goOn();
    await expect.poll(() => there.seqs).toEqual([1, 2, 6, 7, 8, 9, 10]);
    await expect.poll(() => (a.bus.report(), a.count('emostream_nats_pending_events'))).toBe(0);
  });
});
