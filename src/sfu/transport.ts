import type { types } from 'mediasoup';
import type { Bulkhead } from '../common/bulkhead.js';
import { EmostreamError } from '../common/errors.js';

/** First guess of what a receiver's network carries, bit/s, until congestion control knows better. */
const INITIAL_OUTGOING_BITRATE = 1_000_000;

/** A peer that is there asks every 4 to 6 s whether it may go on sending (RFC 7675 §5.1); without that ICE is lost, seconds. */
const ICE_CONSENT_TIMEOUT_SECONDS = 15;

/**
 * A WebRTC transport on the worker's shared ports. It closes itself when its DTLS ends; a lost ICE connection only waits
 * for the client to restart ICE.
 */
export async function createWebRtcTransport(
  router: types.Router,
  options: { webRtcServer: types.WebRtcServer; bulkhead: Bulkhead; maxIncomingBitrate?: number },
): Promise<types.WebRtcTransport> {
  let transport: types.WebRtcTransport;
  try {
    transport = await router.createWebRtcTransport({
      webRtcServer: options.webRtcServer,
      enableUdp: true,
      enableTcp: true,
      preferUdp: true,
      enableSctp: false,
      iceConsentTimeout: ICE_CONSENT_TIMEOUT_SECONDS,
      initialAvailableOutgoingBitrate: INITIAL_OUTGOING_BITRATE,
    });
  } catch (error) {
    throw new EmostreamError('CLOSED', 'the room closed meanwhile: join again', { cause: error });
  }
  transport.on(
    'dtlsstatechange',
    options.bulkhead.wrap((state: types.DtlsState) => {
      if (state === 'failed' || state === 'closed') transport.close();
    }),
  );
  if (options.maxIncomingBitrate) {
    try {
      await transport.setMaxIncomingBitrate(options.maxIncomingBitrate);
    } catch (error) {
      transport.close();
      throw new EmostreamError('CLOSED', 'the room closed meanwhile: join again', { cause: error });
    }
  }
  return transport;
}
