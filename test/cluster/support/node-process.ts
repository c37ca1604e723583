import { childrenOf, ServeProcess } from '../../cli/support/serve-process.js';

export interface NodeReport {
  nodes: number;
  rooms: number;
  unsure: number;
  state: 'ok' | 'cut-off';
}

/** `emostream serve` as one of many, with the engine that starts soonest. */
export class NodeProcess {
  readonly serve: ServeProcess;
  #port = 0;

  private constructor(
    readonly nats: string,
    port: number,
  ) {
    const cheap = ['--engine', 'wasm', '--voice-encoder', 'off', '--inference-threads', '1', '--log-level', 'error'];
    this.serve = new ServeProcess({ flags: ['--nats', nats, '--http-port', String(port), ...cheap], speech: false });
  }

  /** Resolves when it serves. @param port any free one if not given */
  static async start(nats: string, port = 0): Promise<NodeProcess> {
    const node = new NodeProcess(nats, port);
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
