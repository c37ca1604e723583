import type { types } from 'mediasoup';
import {
  SyntheticParticipant,
  type SyntheticParticipantOptions,
} from '../../../bench/support/synthetic-participant.js';
import { type App, startApp } from '../../../src/cli/app.js';
import { loadConfig } from '../../../src/config/load.js';
import type { RoomEvent } from '../../../src/events/schema.js';
import { MEDIA_CODECS, TapTransports } from '../../../src/sfu/index.js';
import { createLogger } from '../../../src/telemetry/logger.js';

/** The whole real server, and synthetic people in front of it. */
export class Call {
  readonly events: RoomEvent[] = [];
  readonly #waiting = new Set<() => void>();

  private constructor(
    readonly app: App,
    readonly router: types.Router,
    private readonly taps: TapTransports,
    readonly room: string,
  ) {
    app.bus.subscribe(room, (event) => {
      this.events.push(event);
      for (const check of this.#waiting) check();
    });
  }

  static async start(room: string, flags: Record<string, unknown> = {}): Promise<Call> {
    const app = await startApp(
      loadConfig({ env: process.env, flags: { httpPort: 0, ...flags } }),
      createLogger('silent'),
    );
    const worker = app.server.pool.workers[0];
    if (!worker) throw new Error('no mediasoup worker');
    const router = await worker.worker.createRouter({ mediaCodecs: MEDIA_CODECS });
    return new Call(app, router, new TapTransports(router), room);
  }

  join(
    participant: string,
    options: Pick<SyntheticParticipantOptions, 'recording' | 'consent'> & Partial<SyntheticParticipantOptions>,
  ): Promise<SyntheticParticipant> {
    return SyntheticParticipant.create({
      ...this.app,
      router: this.router,
      taps: this.taps,
      room: this.room,
      participant,
      ...options,
    });
  }

  /** Ends an analysis process as a native crash would. */
  killProcess(): void {
    process.kill(this.app.analyser.pids[0]!, 'SIGSEGV');
  }

  of<T extends RoomEvent['type']>(type: T, participant: string): Extract<RoomEvent, { type: T }>[] {
    return this.events.filter(
      (event): event is Extract<RoomEvent, { type: T }> => event.type === type && event.participant === participant,
    );
  }

  /** Resolves with what `find` answers as soon as it answers something; it is asked at every event. */
  until<T>(what: string, find: () => T | undefined | false, timeoutMs = 60_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        const seen = this.events.map((event) => event.type).join(' ');
        reject(new Error(`never came: ${what}; events so far: ${seen}`));
      }, timeoutMs);
      const check = () => {
        const found = find();
        if (found === undefined || found === false) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve(found);
      };
      this.#waiting.add(check);
      check();
    });
  }

  async close(): Promise<void> {
    this.router.close();
    await this.app.close();
  }
}
