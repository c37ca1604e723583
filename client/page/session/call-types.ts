import type { Agreement, Missed, RoomEvent, Words } from '../../lib/index.js';
import type { AccessEnd } from './access-end.js';
import type { CallStatus } from './call-status.js';
import type { LocalMedia } from './local-media.js';
import type { Health } from './media-health.js';
import type { RecordingState } from './recording-seat.js';
import type { RemotePeer } from './remote-peer.js';
import type { ScreenShare } from './screen-share.js';

export interface CallOptions {
  server: URL;
  room: string;
  token: string | (() => Promise<string>);
  name: string;
  agreement: Agreement;
  media: LocalMedia;
  screen: ScreenShare;
}

export interface CallEvents {
  status: CallStatus;
  /** A participant came (or is there already when one joins), changed, or went. */
  peerJoined: { peer: RemotePeer; again: boolean };
  peerChanged: RemotePeer;
  peerLeft: RemotePeer;
  /** What of oneself is analysed and shown, as the server confirmed it. */
  agreement: Agreement;
  /** What somebody says who shows their words, also oneself. */
  words: Words;
  /** Somebody took their words back. */
  wordsWithdrawn: string;
  /** Whether one's own media get through, and the others' come. */
  health: Health;
  /** Whether it can be known how things stand. */
  doubt: 'offline' | 'silent' | null;
  /** The server ends or restarts; one comes back by oneself. */
  closing: undefined;
  event: RoomEvent;
  missed: Missed;
  /** One's access ends soon, or has ended. */
  access: AccessEnd;
  /** A recording of the call began or ended, or one's own part in it changed. */
  recording: RecordingState | null;
  /** Something failed that does not end the call. */
  problem: Error;
}
