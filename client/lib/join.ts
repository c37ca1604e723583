import { type Agreement, isWithdrawal } from '../../src/common/consent.js';
import type { RoomEvent } from '../../src/events/schema.js';
import type { SentSource } from '../../src/server/protocol.js';
import { MediaLink } from './call/media-link.js';
import { SentTracks } from './call/sent-tracks.js';
import { EmostreamClient } from './client.js';
import type { ClientOptions } from './client-types.js';
import { Emitter } from './emitter.js';
import { type ClientError, isFinal, toClientError, UnsupportedBrowser } from './errors.js';

export { UnsupportedBrowser };

export interface JoinOptions extends ClientOptions, Agreement {
  /** What the others in the room see. */
  name: string;
  /** What is sent: its first camera and microphone track. It stays the caller's, who also stops it. */
  stream: MediaStream;
}

export interface PublishingEvents {
  /** `away`: the connection or the seat was lost and is taken again by itself. `left` is final. */
  state: { state: 'joined' | 'away' } | { state: 'left'; error: ClientError | null };
  /** Events of the room, where the token grants `subscribe`; one's own too. */
  event: RoomEvent;
  /**
   * The results of the call are being recorded (`recording` names it), or no more (null); `agreed`: one's own are in it. Ask the person,
   * and answer by `agreeToRecording`; without an answer they are left out. A seat that is lost ends that, and with the next one they
   * are asked anew. What was told before `join` was done is in the property `recording`.
   */
  recording: { recording: string | null; agreed: boolean };
}

const REJOIN_DELAY_MS = 1000;
const NOT_RECORDED = { recording: null, agreed: false } as const;

/** One's own seat in a call: sends a MediaStream, receives nothing but events. */
export class Publishing extends Emitter<PublishingEvents> {
  readonly #client: EmostreamClient;
  readonly #options: JoinOptions;
  readonly #sent: SentTracks;
  #screen: MediaStreamTrack | null = null;
  #agreement: Agreement;
  #link: MediaLink | undefined;
  #participant = '';
  #recording: PublishingEvents['recording'] = NOT_RECORDED;
  #left = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Seats are taken one after the other. */
  #work: Promise<void> = Promise.resolve();

