import { randomUUID } from 'node:crypto';
import { type Agreement, bothAgreements, isAnything, NO_AGREEMENT } from '../../common/consent.js';
import { toEmostreamError } from '../../common/errors.js';
import type { HostedAnswer, HostedEndpoint, HostedErrorCode } from '../../common/hosted-answers.js';
import type { RoomEvent } from '../../events/schema.js';
import type { ParticipantCloseReason } from '../../sfu/index.js';
import { consentingSubject } from '../grants.js';
import type { HostedSeat, HostedSeats, SeatRequest, SeatUser } from './hosted-seats.js';
import type { HostedSocket } from './hosted-socket.js';
import type { Medium, MediumEnv, Told } from './medium.js';
import { declared, parseTyped, read } from './read-message.js';
import { type CloseReason, consentUpdateSchema, sessionCloseSchema } from './schemas.js';
import { Timers } from './timers.js';

export interface RealtimeSessionOptions {
  endpoint: HostedEndpoint;
  seats: HostedSeats;
  request: SeatRequest;
  medium: (env: MediumEnv) => Medium;
}

/** Whoever sends nothing for so long is gone, ms. */
const IDLE_MS = 60_000;
/** What is sent while the seat is being taken, bytes. */
const MAX_EARLY_BYTES = 4 * 2 ** 20;

const CLOSE_CODES: Record<CloseReason, number> = {
  client_request: 1000,
  idle_timeout: 1000,
  error: 1008,
  server_shutdown: 1012,
};
const LOST: Partial<Record<ParticipantCloseReason, CloseReason>> = { 'server-closing': 'server_shutdown' };

/**
 * One session of `/v1/expression/…/realtime`: one WebSocket, which sends pictures or sound of one person. It holds their seat in a room
 * like anybody's, and their consent by a handle.
 */
export class RealtimeSession implements SeatUser, MediumEnv {
  readonly #options: RealtimeSessionOptions;
  readonly #socket: HostedSocket;
  readonly #id = randomUUID();
  readonly #medium: Medium;
  readonly #timers: Timers;
  #seat: HostedSeat | undefined;
  #early: { data: Buffer; isBinary: boolean }[] | null = [];
  #earlyBytes = 0;
  #consentedMs = 0;
  /** Media came: the configuration stands from now on. */
  #locked = false;
  #finishing = false;
  #ended = false;
  #unfollow: () => void = () => undefined;
  #cancelIdle: () => void = () => undefined;

  /** @param socket whose messages are to be given to `message`, and whose end to `gone` */
  constructor(options: RealtimeSessionOptions, socket: HostedSocket) {
    this.#options = options;
    this.#socket = socket;
    this.#timers = new Timers(socket.bulkhead);
    this.#medium = options.medium(this);
  }

  get source() {
    return this.#medium.source;
  }

  get clock() {
    return this.#options.request.services.clock;
  }

  get consents(): boolean {
    return this.#consentState[this.#medium.modality];
  }

  get consentedMs(): number {
    return this.#consentedMs;
  }

