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