  private constructor(options: JoinOptions) {
    super();
    const { stream, consent, showWords } = options;
    this.#options = options;
    this.#agreement = { consent, showWords };
    this.#client = new EmostreamClient(options);
    const kinds = { camera: 'video', microphone: 'audio' } as const;
    const track = (source: SentSource) =>
      source === 'screen' ? this.#screen : (stream.getTracks().find(({ kind }) => kind === kinds[source]) ?? null);
    this.#sent = new SentTracks(this.#client, { track });
    this.#client.on('event', (event) => this.emit('event', event));
    this.#client.on('connected', ({ again }) => {
      if (again) this.#takeAgain();
    });
    this.#client.on('status', (status) => {
      if (status.state === 'waiting') this.emit('state', { state: 'away' });
      if (status.state === 'closed') this.#end(status.error);
    });
    this.#client.on('notification', (told) => {
      if (told.type === 'recording') {
        const { recording, agreed } = told;
        this.#recording = { recording, agreed };
        this.emit('recording', this.#recording);
      }
      const own = told.type === 'peerLeft' && told.participant === this.#participant;
      if (told.type === 'roomReset' || (own && told.reason === 'failed')) this.#reconnectSoon();
      else if (own) this.#client.close();
    });
  }

  /** @throws ClientError or UnsupportedBrowser */
  static async start(options: JoinOptions): Promise<Publishing> {
    const publishing = new Publishing(options);
    try {
      await publishing.#client.connect();
      await publishing.#takeSeat();
      await publishing.#client.subscribe().catch((error: unknown) => {
        // Who may publish may not always see the emotions.
        if (toClientError(error).code !== 'FORBIDDEN') throw error;
      });
    } catch (error) {
      publishing.#client.close();
      throw error;
    }
    return publishing;
  }

  /** One's own id in events; with a token that has no subject, another one after each lost connection. */
  get participant(): string {
    return this.#participant;
  }

  /** As the server last confirmed it. */
  get agreement(): Agreement {
    return this.#agreement;
  }

  /** Whether the call is recorded by now, and oneself: as the event `recording` tells it, and as was answered since. */
  get recording(): PublishingEvents['recording'] {
    return this.#recording;
  }

  /**
   * Changes what may be analysed. A withdrawal that is not confirmed ends the connection, and with it all analysis; the seat is then
   * taken again with what was agreed to last.
   * @throws ClientError
   */
  async agree(agreement: Agreement): Promise<void> {
    const before = this.#agreement;
    // What is wanted less holds at once, also for a seat that is taken meanwhile.
    this.#agreement = agreement;
    try {
      this.#agreement = await this.#client.request('setConsent', agreement, 2000);
    } catch (error) {
      if (this.#client.status.state === 'open') {
        const less = isWithdrawal(before.consent, agreement.consent) || (before.showWords && !agreement.showWords);
        if (!less) this.#agreement = before;
        else this.#client.reconnect();
      }
      throw toClientError(error);
    }
  }

  /**
   * Whether one's own results may be in that recording, at any time. A no that is not confirmed ends the connection, and with it what is
   * recorded of the person.
   * @param recording as the event `recording` named it
   * @throws ClientError
   */
  async agreeToRecording(recording: string, agreed: boolean): Promise<void> {
    try {
      await this.#client.request('agreeToRecording', { recording, agreed }, 2000);
      if (this.#recording.recording === recording) this.#recording = { recording, agreed };
    } catch (error) {
      if (!agreed && this.#client.status.state === 'open') this.#client.reconnect();
      throw toClientError(error);
    }
  }

  /** Sends what the stream has now: to be called when its tracks changed. */
  async sync(): Promise<void> {
    const link = this.#link;
    const sources = ['camera', 'microphone', 'screen'] as const;
    if (link) await Promise.all(sources.map((source) => this.#sent.sync(source, link)));
  }

  /**
   * Shows the others a screen beside the camera, or no more (null). It is never analysed, whatever was agreed to. One's track of
   * `getDisplayMedia` stays one's own; when its person ends it in the browser, call this with null.
   * @throws ClientError
   */
  async shareScreen(track: MediaStreamTrack | null): Promise<void> {
    this.#screen = track;
    if (this.#link) await this.#sent.sync('screen', this.#link);
  }

  async leave(): Promise<void> {
    await this.#client.request('leave', {}, 1000).catch(() => undefined);
    this.#client.close();
  }

  async #takeSeat(): Promise<void> {
    this.#drop();
    const { name, room } = this.#options;
    const link = await MediaLink.create(this.#client, {
      onDead: () => this.#reconnectSoon(),
      onState: () => undefined,
    });
    const where = room === undefined ? {} : { room };
    const seat = { ...where, name, ...this.#agreement, rtpCapabilities: link.capabilities };
    const joined = await this.#client.request('join', seat);
    this.#participant = joined.participant;
    this.#agreement = { consent: joined.consent, showWords: joined.showWords };
    this.#link = link;
    await link.open(['send']);
    await this.sync();
    this.emit('state', { state: 'joined' });
  }

  #takeAgain(): void {
    this.#work = this.#work
      .then(() => this.#takeSeat())
      .catch((error: unknown) => {
        if (isFinal(error)) this.#client.close();
        else this.#reconnectSoon();
      });
  }

  #reconnectSoon(): void {
    if (this.#left) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#client.reconnect(), REJOIN_DELAY_MS);
  }

  #drop(): void {
    this.#link?.close();
    this.#link = undefined;
    this.#sent.clear();
    if (this.#recording.recording === null) return;
    this.#recording = NOT_RECORDED;
    this.emit('recording', this.#recording);
  }

  #end(error: ClientError | null): void {
    if (this.#left) return;
    this.#left = true;
    clearTimeout(this.#retry);
    this.#drop();
    this.emit('state', { state: 'left', error });
  }
}

/**
 * Takes a seat in a room and publishes a MediaStream. What is analysed is what its person agreed to: ask them, each of face, voice and
 * words by itself, and show that analysis is on.
 * @throws ClientError or UnsupportedBrowser
 */
export const join = (options: JoinOptions): Promise<Publishing> => Publishing.start(options);
