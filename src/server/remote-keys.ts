import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Clock } from '../common/clock.js';
import { EmostreamError, firstLine } from '../common/errors.js';

export interface RemoteKeysDeps {
  clock: Clock;
  logger: Pick<Logger, 'info' | 'warn'>;
  fetch?: typeof fetch;
}

/** How it stands with an identity provider's keys. `asking`: not fetched yet; `old`: in use, but newer ones cannot be had. */
export interface KeysState {
  state: 'asking' | 'ok' | 'old' | 'unreachable';
  /** How many there are. */
  keys: number;
  /** Why they could not be fetched the last time. */
  why?: string;
}

/** How long an answer may take, ms. */
const TIMEOUT_MS = 5000;
/** Keys are fetched anew after so long, ms. */
const MAX_AGE_MS = 600_000;
/** For a token that names an unknown key, they are fetched anew no sooner than so long after the last time, ms. */
const COOLDOWN_MS = 30_000;
/** After a failure nobody asks again for so long, ms. */
const RETRY_MS = 10_000;
/** Keys that cannot be fetched anew serve for so long after they were, ms: a key that was taken back would serve on. */
const OLD_MS = 3_600_000;
const MAX_BYTES = 262_144;
const MAX_KEYS = 100;

const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(MAX_KEYS) });

/**
 * The JSON Web Key Set (RFC 7517) of an identity provider: kept, fetched anew when a token names a key that is not in it, and never waited
 * for longer than a few seconds. While the provider cannot be reached, the last keys serve for an hour.
 */
export class RemoteKeys {
  readonly #url: URL;
  readonly #deps: RemoteKeysDeps;
  readonly #remote: ReturnType<typeof createRemoteJWKSet>;
  #last: { local: JWTVerifyGetKey; keys: number; atMs: number } | undefined;
  #failure: { why: string; atMs: number } | undefined;

  constructor(url: URL, deps: RemoteKeysDeps) {
    this.#url = url;
    this.#deps = deps;
    this.#remote = createRemoteJWKSet(url, {
      timeoutDuration: TIMEOUT_MS,
      cacheMaxAge: MAX_AGE_MS,
      cooldownDuration: COOLDOWN_MS,
      [customFetch]: (href, init) => this.#fetch(href, init),
    });
  }

  get state(): KeysState {
    const keys = this.#last?.keys ?? 0;
    if (!this.#failure) return { state: this.#last ? 'ok' : 'asking', keys };
    return { state: this.#serves ? 'old' : 'unreachable', keys, why: this.#failure.why };
  }

  /** Fetches them, so that the first token need not wait. Never rejects: the state says how it went. */
  async warm(): Promise<void> {
    await this.#remote.reload().catch(() => undefined);
  }

  /** The key that a token's header names. @throws EmostreamError KEYS_UNAVAILABLE, or jose's */
  readonly find: JWTVerifyGetKey = async (header, token) => {
    try {
      return await this.#remote(header, token);
    } catch (error) {
      if (!this.#failure) throw error;
      try {
        if (this.#last && this.#serves) return await this.#last.local(header, token);
      } catch (old) {
        // Whether the provider has that key by now, nobody knows.
        if (!(old instanceof errors.JWKSNoMatchingKey)) throw old;
      }
      // Why is for the log and for readiness: it may name addresses inside.
      const message = 'the keys of the identity provider cannot be had at the moment: try again later';
      throw new EmostreamError('KEYS_UNAVAILABLE', message, { cause: error });
    }
  };

  get #serves(): boolean {
    return this.#last !== undefined && this.#deps.clock() - this.#last.atMs < OLD_MS;
  }

  async #fetch(href: string, init: RequestInit): Promise<Response> {
    const { clock, logger, fetch: ask = fetch } = this.#deps;
    if (this.#failure && clock() - this.#failure.atMs < RETRY_MS) throw new Error(this.#failure.why);
    try {
      const set = await readKeys(await ask(href, init));
      if (this.#failure) logger.info({ keys: set.keys.length }, 'the identity provider’s keys can be had again');
      this.#failure = undefined;
      this.#last = { local: createLocalJWKSet(set), keys: set.keys.length, atMs: clock() };
      return Response.json(set);
    } catch (error) {
      const why = init.signal?.aborted ? `no answer within ${TIMEOUT_MS} ms` : told(error);
      if (!this.#failure) logger.warn({ host: this.#url.host, why }, 'the identity provider’s keys cannot be fetched');
      this.#failure = { why, atMs: clock() };
      throw error;
    }
  }
}

/** Why a fetch failed is in its cause. */
const told = (error: unknown): string =>
  error instanceof TypeError && error.cause instanceof Error ? firstLine(error.cause) : firstLine(error);

async function readKeys(response: Response): Promise<JSONWebKeySet> {
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`HTTP status ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).length;
    // Leaving the loop cancels the rest.
    if (bytes > MAX_BYTES) throw new Error(`more than ${MAX_BYTES} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  let json: unknown;
  try {
    json = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Error('it is no JSON');
  }
  const parsed = keySetSchema.safeParse(json);
  if (!parsed.success) throw new Error(`it is no set of ${MAX_KEYS} keys at most`);
  // A published secret (RFC 7518 §6.4) would be everybody's.
  return { keys: parsed.data.keys.filter(({ kty }) => kty !== 'oct') };
}
