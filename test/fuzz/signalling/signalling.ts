import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { ServerMessage } from '../../../src/server/protocol.js';
import { startServer, type TestServer } from '../../server/support/test-server.js';
import { TestClient } from '../../server/support/test-client.js';
import type { FuzzSession, FuzzTarget } from '../target.js';
import { Attacker } from './attacker.js';
import { CALL, conversation, type Conversation } from './conversation.js';

/** Somebody who only wants to talk: what others do must not reach them. */
interface Innocent {
  client: TestClient;
  transportId: string;
  producers: string[];
}

/** What is answered, by a field that only this answer has. */
const ANSWERS: Record<string, string> = {
  rtpCapabilities: 'getRouterCapabilities',
  peers: 'join',
  iceCandidates: 'createTransport',
  consumerId: 'consume',
  producerId: 'produce',
  lastSeq: 'subscribe',
};

const GONE_PATIENCE_MS = 60_000;

/**
 * Calls that go wrong, to a real server with a real mediasoup worker. On the same worker are a call of somebody else and
 * the attacker's own room with a second person in it: both must go on, whatever comes.
 */
export const signalling: FuzzTarget<Conversation> = {
  name: 'signalling',
  group: 'signalling',
  playsInCi: 60,
  generate: conversation,
  open: async () => {
    const subject = await startServer({ maxMessagesPerSecond: 10_000, trustedProxies: ['127.0.0.1'] });
    const room = { ...subject, innocents: [await seat(subject, 'beside'), await seat(subject, 'attacked')] };
    return new SignallingSession(room);
  },
};

class SignallingSession implements FuzzSession<Conversation> {
  readonly #subject: TestServer & { innocents: Innocent[] };
  readonly #worker: number;
  readonly #reached: Record<string, number> = { BAD_MESSAGE: 0, WRONG_STATE: 0, NOT_FOUND: 0 };

  constructor(subject: TestServer & { innocents: Innocent[] }) {
    this.#subject = subject;
    this.#worker = workerOf(subject);
    for (const kind of Object.values(ANSWERS)) this.#reached[kind] = 0;
  }

  async play(input: Conversation): Promise<void> {
    const { server } = this.#subject;
    const internal: string[] = [];
    const address = `2001:db8:${randomBytes(6).toString('hex').match(/.{4}/g)!.join(':')}::1`;
    const subject = input.sameIdentity ? randomBytes(6).toString('hex') : undefined;
    const theirs = this.#subject.innocents[1]!.producers;
    const connect = async () => {
      const token = await this.#subject.token({ room: 'attacked' }, subject === undefined ? {} : { subject });
      const ids = new Map([
        ['$theirs0', theirs[0]!],
        ['$theirs1', theirs[1]!],
      ]);
      const onMessage = (message: ServerMessage) => this.#count(message, internal);
      return Attacker.connect(server.port, { token, address, ids, onMessage });
    };
    const sockets = [await connect(), ...(input.steps.some(({ socket }) => socket === 1) ? [await connect()] : [])];
    try {
      for (const step of input.steps) await sockets[step.socket]?.do(step);
      for (const socket of sockets) await socket.settle();
    } finally {
      for (const socket of sockets) socket.end();
    }
    if (internal.length > 0) throw new Error(`answered INTERNAL: ${internal.join('; ')}`);
    await this.#allIsWell();
  }

  reached(): Record<string, number> {
    return this.#reached;
  }

  async close(): Promise<void> {
    for (const { client, producers } of this.#subject.innocents) {
      for (const producerId of producers) await client.request('closeProducer', { producerId });
    }
    await this.#subject.close();
  }

  #count(message: ServerMessage, internal: string[]): void {
    if (message.type === 'error' && message.error.code === 'INTERNAL') internal.push(message.error.message);
    if (message.type !== 'response') return;
    const kind = message.ok ? answerOf(message.data) : message.error.code;
    if (kind === 'INTERNAL') internal.push(`request ${message.id}`);
    if (kind) this.#reached[kind] = (this.#reached[kind] ?? 0) + 1;
  }

  async #allIsWell(): Promise<void> {
    const { server, meter, innocents } = this.#subject;
    const gone = () => server.rooms.members === innocents.length && server.sockets === innocents.length;
    await within(polled(gone), () => `left behind: ${server.rooms.members} seats, ${server.sockets} sockets`);
    for (const { client, transportId } of innocents) {
      await within(client.request('restartIce', { transportId }), 'an innocent gets no answer');
      // That they send nothing is told to themselves; it has nothing to do with others.
      const told = client.messages.splice(0).flatMap(({ type }) => (type === 'mediaProblem' ? [] : type));
      if (told.includes('roomReset') || told.includes('error')) throw new Error('an innocent is told of trouble');
      if (client === innocents[0]!.client && told.some((type) => type !== 'response')) {
        throw new Error(`a room beside hears of it: ${told.join()}`);
      }
    }
    if (workerOf(this.#subject) !== this.#worker) throw new Error('the media worker was replaced');
    for (const closed of ['participant', 'room', 'connection', 'process', 'nothing']) {
      if (meter.value('emostream_uncaught_total', { closed }) > 0) throw new Error(`uncaught, closed: ${closed}`);
    }
    const rooms = [...server.rooms.open.values()].flatMap(({ room }) => [...room.participants.values()]);
    if (rooms.some(({ producers }) => producers.length !== 2)) throw new Error('an innocent lost a producer');
  }
}

async function seat(subject: TestServer, room: string): Promise<Innocent> {
  const client = await subject.connect({ room });
  await client.ask('join', { ...CALL.find(({ type }) => type === 'join'), room });
  const { transportId } = await client.request('createTransport', { direction: 'send' });
  const producers: string[] = [];
  for (const produce of CALL.filter(({ type }) => type === 'produce')) {
    const answer = await client.ask('produce', { ...produce, transportId });
    if (!answer.ok) throw new Error(answer.error.message);
    producers.push((answer.data as { producerId: string }).producerId);
  }
  client.messages.splice(0);
  return { client, transportId, producers };
}

/** By what is in the answer: the request may have been any. */
function answerOf(data: unknown): string | undefined {
  const field = Object.keys(ANSWERS).find((key) => typeof data === 'object' && data !== null && key in data);
  return field && ANSWERS[field];
}

function workerOf({ server }: TestServer): number {
  return server.pool.workers[0]?.worker.pid ?? 0;
}

/** The sockets' end is told by nothing that could be awaited. */
async function polled(condition: () => boolean): Promise<void> {
  while (!condition()) await setTimeout(2);
}

async function within<T>(promise: Promise<T>, otherwise: string | (() => string)): Promise<T> {
  const ended = new AbortController();
  const late = setTimeout(GONE_PATIENCE_MS, undefined, { signal: ended.signal }).then(() => {
    throw new Error(typeof otherwise === 'string' ? otherwise : otherwise());
  });
  late.catch(() => undefined);
  return Promise.race([promise, late]).finally(() => ended.abort());
}
