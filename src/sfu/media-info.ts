import type { types } from 'mediasoup';
import type { SentSource } from '../common/consent.js';

export interface ProducerInfo {
  producerId: string;
  source: SentSource;
  kind: types.MediaKind;
  paused: boolean;
}

export interface ConsumerInfo {
  consumerId: string;
  producerId: string;
  participant: string;
  source: SentSource;
  kind: types.MediaKind;
  rtpParameters: types.RtpParameters;
  producerPaused: boolean;
}

/** What a participant sends. */
export interface OwnProducer {
  producer: types.Producer;
  source: SentSource;
}

export function describe({ producer, source }: OwnProducer): ProducerInfo {
  return { producerId: producer.id, source, kind: producer.kind, paused: producer.paused };
}

export function closing({ producer }: OwnProducer): () => void {
  return () => producer.close();
}
