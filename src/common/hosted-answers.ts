/** Where the protocol of the hosted expression API is spoken. */
export const HOSTED_ENDPOINTS = ['video', 'audio', 'stream'] as const;
export type HostedEndpoint = (typeof HOSTED_ENDPOINTS)[number];

/** Codes of its errors. The first seven are of its documentation, the others ours. */
export const HOSTED_ERROR_CODES = [
  'invalid_audio_frame',
  'invalid_image_frame',
  'message_invalid',
  'rate_limited',
  'config_invalid',
  'message_too_large',
  'internal_error',
  'consent_required', // nothing is analysed without consent; ends the session
  'consent_refused', // a consent that was declared does not stand
  'limit_reached', // there is no seat, or not yet; ends the session
  'seat_lost', // ends the session
  'unsupported', // of the API of old: a model, or a kind of media, that there is none for here
] as const;
export type HostedErrorCode = (typeof HOSTED_ERROR_CODES)[number];

/** What is answered to a picture, or told of sound: a measurement, or an error. */
export const HOSTED_ANSWERS = ['result', ...HOSTED_ERROR_CODES] as const;
export type HostedAnswer = (typeof HOSTED_ANSWERS)[number];
