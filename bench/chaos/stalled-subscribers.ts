import { setTimeout as delay } from 'node:timers/promises';
import type { RoomEvent } from '../../src/events/schema.js';
import type { TestClient } from '../../test/server/support/test-client.js';
import type { ServedCall } from '../support/served-call.js';
import { wallClock } from '../support/shared-timer.js';
import { lostNumbers } from '../support/told-seconds.js';
import { Drill } from './drill.js';
import { alwaysChecks, check, type Row } from './row.js';

const STALLED = 20;
/** Three heartbeats of 5 s, and a round of looking. */
const CLOSED_WITHIN_MS = 30_000;
const EVENTS = new Set(['emotion', 'gap', 'begin', 'end', 'media']);

const eventsOf = (clients: readonly TestClient[]): RoomEvent[] =>
  clients.flatMap(({ messages }) => messages.filter((message) => EVENTS.has(message.type)) as RoomEvent[]);

/** They stop to read, answer no heartbeat, and come back when they were put out. */
export const STALLED_SUBSCRIBERS: Row = {
  id: 'stalled-subscribers',
  what: `${String(STALLED)} subscribers stop to read, and come back later`,
  promised:
    'closed after three heartbeats (15 s); nobody else notices; who comes back is given what it missed, or told',
  run: async (call) => {
    const room = call.people[0]!.room;
    const clients = await Promise.all(Array.from({ length: STALLED }, () => call.connect(room)));
    for (const client of clients) await client.request('subscribe', {});
    const drill = await Drill.begin(call);
    const subscribers = await subscribersOf(call);
    for (const { socket } of clients) socket.pause();
    const from = wallClock();
    while ((await subscribersOf(call)) > subscribers - STALLED && wallClock() - from < CLOSED_WITHIN_MS)
      await delay(500);
    const closedS = (wallClock() - from) / 1000;
    const left = (await subscribersOf(call)) - (subscribers - STALLED);
    // What the system had buffered for them is read now; then they ask for the rest.
    for (const { socket } of clients) socket.resume();
    await Promise.all(clients.map((client) => client.ended()));
    const again = await Promise.all(
      clients.map(async (client) => {
        const last = eventsOf([client]).at(-1);
        const back = await call.connect(room);
        await back.request('subscribe', last ? { sinceSeq: last.seq, epoch: last.epoch } : {});
        return back;
      }),
    );
    await delay(3000);
    const losses = clients.map((client, index) => {
      const both = [client, again[index]!];
      return lostNumbers(
        eventsOf(both),
        both.flatMap((one) => one.of('missed')),
      );
    });
    const found = await drill.end();
    for (const { socket } of again) socket.terminate();
    const lost = losses.reduce((sum, one) => sum + one.lost, 0);
    return {
      found,
      figures: { closedAfterSeconds: closedS },
      checks: [
        ...alwaysChecks(found),
        check('all of them are closed', left <= 0, `${String(left)} left after ${closedS.toFixed(1)} s`),
        check(
          'the others lose nothing',
          found.judged === found.expected,
          `${String(found.judged)} of ${String(found.expected)}`,
        ),
        check('who came back has every event, or was told', lost === 0, `${String(lost)} lost`),
      ],
    };
  },
};

const subscribersOf = async (call: ServedCall): Promise<number> =>
  (await call.metrics()).get('emostream_subscribers') ?? Number.NaN;
