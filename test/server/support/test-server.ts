import { systemClock } from '../../../src/common/clock.js';
import { type Config, configSchema } from '../../../src/config/schema.js';
import type { UnsequencedEvent } from '../../../src/events/bus.js';
import { InProcessBus } from '../../../src/events/in-process-bus.js';
import { createServer, mintToken, type RunningServer, type ServerDeps } from '../../../src/server/index.js';
import type { Grants, GrantsGiven } from '../../../src/server/protocol.js';
import { LocalReceiver } from '../../sfu/support/local-receiver.js';
import { RecordingAnalyser } from '../../sfu/support/recording-analyser.js';
import { RecordingMeter } from '../../sfu/support/recording-meter.js';
import { silentLogger } from '../../sfu/support/sfu-fixture.js';
import { TestClient, type TestClientOptions } from './test-client.js';

export const SECRET = 'a-secret-for-tests-of-32-characters!';
const secretKey = new TextEncoder().encode(SECRET);
export const ALL = { face: true, voice: true, words: true };
export const NONE = { face: false, voice: false, words: false };

export interface TestServer {
  server: RunningServer;
  analyser: RecordingAnalyser;
  meter: RecordingMeter;
  bus: InProcessBus;
  token(grants?: Partial<Grants>, options?: { ttlSeconds?: number; subject?: string }): Promise<string>;
  connect(
    grants?: Partial<Grants>,
    options?: TestClientOptions & { subject?: string; ttlSeconds?: number },
  ): Promise<TestClient>;
  close(): Promise<void>;
}

/** A real server on free ports, with real media workers; only the analysis behind it is a recorder. */
export async function startServer(
  config: Partial<Config> = {},
  deps: Partial<ServerDeps> = {},
  journalSize = 100,
): Promise<TestServer> {
  const analyser = new RecordingAnalyser(await LocalReceiver.create());
  const meter = new RecordingMeter();
  const bus = new InProcessBus({ journalSize, maxRooms: 100 });
  const server = await createServer({
    config: configSchema.parse({ httpPort: 0, jwtSecret: SECRET, rtcWorkers: 1, ...config }),
    analyser,
    bus,
    meter,
    logger: silentLogger,
    clock: systemClock,
    info: () => ({
      version: '0.0.0-test',
      engine: 'none',
      model: 'none',
      speech: { state: 'off', language: null },
      voiceEncoder: 'off',
      passedOver: [],
    }),
    telemetry: {
      metrics: (_request, response) => void response.end('metrics'),
      healthz: (_request, response) => void response.end('ok'),
      readyz: (_request, response) => void response.end('ready'),
    },
    ...deps,
  });
  const token: TestServer['token'] = async (grants, options) => {
    const full: GrantsGiven = { room: 'room', publish: true, subscribe: true, moderate: false, ...grants };
    const { ttlSeconds = 600, subject } = options ?? {};
    const nowMs = (deps.clock ?? systemClock)();
    return (await mintToken({ secret: secretKey }, full, { ttlSeconds, nowMs, subject })).token;
  };
  const clients: TestClient[] = [];
  return {
    server,
    analyser,
    meter,
    bus,
    token,
    connect: async (grants, { subject, ttlSeconds, ...options } = {}) => {
      const life = {
        ...(subject === undefined ? {} : { subject }),
        ...(ttlSeconds === undefined ? {} : { ttlSeconds }),
      };
      const signed = await token(grants, life);
      const client = await TestClient.connect(server.port, { token: signed, ...options });
      clients.push(client);
      return client;
    },
    close: async () => {
      for (const client of clients) client.socket.terminate();
      await server.close();
    },
  };
}

/** An event of a room, with text to give it weight. */
export function gapEvent(room = 'room', participant = 'alice', startMs = 0): UnsequencedEvent {
  return { type: 'gap', room, participant, window: { start: startMs, end: startMs + 1000 }, reason: 'overloaded' };
}
