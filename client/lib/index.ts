/**
 * The client library of emostream, for browsers and Node 22.
 *
 *     const feed = new EmotionFeed({ server: 'https://calls.example', token });
 *     feed.on('emotion', (event) => console.log(event.participant, event.label, event.confidence));
 *     await feed.start();
 *
 * The overlay element for pages is in ./overlay.ts (it needs a DOM); sockets that tell why a server refused are in ./node.ts.
 */
export { EmostreamClient } from './client.js';
export type { ClientEvents, ClientOptions, ClientStatus } from './client-types.js';
export { EmotionFeed } from './feed.js';
export type { FeedOptions } from './feed.js';
export type { FeedEvents } from './feed-events.js';
export { readFeed } from './feed-items.js';
export type { FeedItem } from './feed-items.js';
export { ClientError, isFinal, toClientError } from './errors.js';
export type { ClientErrorCode } from './errors.js';
export { fetchGrants, fetchInfo, moderate, roomOfToken, requestToken } from './http.js';
export { httpAddress, serverBase, socketAddress } from './addresses.js';
export type { Follow } from './servers.js';
export { platformSocket } from './socket.js';
export type { SocketFactory, SocketHandle, SocketHandlers } from './socket.js';
export type { Unknown } from './read-message.js';
export type { Missed, ResumePoint } from './sequence.js';
export type { SubscribeOptions } from './subscriptions.js';
export type { Open } from '../../src/common/open-enum.js';
export type { BackoffOptions } from './backoff.js';
export { EMOTIONS, MODALITIES } from '../../src/common/emotions.js';
export type { Emotion, Modality } from '../../src/common/emotions.js';
export type {
  BeginEvent,
  EmotionEvent,
  EndEvent,
  GapEvent,
  MediaEvent,
  MediaProblem,
  RoomEvent,
  Scores,
} from '../../src/events/schema.js';
export type {
  Beat,
  Consent,
  GrantsAnswer,
  Notification,
  Peer,
  ProducerInfo,
  RequestData,
  RequestType,
  ResultOf,
  SentSource,
  ServerInfo,
  Source,
  Words,
} from '../../src/server/protocol.js';
export type { Agreement } from '../../src/common/consent.js';
