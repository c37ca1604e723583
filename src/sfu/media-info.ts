import type { types } from 'mediasoup';
import type { Source } from '../common/consent.js';

export interface ProducerInfo {
  producerId: string;
  source: Source;
  kind: types.MediaKind;
  paused: boolean;
}

export interface ConsumerInfo {
  consumerId: string;
  producerId: string;
  participant: string;
  source: Source;
  kind: types.MediaKind;
  rtpParameters: types.RtpParameters;
  producerPaused: boolean;
}

/** What a participant sends. */
export interface OwnProducer {
  producer: types.Producer;
  source: Source;
}

export function describe({ producer, source }: OwnProducer): ProducerInfo {
  return { producerId: producer.id, source, kind: producer.kind, paused: producer.paused };
}

export function closing({ producer }: OwnProducer): () => void {
  return () => producer.close();
}
