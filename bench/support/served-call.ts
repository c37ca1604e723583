import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Consent } from '../../src/common/consent.js';
import { mintToken } from '../../src/server/tokens.js';
import { childrenOf, type ServeOptions, ServeProcess } from '../../test/cli/support/serve-process.js';
import { TestClient } from '../../test/server/support/test-client.js';
import { SECRET } from '../../test/server/support/test-server.js';
import type { CallAccess } from './call-access.js';
import type { Impairment } from './impaired-link.js';
import type { WantedTracks } from './ingress.js';
import { INSPECTABLE, Inspector } from './inspector.js';
import { type PersonClock, ServedPerson } from './served-person.js';
import type { Recording } from './recording.js';
import { wallClock } from './shared-timer.js';
import { Watcher } from './watcher.js';

const INSIDE = fileURLToPath(new URL('./inside-server.js', import.meta.url));
const TOKEN_TTL_SECONDS = 86_400;
const RECONNECT_MS = 250;
const SETTLE_PATIENCE_MS = 120_000;
const WHOLE_SECONDS = 4;

export const EVERYTHING: Consent = { face: true, voice: true, words: true };

export interface ServedCallOptions {
  recording: Recording;
  serve?: ServeOptions;
}

/**
 * A call in `emostream serve` itself, in its own processes: people join by signalling and send real RTP over links that may
 * be impaired, and somebody of each room hears its events. They come back by themselves, as the page does.
 */
export class ServedCall implements CallAccess {
  readonly people: ServedPerson[] = [];
  readonly watchers = new Map<string, Watcher>();
  readonly #recording: Recording;
  #port: number;
  #inspected: { pid: number; inspector: Promise<Inspector> } | undefined;
  #closed = false;

  private constructor(
    readonly server: ServeProcess,
    port: number,
    recording: Recording,
  ) {
    this.#port = port;
    this.#recording = recording;
  }

  static async start({ recording, serve = {} }: ServedCallOptions): Promise<ServedCall> {
    const server = new ServeProcess({
      ...serve,
      env: { EMOSTREAM_JWT_SECRET: SECRET, ...INSPECTABLE, ...serve.env },
    });
    return new ServedCall(server, await server.ready(), recording);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** The server process at the moment, the supervisor's child. */
  get serverPid(): number {
    return childrenOf(this.server.pid)[0] ?? 0;
  }

  /** What looks into the server process; another one after it was started anew. */
  inspector(): Promise<Inspector> {
    const pid = this.serverPid;
    if (this.#inspected?.pid !== pid) {
      this.#detach();
      const inspector = Inspector.attach(pid).then(async (attached) => {
        await attached.call(INSIDE, 'watchRooms');
        return attached;
      });
      this.#inspected = { pid, inspector };
      // It ended meanwhile: whoever asks next tries the one that follows.
      inspector.catch(() => (this.#inspected = undefined));
    }
    return this.#inspected?.inspector ?? Promise.reject(new Error('the server process ended'));
  }

  async connect(room: string, subject?: string): Promise<TestClient> {
    const { token } = await mintToken(
      { secret: new TextEncoder().encode(SECRET) },
      { room, publish: true, subscribe: true, moderate: false },
      { ttlSeconds: TOKEN_TTL_SECONDS, nowMs: Date.now(), subject },
    );
    return TestClient.connect(this.#port, { token });
  }

  async reconnect(room: string, subject?: string): Promise<TestClient | null> {
    while (!this.#closed) {
      try {
        return await this.connect(room, subject);
      } catch {
        await delay(RECONNECT_MS);
      }
    }
    return null;
  }

  /** Somebody joins, and sends; the first of a room brings somebody who hears its events. */
  async join(name: string, room: string, clock: PersonClock = {}): Promise<ServedPerson> {
    if (!this.watchers.has(room)) this.watchers.set(room, await Watcher.open(this, room));
    const person = await ServedPerson.join(this, {
      name,
      room,
      consent: EVERYTHING,
      recording: this.#recording,
      seed: this.people.length + 1,
      ...clock,
    });
    this.people.push(person);
    return person;
  }

  /** All links are so from now on, both ways; jitter and duplicates are of what is sent. */
  impair(impairment: Impairment): void {
    const { lossPercent = 0, delayMs = 0 } = impairment;
    for (const person of this.people) person.impair(impairment, { lossPercent, delayMs });
  }

  async prepare(): Promise<void> {
    await this.inspector();
  }

  async takeMedia(room: string, participant: string, wanted: WantedTracks): Promise<number> {
    return (await this.inspector()).call<number>(INSIDE, 'takeMedia', room, participant, wanted);
  }

  /** Resolves when everybody has had some whole seconds in a row. @throws Error when that does not come */
  async settled(): Promise<void> {
    const from = wallClock();
    while (!this.people.every((person) => this.isWhole(person, from))) {
      if (wallClock() - from > SETTLE_PATIENCE_MS) throw new Error('not everybody in the call is seen and heard');
      await delay(200);
    }
  }

  /** They had some seconds with face and voice since then. */
  isWhole({ name, room }: ServedPerson, fromMs: number): boolean {
    const whole = (this.watchers.get(room)?.events ?? []).filter(
      (event) =>
        event.type === 'emotion' &&
        event.participant === name &&
        event.window.start >= fromMs &&
        event.face.present &&
        event.voice.present,
    );
    return whole.length >= WHOLE_SECONDS;
  }

  /** Process ids of the analysis processes that hold people. */
  async analysisPids(): Promise<number[]> {
    return (await this.inspector()).call<number[]>(INSIDE, 'analysisPids');
  }

  /** What `/metrics` says, by name and labels as they stand there. */
  async metrics(): Promise<Map<string, number>> {
    const answer = await fetch(`http://127.0.0.1:${String(this.#port)}/metrics`);
    const lines = (await answer.text()).split('\n').filter((line) => line && !line.startsWith('#'));
    return new Map(
      lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const person of this.people) person.close();
    for (const watcher of this.watchers.values()) watcher.close();
    this.#detach();
    this.server.child.kill('SIGTERM');
    await this.server.exited;
  }

  /** A process that somebody inspects waits for them before it ends. */
  #detach(): void {
    this.#inspected?.inspector.then(
      (inspector) => inspector.close(),
      () => undefined,
    );
    this.#inspected = undefined;
  }
}
