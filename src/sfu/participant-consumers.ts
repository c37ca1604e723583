import type { types } from 'mediasoup';
import type { Bulkhead } from '../common/bulkhead.js';
import { EmostreamError } from '../common/errors.js';
import type { AskWorker } from './ask-worker.js';
import type { ConsumerInfo, ProducerInfo } from './media-info.js';

export interface ParticipantConsumersDeps {
  router: types.Router;
  /** What the participant can receive. */
  rtpCapabilities: types.RtpCapabilities;
  ask: AskWorker;
  bulkhead: Bulkhead;
  onClosed: (consumer: { consumerId: string; producerId: string }) => void;
}

/** What a participant receives: one consumer of a producer, whatever comes at the same time. */
export class ParticipantConsumers {
  readonly #deps: ParticipantConsumersDeps;
  readonly #consumers = new Map<string, types.Consumer>();
  /** Producers that are received, or about to be. */
  readonly #consumed = new Set<string>();

  constructor(deps: ParticipantConsumersDeps) {
    this.#deps = deps;
  }

  /** @throws EmostreamError WRONG_STATE, UNSUPPORTED_MEDIA or CLOSED */
  async consume(
    transport: types.WebRtcTransport,
    found: { participant: string; info: ProducerInfo },
  ): Promise<ConsumerInfo> {
    const { router, rtpCapabilities, ask, bulkhead, onClosed } = this.#deps;
    const { producerId, source } = found.info;
    if (this.#consumed.has(producerId)) {
      throw new EmostreamError('WRONG_STATE', 'producerId: you receive this producer already');
    }
    if (!router.canConsume({ producerId, rtpCapabilities })) {
      throw new EmostreamError('UNSUPPORTED_MEDIA', 'the rtpCapabilities given at join do not allow this producer');
    }
    this.#consumed.add(producerId);
    let consumer: types.Consumer;
    try {
      consumer = await ask('producerId', () => transport.consume({ producerId, rtpCapabilities, paused: true }));
    } catch (error) {
      this.#consumed.delete(producerId);
      throw error;
    }
    // With the participant their transports go.
    if (transport.closed || consumer.closed) {
      bulkhead.steps(() => consumer.close());
      this.#consumed.delete(producerId);
      throw new EmostreamError('CLOSED', 'the transport closed meanwhile: join again');
    }
    this.#consumers.set(consumer.id, consumer);
    consumer.observer.once(
      'close',
      bulkhead.wrap(() => {
        this.#consumers.delete(consumer.id);
        this.#consumed.delete(producerId);
        onClosed({ consumerId: consumer.id, producerId });
      }),
    );
    return {
      consumerId: consumer.id,
      producerId,
      participant: found.participant,
      source,
      kind: consumer.kind,
      rtpParameters: consumer.rtpParameters,
      producerPaused: consumer.producerPaused,
    };
  }

  async resume(consumerId: string): Promise<void> {
    const consumer = this.#consumers.get(consumerId);
    if (!consumer) throw new EmostreamError('NOT_FOUND', 'consumerId: no such consumer');
    await this.#deps.ask('consumerId', () => consumer.resume());
  }

  clear(): void {
    this.#consumers.clear();
  }
}
