import * as mediasoup from 'mediasoup';
import type { types } from 'mediasoup';
import type { z } from 'zod';
import type { SentSource } from '../common/consent.js';
import { EmostreamError } from '../common/errors.js';
import {
  type DtlsParameters,
  dtlsParametersSchema,
  type RtpParameters,
  rtpCapabilitiesSchema,
  rtpParametersSchema,
} from '../common/rtp-schema.js';
import { fromMediasoup } from './errors.js';
import { VIDEO_ORIENTATION } from './media-codecs.js';

const KIND: Record<SentSource, types.MediaKind> = { camera: 'video', microphone: 'audio', screen: 'video' };

/**
 * What a client says it can receive.
 * @throws EmostreamError BAD_MESSAGE naming the field
 */
export function checkRtpCapabilities(value: unknown): types.RtpCapabilities {
  // The schema leaves the names of header extensions open: a receiver may know more than mediasoup does.
  const capabilities = shaped(rtpCapabilitiesSchema, value, 'rtpCapabilities') as types.RtpCapabilities;
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
export function checkRtpParameters(source: SentSource, kind: types.MediaKind, value: unknown): types.RtpParameters {
  if (KIND[source] !== kind) throw new EmostreamError('BAD_MESSAGE', `kind: a ${source} sends ${KIND[source]}`);
  const shape = shaped(rtpParametersSchema, value, 'rtpParameters');
  checkCodecs(kind, shape);
  checkStreams(shape);
  const parameters = shape as types.RtpParameters;
  try {
    mediasoup.ortc.validateAndNormalizeRtpParameters(parameters);
  } catch (error) {
    throw fromMediasoup(error, 'rtpParameters');
  }
  if (shape.headerExtensions?.some((extension) => extension.uri === VIDEO_ORIENTATION)) {
    throw new EmostreamError(
      'UNSUPPORTED_MEDIA',
      `rtpParameters.headerExtensions: ${VIDEO_ORIENTATION} is not offered by this server; negotiate with its capabilities`,
    );
  }
  return parameters;
}

/** @throws EmostreamError BAD_MESSAGE naming the field */
export function checkDtlsParameters(value: unknown): DtlsParameters {
  return shaped(dtlsParametersSchema, value, 'dtlsParameters');
}

/** mediasoup follows references between codecs without looking whether they lead anywhere. */
function checkCodecs(kind: types.MediaKind, { codecs, encodings = [] }: RtpParameters): void {
  const media = new Set<number>();
  const seen = new Set<number>();
  for (const { mimeType, payloadType } of codecs) {
    if (!mimeType.toLowerCase().startsWith(`${kind}/`)) bad(`codecs: ${mimeType} is no codec of ${kind}`);
    if (seen.has(payloadType)) bad(`codecs: payload type ${payloadType} is given twice`);
    seen.add(payloadType);
    if (!isRtx(mimeType)) media.add(payloadType);
  }
  if (media.size === 0) bad('codecs: at least one must be no retransmission');
  for (const { mimeType, parameters } of codecs) {
    if (isRtx(mimeType) && !media.has(Number(parameters?.apt))) {
      bad('codecs: the apt of a retransmission must be the payload type of a codec of this list');
    }
  }
  for (const { codecPayloadType } of encodings) {
    if (codecPayloadType !== undefined && !media.has(codecPayloadType)) {
      bad('encodings: codecPayloadType must be the payload type of a codec of this list');
    }
  }
}

/** Streams of one producer are told apart by SSRC or RID (RFC 8852 §3). */
function checkStreams({ encodings = [] }: RtpParameters): void {
  const ssrcs = ssrcsOf(encodings);
  const rids = encodings.flatMap(({ rid }) => rid ?? []);
  if (new Set(ssrcs).size < ssrcs.length) bad('encodings: an ssrc is given twice');
  if (new Set(rids).size < rids.length) bad('encodings: a rid is given twice');
}

/** Every SSRC that the encodings declare, those of retransmissions too. */
export function ssrcsOf(encodings: NonNullable<RtpParameters['encodings']>): number[] {
  return encodings.flatMap(({ ssrc, rtx }) => [ssrc ?? [], rtx?.ssrc ?? []].flat());
}

function isRtx(mimeType: string): boolean {
  return mimeType.toLowerCase().endsWith('/rtx');
}

function bad(what: string): never {
  throw new EmostreamError('BAD_MESSAGE', `rtpParameters.${what}`);
}

function shaped<T extends z.ZodType>(schema: T, value: unknown, field: string): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new EmostreamError(
    'BAD_MESSAGE',
    `${[field, ...(issue?.path ?? [])].map(String).join('.')}: ${issue?.message}`,
  );
}
