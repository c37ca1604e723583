import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command, InvalidArgumentError } from 'commander';
import { ClientError, EmostreamClient, type RoomEvent } from '../../client/lib/index.js';
import { nodeSocket } from '../../client/lib/node.js';
import { EmostreamError } from '../common/errors.js';
import { TokenBucket } from '../common/token-bucket.js';
import { eventsOf } from '../files/event-file.js';
import { countValues } from '../server/parse-request.js';
import { type Due, paced } from './replay-pace.js';
import { accessTo, failInRoom } from './room-access.js';

interface Batch {
  atMs: number;
  events: RoomEvent[];
  values: number;
}

interface ReplayFlags {
  server: string;
  room: string;
  token?: string;
  speed: number;
}

const note = (line: string): boolean => process.stderr.write(`emostream: ${line}\n`);
/** A server that lets a socket send less. */
const RATE_PAUSE_MS = 1000;
const BUDGET_PAUSE_MS = 50;
/** Of a message: a server takes 32 events, and 4096 values. */
const MOST_EVENTS = 32;
const MOST_VALUES = 2500;
/** A server counts 64 values as a message, and lets a socket send 50 a second if not told otherwise. */
const VALUES = { burst: 10_000, perSecond: 2500 };
const TOGETHER_MS = 50;

/** `emostream replay FILE --room R`: recorded events once more, for overlays and dashboards. */
export function replayCommand(): Command {
  return new Command('replay')
    .description(
      'Publish recorded events once more, marked `source: "replay"`, into a room where nobody is: for developing overlays and dashboards without a camera.',
    )
    .argument('<events>', 'events.jsonl of a recording')
    .requiredOption('--room <room>', 'name of the room')
    .option('--server <url>', 'address of the server', 'http://127.0.0.1:8080')
    .option(
      '--token <jwt>',
      'access token that grants `replay`; better given as EMOSTREAM_TOKEN. Without one the server’s open door is asked',
    )
    .option('--speed <times>', 'how many times as fast as it was, 0.1 to 60', speed, 1)
    .action(async (path: string, flags: ReplayFlags) => {
      try {
        await replay(path, flags);
      } catch (error) {
        failInRoom(error, flags.room, 'replay');
      }
    });
}

async function replay(path: string, { server, room, token, speed }: ReplayFlags): Promise<void> {
  if (!existsSync(path)) throw new EmostreamError('NOT_FOUND', `There is no file ${path}.`);
  let bad = 0;
  const due = paced(
    eventsOf(path, () => (bad += 1)),
    { speed, nowMs: Date.now() },
  );
  const shown = accessTo(server, room, token);
  // A connection that is lost ends the replay: what comes after would stand beside the events of somebody else.
  const client = new EmostreamClient({ server, room, token: shown, socket: nodeSocket, reconnect: false });
  const stopped = new AbortController();
  let end: ClientError | null = null;
  client.on('notification', (told) => {
    if (told.type !== 'replayEnded' || told.reason !== 'live') return;
    end = new ClientError('ROOM_IN_USE', 'people came into the room: the replay ended');
    stopped.abort();
  });
  client.on('status', (status) => {
    if (status.state !== 'closed') return;
    end ??= status.error;
    stopped.abort();
  });
  const stop = () => stopped.abort();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  await client.connect();
  try {
    await client.request('beginReplay', { room });
    note(`replaying ${path} into room ${room} on ${server}; end with Ctrl-C`);
    const budget = new TokenBucket(VALUES.burst, VALUES.perSecond, Date.now);
    let published = 0;
    for (const batch of batches(due)) {
      await sleep(Math.max(0, batch.atMs - Date.now()), undefined, { signal: stopped.signal }).catch(() => undefined);
      while (!stopped.signal.aborted && !budget.take(batch.values)) await sleep(BUDGET_PAUSE_MS);
      if (stopped.signal.aborted) break;
      published += await publish(client, room, batch.events);
    }
    if (bad > 0) note(`${bad} lines hold no event, and were left out`);
    note(`${published} events were published`);
    if (!stopped.signal.aborted) await client.request('endReplay', { room });
  } catch (error) {
    throw end ?? error;
  } finally {
    client.close();
  }
  if (end) throw end as ClientError;
}

async function publish(client: EmostreamClient, room: string, events: RoomEvent[]): Promise<number> {
  for (;;) {
    try {
      return (await client.request('replayEvents', { room, events })).published;
    } catch (error) {
      if (!(error instanceof ClientError) || error.code !== 'RATE_LIMITED') throw error;
      await sleep(RATE_PAUSE_MS);
    }
  }
}

/** What is due at about the same moment goes in one message: a socket may send only so many. */
function* batches(due: Iterable<Due>): Generator<Batch> {
  let batch: Batch | undefined;
  for (const { atMs, event } of due) {
    const values = countValues(Buffer.from(JSON.stringify(event)));
    const full = batch && (batch.events.length === MOST_EVENTS || batch.values + values > MOST_VALUES);
    if (batch && (full || batch.atMs + TOGETHER_MS <= atMs)) {
      yield batch;
      batch = undefined;
    }
    batch ??= { atMs, events: [], values: 0 };
    batch.values += values;
    batch.events.push(event);
  }
  if (batch) yield batch;
}

function speed(text: string): number {
  const value = Number(text);
  if (!(value >= 0.1 && value <= 60)) throw new InvalidArgumentError('0.1 to 60.');
  return value;
}
