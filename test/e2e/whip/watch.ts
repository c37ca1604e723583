import { WebSocket } from 'ws';
import type { RoomEvent } from '../../../src/events/schema.js';
import { Recorder } from '../../sfu/support/recorder.js';

type EventOf<T extends RoomEvent['type']> = Extract<RoomEvent, { type: T }>;

/** The events of a room, as they come. */
export class Watch extends Recorder {
  readonly events: RoomEvent[] = [];
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.on('message', (data) => {
      this.events.push(JSON.parse((data as Buffer).toString('utf8')) as RoomEvent);
      this.changed();
    });
  }

  static async open(url: string, token: string): Promise<Watch> {
    const socket = new WebSocket(new URL('/ws', url.replace(/^http/, 'ws')), {
      headers: { authorization: `Bearer ${token}` },
    });
    const watch = new Watch(socket);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    socket.send(JSON.stringify({ type: 'subscribe', id: 1 }));
    return watch;
  }

  /** A second in which camera and microphone were decoded, both. */
  live(): Promise<EventOf<'emotion'>> {
    return this.#first('emotion', ({ face, voice }) => face.state === 'live' && voice.state === 'live');
  }

  /** Resolves with `seconds` as soon as so many of them one after another were live. */
  liveFor(seconds: number): Promise<number> {
    return this.until(() => {
      let run = 0;
      for (const event of this.events) {
        if (event.type === 'emotion') run = event.face.state === 'live' ? run + 1 : 0;
        if (run === seconds) return seconds;
      }
      return undefined;
    });
  }

  ended(): Promise<EventOf<'end'>> {
    return this.#first('end');
  }

  close(): void {
    this.#socket.terminate();
  }

  #first<T extends RoomEvent['type']>(
    type: T,
    wanted: (event: EventOf<T>) => boolean = () => true,
  ): Promise<EventOf<T>> {
    return this.until(() =>
      this.events.filter((event): event is EventOf<T> => event.type === type).find((event) => wanted(event)),
    );
  }
}
