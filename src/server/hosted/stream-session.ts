import { randomUUID } from 'node:crypto';
import { bothAgreements, isAnything, NO_CONSENT } from '../../common/consent.js';
import { toEmostreamError } from '../../common/errors.js';
import type { HostedAnswer, HostedErrorCode } from '../../common/hosted-answers.js';
import type { JudgedFace, PictureAnswer } from '../../common/picture-answer.js';
import { TokenBucket } from '../../common/token-bucket.js';
import type { DirectTrack, ParticipantCloseReason } from '../../sfu/index.js';
import { consentingSubject } from '../grants.js';
import { FaceIds } from './face-ids.js';
import type { HostedSeat, HostedSeats, SeatRequest, SeatUser } from './hosted-seats.js';
import type { HostedSocket } from './hosted-socket.js';
import { emotions } from './names.js';
import { declared, parseJson, read } from './read-message.js';
import { Timers } from './timers.js';
import { type StreamMessage, type StreamPayload, streamPayloadSchema } from './schemas.js';

const RATE = { burst: 8, perSecond: 4 };
const MAX_PENDING = 8;
const DEADLINE_MS = 5000;
const IDLE_MS = 60_000;
const CLOSE = { gone: 1000, refused: 1008, restart: 1012 };
const DECLARES = { face: true, voice: false, words: false };
/** Of a search's certainty, and pixels, where `models.face` does not say. */
const DEFAULTS = { probability: 0.5, size: 1 };

interface Pending {
  payload: StreamPayload;
  done: () => void;
}

/**
 * One socket of `/v0/stream/models`: each message has a picture in it and is answered by one. Of its models there is only `face`; the
 * other ones are refused by name.
 */
export class StreamSession implements SeatUser {
  readonly source = 'camera';
  readonly #request: SeatRequest;
  readonly #socket: HostedSocket;
  readonly #seats: HostedSeats;
  readonly #job = randomUUID();
  readonly #rate: TokenBucket;
  readonly #ids = new FaceIds();
  readonly #pending = new Map<number, Pending>();
  #seat: HostedSeat | undefined;
  /** Messages that came, one after the other. */
  #queue: Promise<void>;
  #track: DirectTrack | undefined;
  #next = 1;
  #lastMs = 0;
  #consentedMs = 0;
  #waiting = 0;
  #ended = false;
  readonly #timers: Timers;
  #forgetIdle: () => void = () => undefined;

  constructor(request: SeatRequest, socket: HostedSocket, seats: HostedSeats) {
    this.#request = request;
    this.#socket = socket;
    this.#seats = seats;
    this.#rate = new TokenBucket(RATE.burst, RATE.perSecond, request.services.clock);
    this.#queue = Promise.resolve();
    this.#timers = new Timers(socket.bulkhead);
  }

  open(): Promise<void> {
    this.#stayAwake();
    this.#queue = this.#takeSeat();
    return this.#queue;
  }

