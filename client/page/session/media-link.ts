import { Device, type types } from 'mediasoup-client';
import type { EmostreamClient, RequestData, Source } from '../../lib/index.js';

type Direction = 'send' | 'recv';
type RtpCapabilities = RequestData<'join'>['rtpCapabilities'];
type RtpParameters = RequestData<'produce'>['rtpParameters'];

/** Three simulcast layers of 180, 360 and 720 lines of a 720-line camera; together within the server's default bitrate. */
const LAYERS: types.RtpEncodingParameters[] = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 110_000, scalabilityMode: 'L1T3' },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 320_000, scalabilityMode: 'L1T3' },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 900_000, scalabilityMode: 'L1T3' },
];
/** A short loss of the network heals by itself; only after this long is ICE restarted, ms. */
const DISCONNECT_GRACE_MS = 3000;

/** Why this browser cannot take part. */
export class UnsupportedBrowser extends Error {}

/** The media side of one seat in the call: the mediasoup device and its two transports. */
export class MediaLink {
  readonly #client: EmostreamClient;
  readonly #device: Device;
  readonly #onDead: () => void;
  readonly #transports = new Map<Direction, types.Transport>();
  readonly #timers = new Map<Direction, ReturnType<typeof setTimeout>>();
  #closed = false;

  private constructor(client: EmostreamClient, device: Device, onDead: () => void) {
    this.#client = client;
    this.#device = device;
    this.#onDead = onDead;
  }

  /**
   * Learns what browser and server can do together.
   * @param onDead the media connection is lost for good: join again
   * @throws UnsupportedBrowser
   */
  static async create(client: EmostreamClient, onDead: () => void): Promise<MediaLink> {
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
    return new MediaLink(client, device, onDead);
  }

  get capabilities(): RtpCapabilities {
    // mediasoup-client leaves the values of codec parameters open; browsers write numbers and strings.
    return this.#device.recvRtpCapabilities as RtpCapabilities;
  }

  /** Opens both transports; the seat must have been taken. */
  async open(): Promise<void> {
    await Promise.all([this.#open('send'), this.#open('recv')]);
  }

  /** Sends a track. The track stays the caller's. */
  async produce(source: Source, track: MediaStreamTrack): Promise<types.Producer> {
    const transport = this.#transport('send');
    const shared = { track, stopTracks: false, disableTrackOnPause: true, appData: { source } };
    if (source === 'microphone') {
      // Without DTX silence is still sent, so that a silent person and a dead microphone can be told apart.
      return transport.produce({ ...shared, codecOptions: { opusStereo: false, opusFec: true, opusDtx: false } });
    }
    const vp8 = this.#device.sendRtpCapabilities.codecs?.find((codec) => codec.mimeType.toLowerCase() === 'video/vp8');
    return transport.produce({ ...shared, encodings: LAYERS, ...(vp8 ? { codec: vp8 } : {}) });
  }

  /** Receives what another participant sends, and lets it flow. */
  async consume(producerId: string): Promise<types.Consumer> {
    const transport = this.#transport('recv');
    const offer = await this.#client.request('consume', { transportId: transport.id, producerId });
    const consumer = await transport.consume({
      id: offer.consumerId,
      producerId: offer.producerId,
      kind: offer.kind,
      rtpParameters: offer.rtpParameters as unknown as types.RtpParameters,
      // Picture and sound of one person play in step.
      streamId: offer.participant,
    });
    await this.#client.request('resumeConsumer', { consumerId: offer.consumerId });
    return consumer;
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
      this.#client.request('connectTransport', { transportId, dtlsParameters }).then(() => done(), failed);
    });
    transport.on('produce', ({ kind, rtpParameters, appData }, done, failed) => {
      const source = appData.source as Source;
      this.#client
        .request('produce', { transportId, source, kind, rtpParameters: rtpParameters as RtpParameters })
        .then(({ producerId }) => done({ id: producerId }), failed);
    });
    transport.on('connectionstatechange', (state) => this.#watch(direction, transport, state));
  }

  #watch(direction: Direction, transport: types.Transport, state: types.ConnectionState): void {
    clearTimeout(this.#timers.get(direction));
    if (this.#closed) return;
    if (state === 'failed') void this.#restart(transport);
    else if (state === 'disconnected') {
      this.#timers.set(
        direction,
        setTimeout(() => void this.#restart(transport), DISCONNECT_GRACE_MS),
      );
    }
  }

  async #restart(transport: types.Transport): Promise<void> {
    try {
      const { iceParameters } = await this.#client.request('restartIce', { transportId: transport.id });
      await transport.restartIce({ iceParameters: iceParameters as unknown as types.IceParameters });
    } catch {
      // The server does not know the transport any more, or cannot be reached: only a new seat helps.
      if (!this.#closed) this.#onDead();
    }
  }
}
