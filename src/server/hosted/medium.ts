import type { Agreement, Consent, Source } from '../../common/consent.js';
import type { Clock } from '../../common/clock.js';
import type { DirectOptions, DirectTrack } from '../../sfu/index.js';
import type { RoomEvent } from '../../events/schema.js';
import type { HostedErrorCode } from '../../common/hosted-answers.js';

/** A message of a session, by ./schemas.ts. */
export type Told = { type: string } & Record<string, unknown>;

/** What a session lets the side of it do that knows of pictures, or of sound. */
export interface MediumEnv {
  readonly clock: Clock;
  /** The person consents to this medium. */
  readonly consents: boolean;
  /** Server wall clock, ms: nothing that was captured before is taken. */
  readonly consentedMs: number;
  send(message: Told): void;
  /** An error that the session survives. */
  refuse(code: HostedErrorCode, message: string): void;
  /** One that ends it. */
  fail(code: HostedErrorCode, message: string): void;
  /** Consent does not (or no longer) stand: ends the session. */
  failForConsent(): void;
  track(options: Omit<DirectOptions, 'source'>): DirectTrack;
  /** Events of the participant, until the session ends. */
  follow(listener: (event: RoomEvent) => void): void;
  /** Runs later, unless the session has ended. Returns what cancels it. */
  later(delayMs: number, task: () => void): () => void;
}

/** Pictures or sound, as the hosted API has them. */
export interface Medium {
  readonly source: Source;
  /** What must be consented to for any of it to be analysed. */
  readonly modality: 'face' | 'voice';
  /** Of a consent, what this socket can declare. */
  readonly declares: Consent;
  /** How it is configured, as clients are told. */
  readonly config: Record<string, unknown>;
  /** Received and produced, as clients are told. */
  readonly totals: Record<string, unknown>;
  /**
   * Configures it anew.
   * @returns the consent that the message declares
   * @throws EmostreamError BAD_MESSAGE
   */
  configure(message: unknown): Agreement | undefined;
  /** A binary message. @returns false: it was refused, and nothing has begun by it */
  frame(data: Buffer): boolean;
  /** Nothing more comes; `done` is called when all is told that is to be told of what came. */
  finish(done: () => void): void;
  close(): void;
}