  message(data: Buffer, isBinary: boolean): void {
    if (this.#ended) return;
    this.#stayAwake();
    if (isBinary) return this.#fail({}, 'message_invalid', 'messages are JSON text, with media as base64 in `data`');
    if (this.#waiting >= MAX_PENDING) return this.#fail({}, 'rate_limited', 'await the answers before you send more');
    this.#waiting += 1;
    this.#queue = this.#queue
      .then(() => (this.#ended ? undefined : this.#answer(data.toString('utf8'))))
      .catch((error: unknown) => this.#socket.bulkhead.fail(error))
      .finally(() => (this.#waiting -= 1));
  }

  gone(): void {
    this.#end();
  }

  shut(): void {
    this.#end();
    this.#socket.close(CLOSE.restart, 'the server closes or restarts');
  }

  lost(reason: ParticipantCloseReason): void {
    this.#seat = undefined;
    if (this.#ended) return;
    if (reason === 'server-closing') return this.shut();
    this.#fail({}, 'seat_lost', 'the seat in the room is gone: connect again');
    this.#end();
    this.#socket.close(CLOSE.refused, 'the seat is gone');
  }

  async #takeSeat(): Promise<void> {
    const agreement = bothAgreements(this.#request.agreement, { consent: DECLARES, showWords: false });
    try {
      const seat = await this.#seats.take({ ...this.#request, agreement }, this);
      if (this.#ended) return seat.remove(this);
      this.#seat = seat;
      if (isAnything(agreement.consent)) await this.#declare(true);
    } catch (error) {
      this.#fail({}, 'limit_reached', toEmostreamError(error).message);
      this.#end();
      this.#socket.close(CLOSE.refused, 'no seat');
    }
  }

  async #answer(text: string): Promise<void> {
    let payload: StreamPayload = {};
    try {
      payload = read(streamPayloadSchema, parseJson(text));
      const agreement = declared(payload.consent);
      if (agreement) await this.#declare(agreement.consent.face);
    } catch (error) {
      const { code, message } = toEmostreamError(error);
      return this.#fail(payload, code === 'FORBIDDEN' ? 'consent_refused' : 'message_invalid', message);
    }
    const { data, models } = payload;
    if (typeof data !== 'string' || data === '') return this.#send(payload, {});
    const others = Object.entries(models ?? {}).flatMap(([name, asked]) => (asked && name !== 'face' ? [name] : []));
    if (others.length > 0 || !models?.face || payload.raw_text) {
      return this.#fail(payload, 'unsupported', 'only the model "face" of one picture is measured by this server');
    }
    await this.#picture(payload, Buffer.from(data, 'base64'));
  }

  /** @throws EmostreamError FORBIDDEN: a key of an operator’s consents for nobody; or as the consent handle's */
  async #declare(face: boolean): Promise<void> {
    if (face) consentingSubject(this.#request.identity);
    await this.#seat?.declare({ consent: { ...NO_CONSENT, face }, showWords: false }, DECLARES);
    this.#consentedMs = this.#request.services.clock();
  }

  #picture(payload: StreamPayload, data: Buffer): Promise<void> {
    const { clock } = this.#request.services;
    if (!this.#seat?.guest.consent.state.consent.face) {
      this.#fail(payload, 'consent_required', 'the person did not consent to "face", or took it back');
      return Promise.resolve();
    }
    if (!this.#rate.take()) {
      this.#fail(payload, 'rate_limited', 'more pictures came than are looked at');
      return Promise.resolve();
    }
    this.#track ??= this.#seat.guest.participant.direct({
      source: 'camera',
      codec: 'JPEG',
      clockRate: 90_000,
      answered: (answer) => this.#take(answer),
    });
    const now = clock();
    const id = this.#next++;
    this.#lastMs = Math.max(now, this.#consentedMs + 1, this.#lastMs + 1);
    const piece = { data, mediaTime: this.#lastMs, arrivalMs: now, question: id };
    return new Promise((resolve) => {
      const forget = this.#timers.later(DEADLINE_MS, () => this.#take({ question: id, refused: 'overloaded' }));
      const done = () => {
        forget();
        resolve();
      };
      this.#pending.set(id, { payload, done });
      if (!this.#track?.send(piece)) this.#take({ question: id, refused: 'overloaded' });
    });
  }

  #take(answer: PictureAnswer): void {
    const pending = this.#pending.get(answer.question);
    if (!pending) return;
    this.#pending.delete(answer.question);
    const { payload } = pending;
    if ('face' in answer) this.#send(payload, { face: { predictions: this.#predictions(payload, answer.face) } });
    else if (answer.refused === 'malformed' || answer.refused === 'too-large') {
      this.#fail(payload, 'invalid_image_frame', 'this is no JPEG picture that can be decoded, or too large a one');
    } else if (answer.refused === 'consent') this.#fail(payload, 'consent_required', 'consent was taken back');
    else if (answer.refused === 'rate') this.#fail(payload, 'rate_limited', 'more pictures came than are looked at');
    else this.#fail(payload, 'internal_error', 'nothing could look at the picture just now: send it again');
    pending.done();
  }

  #predictions({ models }: StreamPayload, face: JudgedFace | null) {
    const { prob_threshold, min_face_size, identify_faces } = models?.face ?? {};
    const probability = typeof prob_threshold === 'number' ? prob_threshold : DEFAULTS.probability;
    const size = typeof min_face_size === 'number' ? min_face_size : DEFAULTS.size;
    if (!face || face.certainty < probability || Math.min(face.box.width, face.box.height) < size) return [];
    const { x, y, width: w, height: h } = face.box;
    const id = this.#ids.of(face.box, this.#request.services.clock());
    return [
      {
        ...{ frame: 0, time: 0, bbox: { x, y, w, h }, prob: Math.min(1, face.certainty) },
        face_id: identify_faces === true ? String(id) : 'unknown',
        emotions: emotions(face.probabilities),
      },
    ];
  }

  #send(payload: StreamPayload, content: Omit<Extract<StreamMessage, { face?: unknown }>, 'payload_id'>): void {
    if (content.face) this.#count('result');
    const message: StreamMessage = { ...this.#envelope(payload), ...content };
    this.#socket.send(message);
  }

  #fail(payload: StreamPayload, code: HostedErrorCode, error: string): void {
    this.#count(code);
    const message: StreamMessage = { ...this.#envelope(payload), error, code };
    this.#socket.send(message);
  }

  #envelope({ payload_id, job_details }: StreamPayload) {
    return {
      ...(typeof payload_id === 'string' ? { payload_id } : {}),
      ...(job_details ? { job_details: { job_id: this.#job } } : {}),
    };
  }

  #count(answer: HostedAnswer): void {
    this.#request.services.meter.count('emostream_hosted_answers_total', { endpoint: 'stream', answer });
  }

  #stayAwake(): void {
    this.#forgetIdle();
    this.#forgetIdle = this.#timers.later(IDLE_MS, () => {
      this.#end();
      this.#socket.close(CLOSE.gone, 'nothing was sent for a minute');
    });
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#timers.close();
    for (const { done } of this.#pending.values()) done();
    this.#pending.clear();
    this.#track?.close();
    this.#seat?.remove(this);
  }
}
