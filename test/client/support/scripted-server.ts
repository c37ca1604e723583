import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { EmotionEvent, RoomEvent } from '../../../src/events/schema.js';
import {
  type Request,
  requestSchema,
  type RequestType,
  type ResultOf,
  SUBPROTOCOL,
  TOKEN_SUBPROTOCOL_PREFIX,
} from '../../../src/server/protocol.js';

type Answer = object | 'never' | { error: { code: string; message: string } };
export type Script = Partial<{
  [T in RequestType]: (request: Extract<Request, { type: T }>, socket: WebSocket) => Answer;
}>;

const DEFAULTS: Script = {
  getRouterCapabilities: () => ({ rtpCapabilities: {} }) satisfies ResultOf<'getRouterCapabilities'>,
  subscribe: () => ({ room: 'room-1', epoch: 'e1', lastSeq: 0 }) satisfies ResultOf<'subscribe'>,
  unsubscribe: () => ({}),
};

/** A real WebSocket server that speaks the protocol by a script, for what the real one would not do on demand. */
export class ScriptedServer {
  readonly requests: Request[] = [];
  readonly tokens: string[] = [];
  /** What the next upgrades are refused with. */
  refusal: { status: number; body: string } | null = null;
  script: Script = {};
  port = 0;
  readonly #http: Server;
  readonly #sockets: WebSocketServer;

  private constructor(http: Server) {
    this.#http = http;
    this.#sockets = new WebSocketServer({ noServer: true, handleProtocols: () => SUBPROTOCOL });
    http.on('upgrade', (request, socket, head) => {
      const protocols = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((part) => part.trim());
      const token = protocols.find((protocol) => protocol.startsWith(TOKEN_SUBPROTOCOL_PREFIX));
      this.tokens.push(token?.slice(TOKEN_SUBPROTOCOL_PREFIX.length) ?? '');
      if (this.refusal) {
        const { status, body } = this.refusal;
        socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#serve(ws));
    });
  }

  static async start(port = 0): Promise<ScriptedServer> {
    const http = createServer((_request, response) => response.writeHead(404).end());
    const server = new ScriptedServer(http);
    http.listen(port, '127.0.0.1');
    await once(http, 'listening');
    server.port = (http.address() as AddressInfo).port;
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get sockets(): WebSocket[] {
    return [...this.#sockets.clients];
  }

  /** To every connected client: an object as JSON, a string as it is. */
  send(message: object | string): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    for (const socket of this.sockets) socket.send(text);
  }

  requestsOf<T extends RequestType>(type: T): Extract<Request, { type: T }>[] {
    return this.requests.filter((request): request is Extract<Request, { type: T }> => request.type === type);
  }

  /** Cuts every connection without a goodbye. */
  cut(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  async close(): Promise<void> {
    this.cut();
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }

  #serve(socket: WebSocket): void {
    socket.on('message', (data) => {
      const request = requestSchema.parse(JSON.parse((data as Buffer).toString('utf8')));
      this.requests.push(request);
      const handler = (this.script[request.type] ?? DEFAULTS[request.type]) as
        ((request: Request, socket: WebSocket) => Answer) | undefined;
      const answer = handler?.(request, socket) ?? {};
      if (answer === 'never') return;
      const { id } = request;
      const response = 'error' in answer ? { ok: false, error: answer.error } : { ok: true, data: answer };
      socket.send(JSON.stringify({ type: 'response', id, ...response }));
    });
  }
}

const modality = { state: 'live', present: true, weight: 0.5, scores: null, quality: {} } as const;

export function emotionEvent(seq: number, change: Partial<EmotionEvent> = {}): EmotionEvent {
  const scores = { neutral: 0.1, happy: 0.6, sad: 0.1, angry: 0.05, fearful: 0.05, disgusted: 0.05, surprised: 0.05 };
  return {
    type: 'emotion',
    room: 'room-1',
    participant: 'p1',
    epoch: 'e1',
    seq,
    window: { start: seq * 1000, end: (seq + 1) * 1000 },
    revision: 0,
    label: 'happy',
    uncertain: false,
    confidence: 0.6,
    scores,
    smoothed: scores,
    valence: 0.5,
    arousal: 0.2,
    face: { ...modality, box: { x: 0.4, y: 0.2, width: 0.2, height: 0.3 } },
    voice: modality,
    words: { ...modality, state: 'off', present: false, weight: 0 },
    engine: { name: 'test', model: 'test' },
    latency: { capture: 1, decode: 1, close: 1, features: 1, queue: 1, inference: 1, publish: 1, total: 7 },
    ...change,
  };
}

/** Resolves when the condition holds; the test's own limit ends a wait in vain. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

export const seqs = (events: readonly RoomEvent[]): number[] => events.map((event) => event.seq);
