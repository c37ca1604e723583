import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP relay that can forget the connections it has: they stay open, and nothing goes through them any more. */
export class Relay {
  port = 0;
  /** Connections taken so far. */
  taken = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #pairs = new Set<[Socket, Socket]>();
  #blocked = false;

  private constructor(target: number) {
    this.#server = createServer((near) => {
      this.taken += 1;
      if (this.#blocked) {
        this.#sockets.add(near);
        return void near.on('error', () => undefined).resume();
      }
      const far = connect(target, '127.0.0.1');
      near.pipe(far);
      far.pipe(near);
      const pair: [Socket, Socket] = [near, far];
      this.#pairs.add(pair);
      for (const socket of pair) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          if (!this.#pairs.has(pair)) return;
          near.destroy();
          far.destroy();
        });
      }
    });
  }

  static async start(target: number): Promise<Relay> {
    const relay = new Relay(target);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    relay.port = (relay.#server.address() as AddressInfo).port;
    return relay;
  }

  forget(): void {
    for (const pair of this.#pairs) {
      const [near, far] = pair;
      near.unpipe(far);
      far.unpipe(near);
      // Read on and thrown away: no end is heard of, in no direction.
      near.resume();
      far.resume();
      this.#pairs.delete(pair);
    }
  }

  /** As `forget`, and whoever comes meets silence, too. */
  block(): void {
    this.#blocked = true;
    this.forget();
  }

  unblock(): void {
    this.#blocked = false;
    this.cut();
  }

  /** Ends the connections that there are. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
