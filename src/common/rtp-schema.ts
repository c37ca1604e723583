import { z } from 'zod';

/**
 * What a client may say about RTP and DTLS: each field that mediasoup reads, in the range that it can carry to its worker,
 * and nothing else. mediasoup checks few of them itself, and serialises them with a builder that all rooms of a worker
 * share: a value that it cannot write (rtpParametersFbsUtils.js: `BigInt(encoding.maxBitrate)`) leaves that builder broken
 * for everybody. What browsers send beside these fields (`scaleResolutionDownBy`, `priority`, …) is stripped.
 *
 * Text goes on to the other participants, whose browsers make SDP lines of it (RFC 8866 §5): printable ASCII only, so
 * that no line can be smuggled into theirs.
 */
const UINT32_MAX = 0xffff_ffff;
const INT32_MIN = -0x8000_0000;
const INT32_MAX = 0x7fff_ffff;

/** More than any browser sends. */
const MAX_CODECS = 256;
const MAX_HEADER_EXTENSIONS = 64;
const MAX_ENCODINGS = 4;
const MAX_PARAMETERS = 32;
const MAX_FEEDBACK = 32;
const MAX_TEXT = 256;

const text = z
  .string()
  .max(MAX_TEXT)
  .regex(/^[\x20-\x7e]*$/, 'must be printable ASCII');
const token = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[\w.!#$%&'*+^`|~/=-]*$/, 'must be letters, digits and punctuation');
const integer = (least: number, most: number) => z.number().int().min(least).max(most);
const ssrc = integer(1, UINT32_MAX);
const payloadType = integer(0, 127);

const parameterName = z
  .string()
  .max(64)
  .regex(/^[A-Za-z][\w.-]*$/, 'must be the name of a format parameter');
const parameters = z
  // Before the record, which would look at each of them first.
  .custom<Record<string, unknown>>((value) => Object.keys(Object(value)).length <= MAX_PARAMETERS, {
    message: `${MAX_PARAMETERS} parameters at most`,
    abort: true,
  })
  .pipe(z.record(parameterName, z.union([text, integer(INT32_MIN, INT32_MAX)])));
/** Of codecs; `apt` names the payload type that a retransmission is of (RFC 4588 §8.1). */
const codecParameters = parameters.refine(
  ({ apt }) => apt === undefined || payloadType.safeParse(apt).success,
  'apt must be a payload type',
);
const rtcpFeedback = z.array(z.object({ type: token(64), parameter: text.optional() })).max(MAX_FEEDBACK);
const codec = {
  mimeType: z
    .string()
    .max(64)
    .regex(/^(audio|video)\/[\w.+-]+$/i, 'must be audio/… or video/…'),
  clockRate: integer(1, INT32_MAX),
  channels: integer(1, 255).optional(),
  parameters: codecParameters.optional(),
  rtcpFeedback: rtcpFeedback.optional(),
};
const kind = z.enum(['audio', 'video']);
const extensionUri = z
  .string()
  .min(1)
  .max(MAX_TEXT)
  .regex(/^[\x21-\x7e]*$/, 'must be a URI');
/** Of the two-byte header (RFC 8285 §4.3). */
const extensionId = integer(1, 255);

/** What a client can receive. */
export const rtpCapabilitiesSchema = z.object({
  codecs: z
    .array(z.object({ kind: kind.optional(), preferredPayloadType: payloadType.optional(), ...codec }))
    .max(MAX_CODECS)
    .optional(),
  headerExtensions: z
    .array(
      z.object({
        kind,
        uri: extensionUri,
        preferredId: extensionId,
        preferredEncrypt: z.boolean().optional(),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).optional(),
      }),
    )
    .max(MAX_HEADER_EXTENSIONS)
    .optional(),
});

const encodingSchema = z.object({
  ssrc: ssrc.optional(),
  rid: z
    .string()
    .max(32)
    .regex(/^[\w-]+$/, 'must be letters, digits, - or _')
    .optional(),
  codecPayloadType: payloadType.optional(),
  rtx: z.object({ ssrc }).optional(),
  dtx: z.boolean().optional(),
  scalabilityMode: z
    .string()
    .regex(/^[LS][1-3]T[1-3]h?(_KEY(_SHIFT)?)?$/, 'must be like L1T3')
    .optional(),
  maxBitrate: integer(1, UINT32_MAX).optional(),
});

/** What a client is about to send. */
export const rtpParametersSchema = z.object({
  mid: token(32).optional(),
  codecs: z
    .array(z.object({ payloadType, ...codec }))
    .min(1)
    .max(MAX_CODECS),
  headerExtensions: z
    .array(
      z.object({
        uri: extensionUri,
        id: extensionId,
        encrypt: z.boolean().optional(),
        parameters: parameters.optional(),
      }),
    )
    .max(MAX_HEADER_EXTENSIONS)
    .optional(),
  encodings: z.array(encodingSchema).max(MAX_ENCODINGS).optional(),
  rtcp: z
    .object({ cname: text.optional(), reducedSize: z.boolean().optional(), mux: z.boolean().optional() })
    .optional(),
  msid: text.optional(),
});

/** Bytes of each digest; a fingerprint is written as upper-case pairs with colons (RFC 8122 §5). */
const DIGEST_BYTES = { 'sha-1': 20, 'sha-224': 28, 'sha-256': 32, 'sha-384': 48, 'sha-512': 64 } as const;
const algorithms = Object.keys(DIGEST_BYTES) as (keyof typeof DIGEST_BYTES)[];
const fingerprintSchema = z
  .object({ algorithm: z.enum(algorithms), value: z.string().max(3 * DIGEST_BYTES['sha-512']) })
  .refine(
    ({ algorithm, value }) =>
      new RegExp(`^([0-9A-F]{2}:){${DIGEST_BYTES[algorithm] - 1}}[0-9A-F]{2}$`, 'i').test(value),
    { path: ['value'], message: 'must be the digest as hexadecimal pairs with colons' },
  );

export const dtlsParametersSchema = z.object({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z.array(fingerprintSchema).min(1).max(8),
});

export type RtpCapabilities = z.infer<typeof rtpCapabilitiesSchema>;
export type RtpParameters = z.infer<typeof rtpParametersSchema>;
export type DtlsParameters = z.infer<typeof dtlsParametersSchema>;