  /** Takes the seat. Never rejects. */
  async open(): Promise<void> {
    const { seats, request } = this.#options;
    try {
      const agreement = this.#ownPart(request.agreement);
      const seat = await seats.take({ ...request, agreement }, this);
      if (this.#ended) return seat.remove(this);
      this.#seat = seat;
      // Whoever sat there before, by another socket, did not declare it.
      if (isAnything(agreement.consent)) await this.#declare(agreement);
    } catch (cause) {
      const { code, message } = toEmostreamError(cause);
      return this.fail(code === 'INTERNAL' ? 'internal_error' : 'limit_reached', message);
    }
    if (this.#ended) return;
    this.send({ type: 'session.created', session_id: this.#id, ...this.#medium.config, consent: this.#consentState });
    this.#stayAwake();
    const early = this.#early ?? [];
    this.#early = null;
    for (const { data, isBinary } of early) this.message(data, isBinary);
  }

  message(data: Buffer, isBinary: boolean): void {
    if (this.#ended || this.#finishing) return;
    if (this.#early) {
      this.#earlyBytes += data.byteLength;
      if (this.#earlyBytes > MAX_EARLY_BYTES) return this.fail('limit_reached', 'wait for session.created');
      this.#early.push({ data, isBinary });
      return;
    }
    this.#stayAwake();
    if (isBinary) this.#frame(data);
    else this.#text(data.toString('utf8'));
  }

  /** The socket is gone. */
  gone(): void {
    this.#release();
  }

  /** As `HostedSeats` tells it. */
  lost(reason: ParticipantCloseReason): void {
    this.#seat = undefined;
    if (this.#ended) return;
    const told = LOST[reason] ?? 'error';
    if (told === 'error') {
      this.#tellError('seat_lost', `the seat in the room is gone (${reason}): connect again`, false);
    }
    this.#close(told);
  }

  /** The server ends. */
  shut(): void {
    this.#close('server_shutdown');
  }

  // --- as pictures and sound see it -------------------------------------------------------------------------------

  send(message: Told): void {
    if (this.#ended) return;
    if (message.type === 'measurement.result') this.#count('result');
    this.#socket.send(message);
  }

  #count(answer: HostedAnswer): void {
    const { meter } = this.#options.request.services;
    meter.count('emostream_hosted_answers_total', { endpoint: this.#options.endpoint, answer });
  }

  refuse(code: HostedErrorCode, message: string): void {
    this.#tellError(code, message, true);
  }

  fail(code: HostedErrorCode, message: string): void {
    if (this.#ended) return;
    this.#tellError(code, message, false);
    this.#close('error');
  }

  failForConsent(): void {
    const { policy } = this.#options.request.services;
    const what = this.#medium.modality;
    this.fail(
      'consent_required',
      policy[what]
        ? `nothing is analysed: the person did not consent to "${what}", or took it back (docs/hosted-protocol.md says how to)`
        : `this server’s policy allows no analysis of "${what}"`,
    );
  }

  track: MediumEnv['track'] = (options) => {
    if (!this.#seat) throw new Error('a track without a seat');
    return this.#seat.guest.participant.direct({ ...options, source: this.#medium.source });
  };

  follow(listener: (event: RoomEvent) => void): void {
    const { services, room } = this.#options.request;
    const who = this.#seat?.guest.participantId();
    const wrapped = this.#socket.bulkhead.wrap(listener);
    const subscription = services.bus.subscribe(room, (event) => {
      if (event.participant === who) wrapped(event);
    });
    this.#unfollow = () => subscription.close();
  }

  later(delayMs: number, task: () => void): () => void {
    return this.#timers.later(delayMs, task);
  }

  // --- messages ---------------------------------------------------------------------------------------------------

  #frame(data: Buffer): void {
    if (!this.consents) return this.failForConsent();
    if (this.#medium.frame(data)) this.#locked = true;
  }

  #text(text: string): void {
    try {
      const message = parseTyped(text);
      switch (message.type) {
        case 'session.update':
          return this.#update(message);
        case 'session.close':
          read(sessionCloseSchema, message);
          this.#finishing = true;
          return this.#medium.finish(() => this.#close('client_request'));
        case 'consent.update':
          return this.#updateConsent(message);
        default:
          this.refuse('message_invalid', `no message of the type "${message.type.slice(0, 40)}" is known`);
      }
    } catch (error) {
      this.refuse('message_invalid', toEmostreamError(error).message);
    }
  }

  #update(message: unknown): void {
    if (this.#locked) return this.fail('config_invalid', 'the configuration stands: it comes before the first frame');
    let agreement: Agreement | undefined;
    try {
      agreement = this.#medium.configure(message);
    } catch (error) {
      return this.fail('config_invalid', toEmostreamError(error).message);
    }
    const told = (): void =>
      this.send({ type: 'session.updated', ...this.#medium.config, consent: this.#consentState });
    if (!agreement) return told();
    this.#consent(this.#declare(agreement), told);
  }

  #updateConsent(message: unknown): void {
    const { consent, generation } = read(consentUpdateSchema, message);
    const agreement = declared(consent)!;
    this.#consent(this.#declare(agreement, generation ?? undefined), () =>
      this.send({ type: 'consent.updated', consent: this.#consentState }),
    );
  }

  #consent(declared: Promise<void>, then: () => void): void {
    declared.then(this.#socket.bulkhead.wrap(then), (error: unknown) =>
      this.refuse('consent_refused', toEmostreamError(error).message),
    );
  }

  /**
   * What it takes away is taken away before this returns.
   * @throws EmostreamError FORBIDDEN: a key of an operator’s consents for nobody; or as the consent handle's
   */
  async #declare(agreement: Agreement, generation?: number): Promise<void> {
    const { declares } = this.#medium;
    const given = bothAgreements(agreement, { consent: declares, showWords: true });
    if (isAnything(given.consent)) consentingSubject(this.#options.request.identity);
    await this.#seat?.declare(given, declares, generation);
    this.#consentedMs = this.clock();
  }

  #ownPart(agreement: Agreement): Agreement {
    return bothAgreements(agreement, { consent: this.#medium.declares, showWords: true });
  }

  get #consentState() {
    const { generation, consent } = this.#seat?.guest.consent.state ?? { generation: 1, ...NO_AGREEMENT };
    return { generation, ...consent };
  }

  // --- its end ----------------------------------------------------------------------------------------------------

  #tellError(code: HostedErrorCode, message: string, retryable: boolean): void {
    this.#count(code);
    this.send({ type: 'error', code, message, retryable });
  }

  #stayAwake(): void {
    this.#cancelIdle();
    this.#cancelIdle = this.later(IDLE_MS, () => this.#close('idle_timeout'));
  }

  #close(reason: CloseReason): void {
    if (this.#ended) return;
    this.send({ type: 'session.closed', session_id: this.#id, reason, ...this.#medium.totals });
    this.#release();
    this.#socket.close(CLOSE_CODES[reason], reason);
  }

  #release(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#socket.bulkhead.steps(
      () => this.#unfollow(),
      () => this.#timers.close(),
      () => this.#medium.close(),
      () => this.#seat?.remove(this),
    );
  }
}
