import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import type { z } from 'zod';
import { rtpCapabilitiesSchema } from '../../../src/common/rtp-schema.js';
import {
  type Beat,
  type Notification,
  type Request,
  type RequestData,
  type RequestType,
  type Response,
  type ResultOf,
  resultSchemas,
  type ServerMessage,
  serverMessageSchema,
  SUBPROTOCOL,
  TOKEN_SUBPROTOCOL_PREFIX,
} from '../../../src/server/protocol.js';
import { CLIENT_CAPABILITIES } from '../../../src/sfu/index.js';
import { Recorder } from '../../sfu/support/recorder.js';

export interface TestClientOptions {
  token?: string;
  /** How the token is sent: as a browser does, or as a program does. */
  by?: 'subprotocol' | 'header';
  origin?: string;
  host?: string;
  path?: string;
  autoPong?: boolean;
  headers?: Record<string, string>;
  /** Which address of the loopback it comes from. */
  localAddress?: string;
}

export type MessageOf<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

/** A client that checks every message it gets against the protocol, and can send what the protocol forbids. */
export class TestClient extends Recorder {
  readonly socket: WebSocket;
  readonly messages: ServerMessage[] = [];
  /** They come at any time, and are no answer to anything. */
  readonly beats: Beat[] = [];
  closed: { code: number; reason: string } | undefined;
  pings = 0;
  #nextId = 1;

  private constructor(socket: WebSocket) {
    super();
    this.socket = socket;
    socket.on('message', (data) => {
      const message = exactly(serverMessageSchema, JSON.parse((data as Buffer).toString('utf8')));
      if (message.type === 'beat') this.beats.push(message);
      else this.messages.push(message);
      this.changed();
    });
    socket.on('ping', () => {
      this.pings += 1;
      this.changed();
    });
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString('utf8') };
      this.changed();
    });
  }

  /** @throws Refusal when the upgrade is refused */
  static async connect(port: number, options: TestClientOptions): Promise<TestClient> {
    const { token, by = 'subprotocol', origin, host, path = '/ws', autoPong = true, localAddress } = options;
    const protocols =
      by === 'subprotocol' && token !== undefined ? [SUBPROTOCOL, TOKEN_SUBPROTOCOL_PREFIX + token] : [SUBPROTOCOL];
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, {
      autoPong,
      ...(origin === undefined ? {} : { origin }),
      ...(localAddress === undefined ? {} : { localAddress }),
      headers: {
        ...options.headers,
        ...(by === 'header' && token !== undefined ? { authorization: `Bearer ${token}` } : {}),
        ...(host === undefined ? {} : { host }),
      },
    });
    const client = new TestClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
      socket.once('unexpected-response', (_request, response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        // A server that is overloaded, or ends, may cut the answer off.
        response.on('end', () => reject(new Refusal(response.statusCode ?? 0, body ? JSON.parse(body) : null)));
      });
    });
    return client;
  }

  /** Sends a request and resolves with its response, failed or not. */
  async ask(type: string, data: object = {}): Promise<Response> {
    const id = this.#nextId++;
    this.send(JSON.stringify({ type, id, ...data }));
    return this.until(() => this.messages.find((m): m is Response => m.type === 'response' && m.id === id));
  }

  /** Sends a request that must succeed. */
  async request<T extends RequestType>(type: T, data: RequestData<T>): Promise<ResultOf<T>> {
    const response = await this.ask(type, data satisfies Partial<Request>);
    if (!response.ok) throw new Error(`${type} failed: ${response.error.code} ${response.error.message}`);
    return exactly(resultSchemas[type] as unknown as z.ZodType<ResultOf<T>>, response.data);
  }

  /** Sends a request that must fail, and resolves with why. */
  async refused(type: string, data: object = {}): Promise<{ code: string; message: string }> {
    const response = await this.ask(type, data);
    if (response.ok) throw new Error(`${type} succeeded`);
    return response.error;
  }

  join(name = 'Alice', consent = { face: false, voice: false, words: false }) {
    const rtpCapabilities = rtpCapabilitiesSchema.parse(CLIENT_CAPABILITIES);
    return this.request('join', { name, consent, rtpCapabilities });
  }

  send(data: string | Buffer): void {
    this.socket.send(data);
  }

  of<T extends ServerMessage['type']>(type: T): MessageOf<T>[] {
    return this.messages.filter((message): message is MessageOf<T> => message.type === type);
  }

  /** The nth message of a type (from 0), awaited. */
  next<T extends Notification['type'] | 'gap' | 'begin' | 'end' | 'emotion'>(
    type: T,
    index = 0,
  ): Promise<MessageOf<T>> {
    return this.until(() => this.of(type)[index]);
  }

  ended(): Promise<{ code: number; reason: string }> {
    return this.until(() => this.closed);
  }
}

/** The schemas drop what they do not name: a server of today sends nothing of the kind. */
function exactly<T>(schema: z.ZodType<T>, message: unknown): T {
  const read = schema.parse(message);
  assert.deepStrictEqual(read, message);
  return read;
}

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly body: unknown,
  ) {
    super(`the upgrade was refused with ${status}`);
  }
}
