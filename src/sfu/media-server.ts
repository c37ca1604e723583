import type { types } from 'mediasoup';
import type { MediaAddress } from './media-addresses.js';
import { MEDIA_PORTS } from './media-ports.js';

/** Earlier servers of a worker that still carry somebody; at the bound the oldest goes, and its people connect anew. */
const MAX_RETIRED = 4;

/**
 * A worker's WebRtcServer: one UDP and one TCP port for each address, shared by all WebRTC transports. mediasoup cannot change
 * the addresses of one that runs, so another takes its place for new transports; the old one ends with its last transport.
 */
export class MediaServer {
  readonly #worker: types.Worker;
  readonly #tcp: boolean;
  readonly #retired: types.WebRtcServer[] = [];
  #current: types.WebRtcServer;

  private constructor(worker: types.Worker, tcp: boolean, current: types.WebRtcServer) {
    this.#worker = worker;
    this.#tcp = tcp;
    this.#current = current;
  }

  /** @param port the same for every address, UDP and TCP (if there is any); 0: any free ones of MEDIA_PORTS */
  static async create(
    worker: types.Worker,
    addresses: readonly MediaAddress[],
    { port, tcp }: { port: number; tcp: boolean },
  ): Promise<MediaServer> {
    return new MediaServer(worker, tcp, await listen(worker, addresses, { port, tcp }));
  }

  /** For new transports. */
  get current(): types.WebRtcServer {
    return this.#current;
  }

  /** Listens on these from now on, on any free ones of MEDIA_PORTS. What goes on over the old ones is not disturbed. */
  async move(addresses: readonly MediaAddress[]): Promise<void> {
    const next = await listen(this.#worker, addresses, { port: 0, tcp: this.#tcp });
    const old = this.#current;
    this.#current = next;
    this.#retired.push(old);
    old.observer.on('webrtctransportunhandled', () => {
      // It fails only with the worker, whose end is told otherwise.
      this.#endIfEmpty(old).catch(() => undefined);
    });
    await this.#endIfEmpty(old);
    if (this.#retired.length > MAX_RETIRED) this.#end(this.#retired[0]!);
  }

  async #endIfEmpty(server: types.WebRtcServer): Promise<void> {
    if (server.closed) return;
    // It fails only when the worker ended meanwhile, and the server with it.
    const dump = await server.dump().catch(() => undefined);
    if (!dump || dump.webRtcTransportIds.length === 0) this.#end(server);
  }

  #end(server: types.WebRtcServer): void {
    const at = this.#retired.indexOf(server);
    if (at >= 0) this.#retired.splice(at, 1);
    try {
      server.close();
    } catch {
      // The worker cannot be asked any more: its ports go with it.
    }
  }
}

/** All UDP before all TCP: candidates are preferred in the order of the list. */
function listen(
  worker: types.Worker,
  addresses: readonly MediaAddress[],
  { port, tcp }: { port: number; tcp: boolean },
): Promise<types.WebRtcServer> {
  const infos = (protocol: 'udp' | 'tcp') =>
    addresses.map(({ ip, announced }) => ({
      protocol,
      ip,
      ...(announced === undefined ? {} : { announcedAddress: announced }),
      ...(port ? { port } : { portRange: MEDIA_PORTS }),
    }));
  return worker.createWebRtcServer({ listenInfos: [...infos('udp'), ...(tcp ? infos('tcp') : [])] });
}
