import { WebSocket } from 'ws';
import { countValues, MAX_VALUES } from '../../../src/server/parse-request.js';
import { serverMessageSchema, type Response, type ServerMessage, SUBPROTOCOL } from '../../../src/server/protocol.js';
import { Recorder } from '../../sfu/support/recorder.js';
import type { Step } from './conversation.js';
import type { Message } from './message.js';
import { write } from './mutate.js';

/** Without an answer for so long a request has none. */
const ANSWER_PATIENCE_MS = 30_000;
/** Ids of its own requests are above those that mutation makes. */
const FIRST_ID = 2 ** 40;
const SENTINEL_ID = 2 ** 48;

/** A client that does what no client should, and checks that each request is answered, in the forms of the protocol. */
export class Attacker extends Recorder {
  readonly #socket: WebSocket;
  readonly #ids: Map<string, string>;
  readonly #asked = new Map<number, number>();
  readonly #answered = new Map<number, number>();
  readonly #kinds = new Map<number, Message>();
  readonly onMessage: (message: ServerMessage) => void;
  #nextId = FIRST_ID;

  private constructor(socket: WebSocket, ids: Map<string, string>, onMessage: (message: ServerMessage) => void) {
    super();
    this.#socket = socket;
    this.#ids = ids;
    this.onMessage = onMessage;
    socket.on('message', (data) => this.#receive(serverMessageSchema.parse(JSON.parse((data as Buffer).toString()))));
    socket.on('error', () => undefined);
    socket.on('close', () => this.changed());
  }

  /** @param ids what `$…` stands for; own ids are added as they come */
  static async connect(
    port: number,
    options: { token: string; address: string; ids: Map<string, string>; onMessage: (message: ServerMessage) => void },
  ): Promise<Attacker> {
    const headers = { authorization: `Bearer ${options.token}`, 'x-forwarded-for': options.address };
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`, [SUBPROTOCOL], { headers });
    const attacker = new Attacker(socket, options.ids, options.onMessage);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return attacker;
  }

  get open(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  async do(step: Step): Promise<void> {
    if (!this.open) return;
    if ('close' in step) return void (step.close === 'properly' ? this.#socket.close() : this.#socket.terminate());
    if ('binary' in step) return void this.#socket.send(Buffer.from(step.binary, 'base64'));
    const id = this.#nextId++;
    const message = 'send' in step ? { id, ...step.send } : undefined;
    const text = write(message ?? ('text' in step ? step.text : ''), this.#ids);
    // Of a message with too many values nobody reads which request it is: its refusal names none.
    const asked = countValues(Buffer.from(text)) > MAX_VALUES ? undefined : idOf(text);
    if (message && asked !== undefined) this.#kinds.set(asked, message);
    if (asked !== undefined) this.#asked.set(asked, (this.#asked.get(asked) ?? 0) + 1);
    this.#socket.send(text);
    if (step.await && asked !== undefined) await this.#answers(asked);
  }

  /** @throws Error when something was asked and not answered, or answered twice */
  async settle(): Promise<void> {
    if (!this.open) return;
    await this.do({ socket: 0, send: { type: 'getRouterCapabilities', id: SENTINEL_ID }, await: true });
    if (!this.open) return;
    for (const [id, asked] of this.#asked) {
      const answered = this.#answered.get(id) ?? 0;
      if (answered !== asked) throw new Error(`request ${id} was asked ${asked} times and answered ${answered} times`);
    }
  }

  end(): void {
    this.#socket.terminate();
  }

  async #answers(id: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`no answer to ${JSON.stringify(this.#kinds.get(id) ?? id)}`)),
        ANSWER_PATIENCE_MS,
      );
    });
    const answered = () => !this.open || this.#answered.get(id) === this.#asked.get(id);
    await Promise.race([this.until(answered), late]).finally(() => clearTimeout(timer));
  }

  #receive(message: ServerMessage): void {
    if (message.type === 'response') {
      this.#answered.set(message.id, (this.#answered.get(message.id) ?? 0) + 1);
      this.#learn(message);
    }
    this.onMessage(message);
    this.changed();
  }

  #learn(response: Response): void {
    if (!response.ok) return;
    const asked = this.#kinds.get(response.id);
    const data = response.data as Record<string, string>;
    if (asked?.type === 'createTransport')
      this.#ids.set(`$${JSON.stringify(asked.direction).slice(1, -1)}`, data.transportId ?? '');
    if (asked?.type === 'produce') this.#ids.set('$own', data.producerId ?? '');
    if (asked?.type === 'consume') {
      this.#ids.set(this.#ids.has('$consumer0') ? '$consumer1' : '$consumer0', data.consumerId ?? '');
    }
  }
}

/** The id by which an answer would name the request. */
function idOf(text: string): number | undefined {
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    return typeof id === 'number' && Number.isSafeInteger(id) && id >= 0 ? id : undefined;
  } catch {
    return undefined;
  }
}
