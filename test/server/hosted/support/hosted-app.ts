import { readFileSync } from 'node:fs';
import { type App, startApp } from '../../../../src/cli/app.js';
import { loadConfig } from '../../../../src/config/load.js';
import type { RoomEvent } from '../../../../src/events/schema.js';
import { mintToken } from '../../../../src/server/index.js';
import type { GrantsGiven } from '../../../../src/server/protocol.js';
import { createLogger } from '../../../../src/telemetry/logger.js';
import { projectFile } from '../../../../bench/support/project-file.js';
import { HostedClient } from './hosted-client.js';

const SECRET = 'a-secret-for-tests-of-32-characters!';
const secret = new TextEncoder().encode(SECRET);

export const PICTURE = readFileSync(projectFile('test/fixtures/astronaut.jpg'));
/** Its face, measured by hand (test/fixtures/README.md): brow to chin, ear to ear, pixels. */
export const FACE = { left: 182, right: 270, eyes: { y: 102 }, chin: 178 };
/** 16-bit samples of `speech-16k.wav`, without the header of 44 bytes. */
export const SPEECH = readFileSync(projectFile('test/fixtures/speech-16k.wav')).subarray(44);

/** The whole real server with programs of the hosted API in front of it. */
export class HostedApp {
  readonly events: RoomEvent[] = [];
  readonly #clients: HostedClient[] = [];

  private constructor(readonly app: App) {
    app.bus.subscribe('room', (event) => this.events.push(event));
  }

  static async start(flags: Record<string, unknown> = {}): Promise<HostedApp> {
    const config = loadConfig({ env: process.env, flags: { httpPort: 0, rtcWorkers: 1, jwtSecret: SECRET, ...flags } });
    return new HostedApp(await startApp(config, createLogger('silent')));
  }

  token(subject: string | undefined, consent?: string, grants: Partial<GrantsGiven> = {}): Promise<string> {
    const full: GrantsGiven = { room: 'room', publish: true, subscribe: true, ...grants };
    const options = { ttlSeconds: 600, nowMs: Date.now(), subject, consent };
    return mintToken({ secret }, full, options).then(({ token }) => token);
  }

  /** Whoever `subject` is, with the token in the place of the API key. */
  async connect(
    endpoint: Parameters<typeof HostedClient.connect>[1],
    subject: string | undefined,
    {
      consent,
      declared,
      grants,
      ...options
    }: { consent?: string; declared?: string; grants?: Partial<GrantsGiven> } & {
      headers?: Record<string, string>;
      query?: string;
    } = {},
  ): Promise<HostedClient> {
    const key = await this.token(subject, declared, grants);
    const headers = {
      'X-Hume-Api-Key': key,
      ...(consent === undefined ? {} : { 'Emostream-Consent': consent }),
      ...options.headers,
    };
    const client = await HostedClient.connect(this.app.server.port, endpoint, { ...options, headers });
    this.#clients.push(client);
    return client;
  }

  async close(): Promise<void> {
    for (const { socket } of this.#clients) socket.terminate();
    await this.app.close();
  }
}
