import { createWorker, type types } from 'mediasoup';
import { z } from 'zod';

const withTransport = z.object({ transportId: z.string() });
/** mediasoup checks what is inside of these by itself. */
const opaque = z.custom<never>((value) => typeof value === 'object' && value !== null);

/**
 * The server's side of the handshake test: a router, the page's requests, and the server's own ends of media and messages
 * through a DirectTransport.
 */
export class HandshakeServer {
  /** The page's tracks, as they come. */
  readonly producers: types.Producer[] = [];
  /** What the page's data channel sent. */
  readonly received: string[] = [];
  /** What the page says that it received. */
  readonly acknowledged: string[] = [];
  readonly transports = new Map<string, types.WebRtcTransport>();
  /** Called after each arrival above. */
  onArrival: () => void = () => {};

  readonly #worker: types.Worker;
  readonly #router: types.Router;
  readonly #direct: types.DirectTransport;
  readonly #down: types.DataProducer;
  readonly #consumers = new Map<string, types.Consumer>();

  private constructor(
    worker: types.Worker,
    router: types.Router,
    direct: types.DirectTransport,
    down: types.DataProducer,
  ) {
    this.#worker = worker;
    this.#router = router;
    this.#direct = direct;
    this.#down = down;
  }

  static async create(workerBin: string): Promise<HandshakeServer> {
    const worker = await createWorker({ workerBin, logLevel: 'warn' });
    const router = await worker.createRouter({
      mediaCodecs: [
        { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
        { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
      ],
    });
    const direct = await router.createDirectTransport();
    return new HandshakeServer(worker, router, direct, await direct.produceData({ label: 'down' }));
  }

  get workerAlive(): boolean {
    return !this.#worker.closed && !this.#worker.died;
  }

  close(): void {
    this.#worker.close();
  }

  /** Sends a message to the page. */
  sendDown(text: string): void {
    this.#down.send(text);
  }

  /** The page's track, tapped: its packets arrive in this process. */
  async tap(producer: types.Producer): Promise<types.Consumer> {
    return this.#direct.consume({ producerId: producer.id, rtpCapabilities: this.#router.rtpCapabilities });
  }

  /** Answers one request of the page. */
  async answer(method: string, data: unknown): Promise<unknown> {
    switch (method) {
      case 'capabilities':
        return this.#router.rtpCapabilities;
      case 'createTransport':
        return this.#createTransport();
      case 'connect': {
        const { dtlsParameters } = z.object({ dtlsParameters: opaque }).parse(data);
        return this.#transport(data).connect({ dtlsParameters });
      }
      case 'produce': {
        const { kind, rtpParameters } = z
          .object({ kind: z.enum(['audio', 'video']), rtpParameters: opaque })
          .parse(data);
        const producer = await this.#transport(data).produce({ kind, rtpParameters });
        this.producers.push(producer);
        return { id: producer.id };
      }
      case 'produceData': {
        const { sctpStreamParameters } = z.object({ sctpStreamParameters: opaque }).parse(data);
        const up = await this.#transport(data).produceData({ sctpStreamParameters });
        const consumer = await this.#direct.consumeData({ dataProducerId: up.id });
        consumer.on('message', (message) => this.#arrived(this.received, message.toString('utf8')));
        return { id: up.id };
      }
      case 'consume':
        return this.#consume(data);
      case 'resume': {
        const { consumerId } = z.object({ consumerId: z.string() }).parse(data);
        return this.#consumers.get(consumerId)?.resume();
      }
      case 'consumeData': {
        const { id, sctpStreamParameters, label } = await this.#transport(data).consumeData({
          dataProducerId: this.#down.id,
        });
        return { id, dataProducerId: this.#down.id, sctpStreamParameters, label };
      }
      case 'message':
        return this.#arrived(this.acknowledged, z.object({ text: z.string() }).parse(data).text);
      default:
        throw new Error(`the page asked for ${method}`);
    }
  }

  async #createTransport(): Promise<object> {
    const transport = await this.#router.createWebRtcTransport({
      listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
      enableSctp: true,
    });
    this.transports.set(transport.id, transport);
    const { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters } = transport;
    return { id, iceParameters, iceCandidates, dtlsParameters, sctpParameters };
  }

  async #consume(data: unknown): Promise<object> {
    const { rtpCapabilities } = z.object({ rtpCapabilities: opaque }).parse(data);
    const video = this.producers.find(({ kind }) => kind === 'video');
    if (!video) throw new Error('the page consumes before it has produced');
    const consumer = await this.#transport(data).consume({ producerId: video.id, rtpCapabilities, paused: true });
    this.#consumers.set(consumer.id, consumer);
    const { id, kind, rtpParameters } = consumer;
    return { id, producerId: video.id, kind, rtpParameters };
  }

  #transport(data: unknown): types.WebRtcTransport {
    const transport = this.transports.get(withTransport.parse(data).transportId);
    if (!transport) throw new Error('the page names an unknown transport');
    return transport;
  }

  #arrived(list: string[], text: string): void {
    list.push(text);
    this.onArrival();
  }
}
