import { serverBase } from './addresses.js';

/** Whether a client goes to another server that its own names: always, never, or as it is asked. */
export type Follow = boolean | ((url: string) => boolean);

/** Servers that are remembered; who runs more has a balancer before them. */
const MOST = 32;

/**
 * Where a client finds its service: the address that it was given, and the servers that share their rooms with that one. Pure.
 *
 * Who names another server is one that was given the token and, over TLS, has shown that it is the one that was meant. So what is named
 * over TLS is trusted with the token too, as long as that goes over TLS again.
 */
export class Servers {
  readonly #first: string;
  readonly #follow: Follow;
  #current: string;
  #others: string[] = [];

  constructor(server: string | URL, follow: Follow) {
    this.#first = baseOf(server) ?? String(server);
    this.#current = this.#first;
    this.#follow = follow;
  }

  get current(): string {
    return this.#current;
  }

  /** How many are known. */
  get count(): number {
    return 1 + this.#others.length;
  }

  /** The current one named those that there are; none: it knows of no others, or did not say yet. */
  told(urls: readonly string[]): void {
    if (urls.length === 0) return;
    const followed = urls.flatMap((url) => this.#followed(url) ?? []);
    this.#others = [...new Set(followed)].filter((url) => url !== this.#first).slice(0, MOST);
  }

  /** The current one named the one to go to. @returns false: it is not to be followed */
  moved(url: string): boolean {
    const followed = this.#followed(url);
    if (followed !== undefined) this.#current = followed;
    return followed !== undefined;
  }

  /** The current one does not answer, or ends: another is the next to be tried. */
  failed(): void {
    const all = [this.#first, ...this.#others];
    this.#current = all[(all.indexOf(this.#current) + 1) % all.length]!;
  }

  #followed(url: string): string | undefined {
    const base = baseOf(url);
    if (base === undefined || /^https?:\/\/[^/]*@/.test(base)) return undefined;
    if (this.#current.startsWith('https:') && !base.startsWith('https:')) return undefined;
    return (typeof this.#follow === 'function' ? this.#follow(base) : this.#follow) ? base : undefined;
  }
}

/** Undefined for what is no address of a server. */
function baseOf(server: string | URL): string | undefined {
  try {
    return serverBase(server).href;
  } catch {
    return undefined;
  }
}
