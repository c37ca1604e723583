import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { freePorts } from '../../test/support/free-port.js';
import { NatsServer } from '../../test/support/nats-server.js';

/** Three real NATS servers that replicate what they keep, on loopback. */
export class NatsCluster {
  private constructor(
    /** By their names. */
    readonly servers: ReadonlyMap<string, NatsServer>,
  ) {}

  static async start(size = 3): Promise<NatsCluster> {
    // They must know each other's ports before they start.
    const ports = await freePorts(size);
    const routes = ports.map((port) => `nats://127.0.0.1:${String(port)}`).join(',');
    const started = ports.map(async (port, index) => {
      const name = `nats-${String(index)}`;
      const own = ['-n', name, '--cluster', `nats://127.0.0.1:${String(port)}`, '--cluster_name', 'chaos'];
      return [name, await NatsServer.start(...own, '--routes', routes)] as const;
    });
    return new NatsCluster(new Map(await Promise.all(started)));
  }

  /** For the option `nats`. */
  get urls(): string {
    return [...this.servers.values()].map(({ url }) => url).join(',');
  }

  /** The server that leads the keeping of a stream. */
  async leaderOf(stream: string): Promise<NatsServer> {
    const connection = await connect({ servers: [...this.servers.values()].map(({ url }) => url) });
    try {
      const { cluster } = await (await jetstreamManager(connection)).streams.info(stream);
      const leader = this.servers.get(cluster?.leader ?? '');
      if (!leader) throw new Error(`nobody leads ${stream}`);
      return leader;
    } finally {
      await connection.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.close()));
  }
}
