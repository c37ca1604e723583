import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import type { Source } from '../common/consent.js';
import { EmostreamError } from '../common/errors.js';
import { fromMediasoup } from './errors.js';
import { VIDEO_ORIENTATION } from './media-codecs.js';

/** More than any browser sends; mediasoup itself sets no bound. */
const MAX_CODECS = 256;
const MAX_HEADER_EXTENSIONS = 64;
const MAX_ENCODINGS = 4;

const KIND: Record<Source, types.MediaKind> = { camera: 'video', microphone: 'audio' };

/**
 * What a client says it can receive.
 * @throws EmostreamError BAD_MESSAGE naming the field
 */
export function checkRtpCapabilities(value: unknown): types.RtpCapabilities {
  const capabilities = structuredClone(value) as types.RtpCapabilities;
  bound(capabilities.codecs, MAX_CODECS, 'rtpCapabilities.codecs');
  bound(capabilities.headerExtensions, MAX_HEADER_EXTENSIONS, 'rtpCapabilities.headerExtensions');
  try {
    mediasoup.ortc.validateAndNormalizeRtpCapabilities(capabilities);
  } catch (error) {
    throw fromMediasoup(error, 'rtpCapabilities');
  }
  return capabilities;
}

/**
 * What a client is about to send.
 * @throws EmostreamError BAD_MESSAGE or UNSUPPORTED_MEDIA naming the field
 */
export function checkRtpParameters(source: Source, kind: types.MediaKind, value: unknown): types.RtpParameters {
  if (KIND[source] !== kind) throw new EmostreamError('BAD_MESSAGE', `kind: a ${source} sends ${KIND[source]}`);
  const parameters = structuredClone(value) as types.RtpParameters;
  bound(parameters.codecs, MAX_CODECS, 'rtpParameters.codecs');
  bound(parameters.headerExtensions, MAX_HEADER_EXTENSIONS, 'rtpParameters.headerExtensions');
  bound(parameters.encodings, MAX_ENCODINGS, 'rtpParameters.encodings');
  try {
    mediasoup.ortc.validateAndNormalizeRtpParameters(parameters);
  } catch (error) {
    throw fromMediasoup(error, 'rtpParameters');
  }
  if (parameters.headerExtensions?.some((extension) => (extension.uri as string) === VIDEO_ORIENTATION)) {
    throw new EmostreamError(
      'UNSUPPORTED_MEDIA',
      `rtpParameters.headerExtensions: ${VIDEO_ORIENTATION} is not offered by this server; negotiate with its capabilities`,
    );
  }
  return parameters;
}

function bound(list: unknown, most: number, field: string): void {
  if (Array.isArray(list) && list.length > most) {
    throw new EmostreamError('BAD_MESSAGE', `${field}: ${most} at most`);
  }
}
