/**
 * The package `emostream`: the product within a program of yours. The command line is in ../cli; a client of a server that runs
 * elsewhere is the package `@emostream/client`.
 */
export type { Consent } from '../common/consent.js';
export type { ConsentHandle, ConsentState } from '../common/consent-handle.js';
export { EmostreamError, type ErrorCode } from '../common/errors.js';
export type { BeginEvent, EmotionEvent, EndEvent, GapEvent, MediaEvent, RoomEvent, Scores } from '../events/schema.js';
export type { GrantsGiven } from '../server/protocol.js';
export type { CloseReason, ShownWords } from '../sfu/types.js';
export type { Attachment, AttachOptions, Given } from './attachment.js';
export type { ConfigOptions } from './config-options.js';
export type { MediaProducer, MediaRouter } from './media-application.js';
export { createServer, type EmostreamServer, type ServerOptions } from './server.js';
export { attach, type AttachHere } from './shared-server.js';
