import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { types } from 'mediasoup';
import { pino } from 'pino';
import type { App } from '../../src/cli/app.js';
import { systemClock } from '../../src/common/clock.js';
import type { Config } from '../../src/config/schema.js';
import { TOKEN_PATH, WS_PATH } from '../../src/server/protocol.js';
import { Room, TapCounter } from '../../src/sfu/index.js';
import { makeRecording, type Recording } from '../support/recording.js';
import { SyntheticPeer } from '../support/synthetic-peer.js';
import type { Attack, FloodName } from './plan.js';

const ALL = { face: true, voice: true, words: true };
/** Room whose journal is full, for those who ask for the past. */
export const PAST = 'past';

/** One sender who harms, in a room of their own on the same worker as everybody else. */
export class Flooder {
  readonly #app: App;
  readonly #config: Config;
  readonly #process: ChildProcess;
  readonly #large: Recording;
  #rooms = 0;

  private constructor(app: App, config: Config, process: ChildProcess, large: Recording) {
    this.#app = app;
    this.#config = config;
    this.#process = process;
    this.#large = large;
  }

  static start(app: App, config: Config): Flooder {
    const child = fork(fileURLToPath(new URL('./attacker.js', import.meta.url)));
    return new Flooder(app, config, child, largePictures());
  }

  /** Begins; the returned function ends it. */
  async flood(name: FloodName): Promise<() => Promise<void>> {
    if (name === 'nothing') return () => Promise.resolve();
    if (name === 'signalling' || name === 'replay') {
      await this.#tell({
        flood: name,
        url: `${this.#app.server.url.replace('http', 'ws')}${WS_PATH}`,
        token: await this.#token(),
      });
      return () => this.#tell({ flood: 'none' });
    }
    const app = this.#app;
    const logger = pino({ level: 'silent' });
    const room = await Room.create(`flood-${String(this.#rooms++)}`, {
      ...app,
      pool: app.server.pool,
      clock: systemClock,
      logger,
      maxBitrate: this.#config.maxBitrate,
      maxPacketRate: this.#config.maxPacketRate,
      maxParticipants: 1,
      maxConsumersPerWorker: 512,
      tapCounter: new TapCounter(app.meter),
    });
    const participant = room.join('flooder', {});
    await participant.setConsent(ALL);
    if (name === 'pictures') {
      const peer = await SyntheticPeer.create({ router: room.router, recording: this.#large });
      if (peer.videoProducer) await participant.adopt(peer.videoProducer, 'camera');
      peer.start();
      return () => {
        room.close('empty');
        peer.close();
        return Promise.resolve();
      };
    }
    const { transport, producer, ssrc } = await camera(room.router);
    await participant.adopt(producer, 'camera');
    await this.#tell({ flood: name, port: transport.tuple.localPort, ssrc });
    return async () => {
      await this.#tell({ flood: 'none' });
      room.close('empty');
    };
  }

  close(): void {
    this.#process.disconnect();
  }

  async #tell(attack: Attack): Promise<void> {
    this.#process.send(attack);
    await once(this.#process, 'message');
  }

  async #token(): Promise<string> {
    const answer = await fetch(`${this.#app.server.url}${TOKEN_PATH}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ room: PAST }),
    });
    return ((await answer.json()) as { token: string }).token;
  }
}

async function camera(router: types.Router) {
  const ssrc = 77_777;
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
    rtcpMux: true,
    comedia: true,
  });
  const producer = await transport.produce({
    kind: 'video',
    rtpParameters: {
      codecs: [{ mimeType: 'video/VP8', payloadType: 101, clockRate: 90_000 }],
      encodings: [{ ssrc }],
    },
  });
  return { transport, producer, ssrc };
}

/** Two pictures of a size that no call needs, over and over. */
function largePictures(): Recording {
  return makeRecording({
    video: {
      codec: 'VP8',
      width: 3840,
      height: 2160,
      framesPerSecond: 10,
      frames: 2,
      keyFrameEvery: 1,
      bitRate: 4_000_000,
      draw: (index, rgb) => rgb.fill(100 + 50 * index),
    },
  });
}
