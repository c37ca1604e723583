import { Device, type types } from 'mediasoup-client';
import { UnsupportedBrowser } from '../errors.js';
import type { EmostreamClient, RequestData, SentSource } from '../index.js';

type Direction = 'send' | 'recv';
type RtpCapabilities = RequestData<'join'>['rtpCapabilities'];
type RtpParameters = RequestData<'produce'>['rtpParameters'];

/** Three simulcast layers of 180, 360 and 720 lines of a 720-line camera; together within the server's default bitrate. */
export const LAYERS: types.RtpEncodingParameters[] = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 110_000, scalabilityMode: 'L1T3' },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 320_000, scalabilityMode: 'L1T3' },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 900_000, scalabilityMode: 'L1T3' },
];
/** A screen: sharp before smooth, and, with the two lower layers of the camera and sound, within that bitrate too. */
const SCREEN: types.RtpEncodingParameters[] = [{ maxBitrate: 900_000, maxFramerate: 15 }];
/** A short loss of the network heals by itself; only after this long is ICE restarted, ms. */
const DISCONNECT_GRACE_MS = 3000;
/** Connecting takes less than a second; whatever kept it may be gone after this long. */
const CONNECT_PATIENCE_MS = 8000;
/** A browser that finds no way at all says so at once, each time. */
const RESTART_AGAIN_AFTER_MS = 5000;
/** A way that was lost and is not found again: the server may have other addresses by now, which a new seat learns. */
const RESTART_PATIENCE_MS = 10_000;

export interface MediaLinkEvents {
  /** The media connection is lost for good: join again. */
  onDead(): void;
  onState(direction: Direction, state: types.ConnectionState): void;
}

/** The media side of one seat in the call: the mediasoup device and its two transports. */
export class MediaLink {
  readonly #client: EmostreamClient;
  readonly #device: Device;
  readonly #events: MediaLinkEvents;
  readonly #transports = new Map<Direction, types.Transport>();
  readonly #timers = new Map<Direction, ReturnType<typeof setTimeout>>();
  /** Directions that stood at some time, and since when those that were lost are so. */
  readonly #stood = new Set<Direction>();
  readonly #lostAtMs = new Map<Direction, number>();
  #closed = false;

  private constructor(client: EmostreamClient, device: Device, events: MediaLinkEvents) {
    this.#client = client;
    this.#device = device;
    this.#events = events;
  }

  /**
   * Learns what browser and server can do together.
   * @throws UnsupportedBrowser
   */
  static async create(client: EmostreamClient, events: MediaLinkEvents): Promise<MediaLink> {
    const { rtpCapabilities } = await client.request('getRouterCapabilities', {});
    let device: Device;
    try {
      device = await Device.factory();
    } catch (error) {
      throw new UnsupportedBrowser('this browser cannot make calls; use a current Chrome, Edge, Firefox or Safari', {
        cause: error,
      });
    }
    await device.load({ routerRtpCapabilities: rtpCapabilities as types.RtpCapabilities });
    return new MediaLink(client, device, events);
  }

  get capabilities(): RtpCapabilities {
    // mediasoup-client leaves the values of codec parameters open; browsers write numbers and strings.
    return this.#device.recvRtpCapabilities as RtpCapabilities;
  }

