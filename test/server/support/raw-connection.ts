import { connect, type Socket } from 'node:net';

/** A TCP connection that says what it is told to, from any address of the loopback (127.0.0.0/8). */
export class RawConnection {
  readonly socket: Socket;
  readonly ended: Promise<void>;
  received = '';
  readonly #openedAt = performance.now();

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => (this.received += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => socket.once('close', () => resolve()));
  }

  /** Resolves when it is open, or was refused. */
  static open(port: number, localAddress = '127.0.0.1', halfOpen = false, host = '127.0.0.1'): Promise<RawConnection> {
    const socket = connect({ port, host, localAddress, allowHalfOpen: halfOpen });
    const connection = new RawConnection(socket);
    return new Promise((resolve) => {
      socket.once('connect', () => resolve(connection));
      socket.once('close', () => resolve(connection));
    });
  }

  /** How long it lived, ms. */
  async lifetime(): Promise<number> {
    await this.ended;
    return performance.now() - this.#openedAt;
  }
}
