import type { Observable } from 'rxjs';
import type { Consent } from '../common/consent.js';
import type { ConsentHandle } from '../common/consent-handle.js';
import type { RoomEvent } from '../events/schema.js';
import type { CloseReason, ShownWords } from '../sfu/types.js';
import type { MediaProducer, MediaRouter } from './media-application.js';

/** What somebody agrees to; what is left out they do not. */
export type Given = Partial<Consent> & {
  /** Those who may read words (a token's grant `transcript`, and `words$`) are told what this person says. Needs consent to words. */
  showWords?: boolean;
};

export interface AttachOptions {
  /** The router of your application that the producers are on. */
  router: MediaRouter;
  /** What of the participant is analysed: a camera, a microphone, or both. More can be added later. */
  producers?: Iterable<MediaProducer>;
  /** Names the person in events: an id of 1 to 64 characters, no name, for it is logged. */
  participant: string;
  /** The room of the events: 1 to 64 letters, digits, `-` or `_`. */
  room: string;
  /**
   * What the person agreed to, asked by you: each of face, voice and words by itself. Nothing if not given: then nothing is
   * analysed before `attachment.consent` says so.
   */
  consent?: Given;
  /** What subscribers whose token grants `names` are told. */
  name?: string;
}

/** Somebody of your application who is analysed, as far as they agreed. */
export interface Attachment {
  readonly room: string;
  readonly participant: string;
  /**
   * Their consent: `give`, `set`, `withdraw`, at any time. A withdrawal holds when the call returns: nothing is measured, published or
   * kept of what was withdrawn any more.
   */
  readonly consent: ConsentHandle;
  /**
   * Whether recordings of the room may hold their results, asked by you: not, if you say nothing. Holds for recordings that run and that
   * begin, until they leave or withdraw anything of their consent.
   */
  agreeToRecording(agreed: boolean): void;
  /** What is measured of them from now on, one emotion event a second; completes when the attachment is closed. */
  readonly events$: Observable<RoomEvent>;
  /** What they say, if they let it be read (`showWords`). */
  readonly words$: Observable<ShownWords>;
  /** Why it was closed: by you (`left`), with your router (`left`) or its worker (`worker-died`), by a moderator (`removed`), or with the server. */
  readonly closed: Promise<CloseReason>;
  /**
   * Another producer of theirs; one that closes goes by itself.
   * @throws EmostreamError UNSUPPORTED_MEDIA, CLOSED, WRONG_STATE (there is a camera or a microphone already), BAD_MESSAGE
   */
  add(producer: MediaProducer): Promise<void>;
  /** Nothing of this producer is analysed any more; it stays open. */
  remove(producer: { id: string }): void;
  /**
   * Words from elsewhere: captions that people type, or your own recogniser's; 1 to 1000 characters. Times in ms on this machine's
   * clock, at most a minute ago.
   * @throws EmostreamError CONSENT_REQUIRED where there is none to words, or they began before it; BAD_MESSAGE, CLOSED
   */
  caption(words: { text: string; startMs: number; endMs: number }): void;
  /** Ends the analysis and forgets the person. Synchronous; may be called again. */
  close(): void;
}
