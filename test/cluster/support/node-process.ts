import { childrenOf, ServeProcess } from '../../cli/support/serve-process.js';

export interface NodeReport {
  nodes: number;
  rooms: number;
  unsure: number;
  state: 'ok' | 'cut-off';
}

/** The engine that starts soonest. */
const CHEAP = ['--engine', 'wasm', '--inference-threads', '1'];

/** `emostream serve` as one of many. */
export class NodeProcess {
  readonly serve: ServeProcess;
  #port = 0;

  private constructor(
    readonly nats: string,
    port: number,
    engine: readonly string[],
  ) {
    const own = ['--nats', nats, '--http-port', String(port), '--voice-encoder', 'off', '--log-level', 'error'];
    this.serve = new ServeProcess({ flags: [...own, ...engine], speech: false });
  }

  /** Resolves when it serves. @param port any free one if not given @param engine which, as options of the command line */
  static async start(nats: string, port = 0, engine: readonly string[] = CHEAP): Promise<NodeProcess> {
    const node = new NodeProcess(nats, port, engine);
    node.#port = await node.serve.ready();
    return node;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** What `/readyz` says of it as a node. */
  async report(): Promise<NodeReport> {
    const answer = await fetch(`${this.url}/readyz`);
    return ((await answer.json()) as { cluster: NodeReport }).cluster;
  }

  /** All of its processes, at once and without a word. */
  kill(): void {
    const child = childrenOf(this.serve.pid)[0];
    for (const pid of [this.serve.pid, ...(child === undefined ? [] : [...childrenOf(child), child])]) {
      process.kill(pid, 'SIGKILL');
    }
  }

  /** Asks it to end, and waits until it has. @returns its exit code */
  async end(): Promise<number | null> {
    this.serve.child.kill('SIGTERM');
    return (await this.serve.exited).code;
  }
}
