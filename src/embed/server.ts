import type * as http from 'node:http';
import type * as https from 'node:https';
import type { Logger } from 'pino';
import { type Observable, takeUntil } from 'rxjs';
import { type App, startApp } from '../cli/app.js';
import { systemClock } from '../common/clock.js';
import { EmostreamError } from '../common/errors.js';
import { configKeys, loadConfig } from '../config/load.js';
import type { RoomEvent } from '../events/schema.js';
import { mountedFront, noFront } from '../server/index.js';
import type { GrantsGiven } from '../server/protocol.js';
import { createLogger } from '../telemetry/logger.js';
import { PromMeter } from '../telemetry/prom-meter.js';
import { attachTo } from './attach.js';
import type { Attachment, AttachOptions } from './attachment.js';
import type { ConfigOptions } from './config-options.js';
import { observeRoom } from './observe-room.js';

export interface ServerOptions extends ConfigOptions {
  /**
   * An HTTP or HTTPS server of yours: ours is then on it, under `path`, and all else stays yours; you make it listen and close it. It needs
   * `jwtSecret` (or another way to check tokens). Not given: a server of its own at `host` and `httpPort`. `false`: nothing listens,
   * and events come by Observables alone.
   */
  http?: http.Server | https.Server | false;
  /** Where on your server: the WebSocket is at `<path>/ws`. Default `/emostream`. */
  path?: string;
  /** People can be in calls of this server. Default true; `false` where you only attach: then no media workers are started. */
  calls?: boolean;
  /** Takes the place of JSON lines on standard error. Ids only are logged. */
  logger?: Logger;
}

export interface EmostreamServer {
  /** Address of the page and of clients, without a slash at its end; null where nothing listens (yet). */
  readonly url: string | null;
  /** Which engine judges, such as `onnx`, and by which model. */
  readonly engine: { readonly name: string; readonly model: string };
  /** Everything that happens in a room from now on. Completes when the server closes. */
  events$(room: string): Observable<RoomEvent>;
  /** Has somebody of your own mediasoup application analysed: see {@link attach}. */
  attach(options: AttachOptions): Promise<Attachment>;
  /**
   * An access token for a client.
   * @param life `ttlSeconds`, default `tokenTtl`; `subject`: the participant's id, the same over reconnects
   */
  token(grants: GrantsGiven, life?: { ttlSeconds?: number; subject?: string }): Promise<string>;
  /** Metrics in Prometheus' text format. */
  metrics(): Promise<{ body: string; contentType: string }>;
  /** Tells everybody and ends everything that was started; resolves within seconds. */
  close(): Promise<void>;
}

/**
 * Starts the whole product within this process: calls, analysis (in processes of its own), events, metrics. Options stand above
 * `EMOSTREAM_…` variables of the environment, and these above the defaults. It needs what `npx emostream setup` brings.
 * @throws EmostreamError CONFIG_INVALID, ENGINE_UNAVAILABLE, MODEL_INVALID, SPEECH_UNAVAILABLE or INTERNAL; nothing is left running then
 */
export async function createServer(options: ServerOptions = {}): Promise<EmostreamServer> {
  const { http, path = '/emostream', calls = true, logger, ...flags } = options;
  const unknown = Object.keys(flags).filter((key) => !(configKeys as string[]).includes(key));
  if (unknown.length > 0) {
    throw new EmostreamError('CONFIG_INVALID', `no such option: ${unknown.join(', ')} (docs/configuration.md)`);
  }
  const config = loadConfig({ flags, env: process.env });
  const meter = new PromMeter();
  const log =
    logger ?? createLogger(config.logLevel, (lines) => meter.count('emostream_log_lines_lost_total', {}, lines));
  if (http && config.jwtSecret === undefined && config.jwksUrl === undefined) {
    throw new EmostreamError(
      'CONFIG_INVALID',
      'jwtSecret (or jwksUrl): is needed on a server of yours, or anybody could get a token',
    );
  }
  const front = http === false ? noFront() : http && mountedFront({ server: http, path });
  const app = await startApp(config, log, { meter, guest: true, calls, ...(front ? { front } : {}) });
  return new RunningEmostream(app, config.tokenTtl);
}

class RunningEmostream implements EmostreamServer {
  readonly #app: App;
  readonly #tokenTtl: number;
  readonly #closed: Promise<void>;
  #onClosed: () => void = () => undefined;

  constructor(app: App, tokenTtl: number) {
    this.#app = app;
    this.#tokenTtl = tokenTtl;
    this.#closed = new Promise((resolve) => (this.#onClosed = resolve));
  }

  get url(): string | null {
    return this.#app.server.url || null;
  }

  get engine(): EmostreamServer['engine'] {
    return this.#app.engine;
  }

  events$(room: string): Observable<RoomEvent> {
    return observeRoom(this.#app.bus, room).pipe(takeUntil(this.#closed));
  }

  attach(options: AttachOptions): Promise<Attachment> {
    const { bus, server } = this.#app;
    return attachTo({ bus, attachments: server.attachments, clock: systemClock }, options);
  }

  token(grants: GrantsGiven, life: { ttlSeconds?: number; subject?: string } = {}): Promise<string> {
    return this.#app.server.mint(grants, { ttlSeconds: this.#tokenTtl, ...life });
  }

  metrics(): Promise<{ body: string; contentType: string }> {
    return this.#app.meter.exposition();
  }

  async close(): Promise<void> {
    await this.#app.close();
    this.#onClosed();
  }
}
