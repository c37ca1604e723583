import assert from 'node:assert/strict';
import { WebSocket } from 'ws';
import type { z } from 'zod';
import { audioMessages, streamMessages, videoMessages } from '../../../../src/server/hosted/schemas.js';
import { Recorder } from '../../../sfu/support/recorder.js';

const PATHS = {
  video: '/v1/expression/video/realtime',
  audio: '/v1/expression/audio/realtime',
  stream: '/v0/stream/models',
};
type Endpoint = keyof typeof PATHS;
const SCHEMAS: Record<Endpoint, z.ZodType[]> = {
  video: Object.values(videoMessages),
  audio: Object.values(audioMessages),
  stream: Object.values(streamMessages),
};

/** Anything that a server says; each was checked by the schemas of its endpoint. */
export type Said = Record<string, unknown> & { type?: string; code?: string };

/** A program written for the hosted expression API. */
export class HostedClient extends Recorder {
  readonly said: Said[] = [];
  closed: { code: number; reason: string } | undefined;

  private constructor(readonly socket: WebSocket) {
    super();
  }

  /** @throws Error `NNN: …` when the upgrade is refused */
  static async connect(
    port: number,
    endpoint: Endpoint,
    { headers = {}, query = '' }: { headers?: Record<string, string>; query?: string } = {},
  ): Promise<HostedClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${PATHS[endpoint]}${query}`, { headers });
    const client = new HostedClient(socket);
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString('utf8')) as Said;
      assertOneOf(SCHEMAS[endpoint], message);
      client.said.push(message);
      client.changed();
    });
    socket.on('close', (code, reason) => {
      client.closed = { code, reason: reason.toString() };
      client.changed();
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
      socket.once('unexpected-response', (_request, response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => reject(new Error(`${String(response.statusCode)}: ${body}`)));
      });
    });
    socket.on('error', () => undefined);
    return client;
  }

  json(message: object): void {
    this.socket.send(JSON.stringify(message));
  }

  media(data: Uint8Array): void {
    this.socket.send(data);
  }

  of(type: string): Said[] {
    return this.said.filter((message) => message.type === type);
  }

  /** The nth message of a type (from 0), awaited. */
  next(type: string, index = 0): Promise<Said> {
    return this.until(() => this.of(type)[index]);
  }

  /** The nth message of any type, awaited. */
  nth(index: number): Promise<Said> {
    return this.until(() => this.said[index]);
  }

  ended(): Promise<{ code: number; reason: string }> {
    return this.until(() => this.closed);
  }
}

/** Each is what one of the schemas says, with no field that it does not name. */
function assertOneOf(schemas: readonly z.ZodType[], message: Said): void {
  const fits = schemas.some((schema) => {
    const read = schema.safeParse(message);
    if (!read.success) return false;
    try {
      assert.deepStrictEqual(read.data, message);
      return true;
    } catch {
      return false;
    }
  });
  if (!fits) throw new Error(`the server said what is no message: ${JSON.stringify(message)}`);
}