  /** Opens transports, both if not told otherwise; the seat must have been taken. */
  async open(directions: readonly Direction[] = ['send', 'recv']): Promise<void> {
    await Promise.all(directions.map((direction) => this.#open(direction)));
  }

  /** Sends a track. The track stays the caller's. */
  async produce(source: SentSource, track: MediaStreamTrack): Promise<types.Producer> {
    const transport = this.#transport('send');
    const shared = { track, stopTracks: false, disableTrackOnPause: true, appData: { source } };
    if (source === 'microphone') {
      // Without DTX silence is still sent, so that a silent person and a dead microphone can be told apart.
      return transport.produce({ ...shared, codecOptions: { opusStereo: false, opusFec: true, opusDtx: false } });
    }
    const vp8 = this.#device.sendRtpCapabilities.codecs?.find((codec) => codec.mimeType.toLowerCase() === 'video/vp8');
    const encodings = source === 'screen' ? SCREEN : LAYERS;
    return transport.produce({ ...shared, encodings, ...(vp8 ? { codec: vp8 } : {}) });
  }

  /**
   * Receives what another participant sends, and lets it flow.
   * @param onOffered it is there to be received, and will come
   * @throws ClientError UNSUPPORTED_MEDIA for what this browser cannot decode
   */
  async consume(producerId: string, onOffered: () => void = () => undefined): Promise<types.Consumer> {
    const transport = this.#transport('recv');
    const offer = await this.#client.request('consume', { transportId: transport.id, producerId });
    onOffered();
    const consumer = await transport.consume({
      id: offer.consumerId,
      producerId: offer.producerId,
      kind: offer.kind,
      rtpParameters: offer.rtpParameters as unknown as types.RtpParameters,
      // Picture and sound of one person play in step; their screen waits for neither.
      streamId: offer.source === 'screen' ? `${offer.participant}-screen` : offer.participant,
    });
    await this.#client.request('resumeConsumer', { consumerId: offer.consumerId });
    return consumer;
  }

  /** What the browser tells of one direction. */
  async stats(direction: Direction): Promise<Record<string, unknown>[]> {
    return [
      ...((await this.#transports.get(direction)?.getStats()) ?? new Map<string, Record<string, unknown>>()).values(),
    ];
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    for (const transport of this.#transports.values()) transport.close();
  }

  #transport(direction: Direction): types.Transport {
    const transport = this.#transports.get(direction);
    if (!transport) throw new Error(`the ${direction} transport is not open`);
    return transport;
  }

  async #open(direction: Direction): Promise<void> {
    const { transportId, ...parameters } = await this.#client.request('createTransport', { direction });
    const options = { id: transportId, ...parameters } as unknown as types.TransportOptions;
    const transport =
      direction === 'send' ? this.#device.createSendTransport(options) : this.#device.createRecvTransport(options);
    this.#transports.set(direction, transport);
    if (this.#closed) transport.close();
    transport.on('connect', ({ dtlsParameters }, done, failed) => {
      // A browser without any way to try says nothing more.
      this.#restartIn(direction, transport, CONNECT_PATIENCE_MS);
      this.#client.request('connectTransport', { transportId, dtlsParameters }).then(() => done(), failed);
    });
    transport.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
      const source = appData.source as SentSource;
      this.#client
        .request('produce', { transportId, source, kind, rtpParameters: rtpParameters as RtpParameters })
        .then(({ producerId }) => done({ id: producerId }), failed);
    });
    transport.on('connectionstatechange', (state) => this.#watch(direction, transport, state));
  }

  #watch(direction: Direction, transport: types.Transport, state: types.ConnectionState): void {
    if (this.#closed) return;
    this.#events.onState(direction, state);
    // While it connects, what waits goes on waiting.
    if (state !== 'connecting') clearTimeout(this.#timers.get(direction));
    if (state === 'connected') {
      this.#stood.add(direction);
      this.#lostAtMs.delete(direction);
    } else if (state === 'failed' || state === 'disconnected') {
      const nowMs = performance.now();
      const lostForMs = nowMs - (this.#lostAtMs.get(direction) ?? nowMs);
      if (!this.#lostAtMs.has(direction)) this.#lostAtMs.set(direction, nowMs);
      const atOnce = state === 'failed' && lostForMs === 0 && this.#stood.has(direction);
      const delayMs = atOnce ? 0 : state === 'failed' ? RESTART_AGAIN_AFTER_MS : DISCONNECT_GRACE_MS;
      this.#restartIn(direction, transport, delayMs);
    }
  }

  #restartIn(direction: Direction, transport: types.Transport, delayMs: number): void {
    const restart = () => {
      const lostForMs = performance.now() - (this.#lostAtMs.get(direction) ?? performance.now());
      if (this.#stood.has(direction) && lostForMs > RESTART_PATIENCE_MS) return this.#die();
      // Where nothing changes by itself it is tried again.
      this.#restartIn(direction, transport, RESTART_AGAIN_AFTER_MS);
      void this.#restart(transport);
    };
    this.#timers.set(direction, setTimeout(restart, delayMs));
  }

  async #restart(transport: types.Transport): Promise<void> {
    try {
      const { iceParameters } = await this.#client.request('restartIce', { transportId: transport.id });
      await transport.restartIce({ iceParameters: iceParameters as unknown as types.IceParameters });
    } catch {
      // The server does not know the transport any more, or cannot be reached: only a new seat helps.
      this.#die();
    }
  }

  #die(): void {
    if (!this.#closed) this.#events.onDead();
  }
}
