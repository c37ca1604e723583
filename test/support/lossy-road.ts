import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { seeded } from '../../bench/support/random.js';
import { Recorder } from '../sfu/support/recorder.js';

interface Place {
  address: string;
  port: number;
}

/**
 * A road for media between browsers and the server on one machine: it listens where browsers are told to send, and hands on what
 * comes, each browser from a socket of its own. Of media it loses a share on the way to the server; what makes the connection
 * (STUN, DTLS) it never does. By RFC 7983, 7, a first byte from 128 to 191 means RTP or RTCP.
 */
export class LossyRoad extends Recorder {
  /** 0 to 100. */
  lossPercent = 0;
  lost = 0;
  readonly #here: Socket;
  readonly #to: Place;
  readonly #ways = new Map<string, Socket>();
  readonly #random = seeded(1);

  private constructor(here: Socket, to: Place) {
    super();
    this.#here = here;
    this.#to = to;
    here.on('message', (packet, from) => {
      if (isMedia(packet) && this.#random() * 100 < this.lossPercent) {
        this.lost++;
        this.changed();
        return;
      }
      this.#way(from).send(packet, to.port, to.address);
    });
  }

  static async open(here: Place, to: Place): Promise<LossyRoad> {
    const socket = createSocket('udp4');
    const road = new LossyRoad(socket, to);
    socket.bind(here.port, here.address);
    await once(socket, 'listening');
    return road;
  }

  close(): void {
    this.#here.close();
    for (const way of this.#ways.values()) way.close();
  }

  #way(from: Place): Socket {
    const key = `${from.address}:${from.port}`;
    let way = this.#ways.get(key);
    if (!way) {
      this.#ways.set(key, (way = createSocket('udp4')));
      way.on('message', (packet) => this.#here.send(packet, from.port, from.address));
      // While a media worker is being replaced nobody is there.
      way.on('error', () => undefined);
      way.bind(0, this.#to.address);
    }
    return way;
  }
}

const isMedia = (packet: Buffer): boolean => (packet[0] ?? 0) >= 128 && (packet[0] ?? 0) <= 191;
