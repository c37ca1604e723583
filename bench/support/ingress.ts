import type { types } from 'mediasoup';

/** What mediasoup must know of the tracks before it takes their packets. */
export type WantedTracks = Record<'video' | 'audio', types.ProducerOptions | null>;

/** Where the packets of a peer go in. */
export interface Ingress {
  /** UDP port of 127.0.0.1. */
  port: number;
  producers: Record<'video' | 'audio', types.Producer | null>;
  close(): void;
}

/** A plain transport of mediasoup that takes the tracks from whoever sends first. */
export async function openIngress(router: types.Router, wanted: WantedTracks): Promise<Ingress> {
  const transport = await router.createPlainTransport({
    listenInfo: { protocol: 'udp', ip: '127.0.0.1' },
    rtcpMux: true,
    comedia: true,
  });
  const producers = {
    video: wanted.video && (await transport.produce(wanted.video)),
    audio: wanted.audio && (await transport.produce(wanted.audio)),
  };
  return { port: transport.tuple.localPort, producers, close: () => transport.close() };
}
