import { randomBytes } from 'node:crypto';
import type { Config } from '../config/schema.js';
import { RemoteKeys, type RemoteKeysDeps } from './remote-keys.js';
import type { TokenRules } from './tokens.js';

/** Who may get in, worked out from the configuration. */
export interface Access {
  /** By what tokens are checked, and those of `emostream token` and the open door are made. */
  tokens: TokenRules;
  /** Keys of an identity provider. */
  keys: RemoteKeys | undefined;
  /** Tokens are given to anybody who asks. */
  openDoor: boolean;
  /** Neither a secret nor an identity provider was configured: a random secret for this run, an open door, loopback only. */
  development: boolean;
}

type AccessConfig = Pick<Config, 'jwtSecret' | 'openDoor' | 'tokenIssuer' | 'tokenAudience' | 'jwksUrl' | 'jwksIssuer'>;

/** @param developmentSecret where none is configured; a random one if not given */
export function resolveAccess(
  config: AccessConfig,
  deps: RemoteKeysDeps,
  developmentSecret = randomBytes(32).toString('hex'),
): Access {
  const { jwtSecret, jwksUrl, jwksIssuer, tokenIssuer: issuer, tokenAudience: audience } = config;
  const keys = jwksUrl === undefined ? undefined : new RemoteKeys(new URL(jwksUrl), deps);
  const development = jwtSecret === undefined && keys === undefined;
  const secret = jwtSecret ?? (development ? developmentSecret : undefined);
  return {
    tokens: {
      secret: secret === undefined ? undefined : new TextEncoder().encode(secret),
      issuer,
      audience,
      provider: keys && jwksIssuer !== undefined ? { issuer: jwksIssuer, key: keys.find } : undefined,
    },
    keys,
    openDoor: development || config.openDoor,
    development,
  };
}
