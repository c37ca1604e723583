import { systemClock } from '../common/clock.js';
import { loadConfig } from '../config/load.js';
import type { Config } from '../config/schema.js';
import { METRICS_CLOSED, type MetricsAccess, metricsAccess } from '../server/metrics-door.js';
import { RemoteKeys } from '../server/remote-keys.js';
import { type Check, failed, ok } from './check.js';

const SILENT = { info: () => undefined, warn: () => undefined };

/** Whom a server with this configuration (environment and file) would let in, and by what. */
export async function checkDoors(file?: string): Promise<Check[]> {
  let config: Config;
  try {
    config = loadConfig({ env: process.env, ...(file === undefined ? {} : { file }) });
  } catch (error) {
    return [failed('configuration', error, 'See docs/configuration.md, or `npx emostream serve --help`.')];
  }
  return [tokenCheck(config), ...(await keysCheck(config)), metricsCheck(config)];
}

function tokenCheck(config: Config): Check {
  const { jwtSecret, jwksUrl, tokenIssuer, tokenAudience } = config;
  if (jwtSecret === undefined && jwksUrl === undefined) {
    return ok('access tokens', 'development mode: a random secret, and a token for whoever asks, on loopback only');
  }
  const audience =
    tokenAudience ?? (jwtSecret === undefined ? 'emostream' : 'emostream, or none where our secret signed');
  const secret = jwtSecret === undefined ? [] : [`our secret (HS256), issuer: ${tokenIssuer ?? 'any'}`];
  const provider = jwksUrl === undefined ? [] : [`the identity provider ${config.jwksIssuer ?? ''}`];
  return ok('access tokens', `by ${[...secret, ...provider].join('; by ')}; audience: ${audience}`);
}

function metricsCheck(config: Config): Check {
  const { host, metricsHost = host, metricsPort } = config;
  const told: Record<MetricsAccess, string> = {
    'own-port': `on ${metricsHost}:${metricsPort ?? ''}${config.metricsToken === undefined ? '' : ', with metricsToken'}`,
    token: 'on the main port, with metricsToken',
    loopback: 'on the main port, to this machine alone',
    closed: METRICS_CLOSED,
  };
  const access = metricsAccess(config);
  const check = ok('metrics', told[access]);
  return access === 'closed' ? { ...check, state: 'missing', advice: 'See docs/metrics.md.' } : check;
}

async function keysCheck({ jwksUrl }: Config): Promise<Check[]> {
  if (jwksUrl === undefined) return [];
  const keys = new RemoteKeys(new URL(jwksUrl), { clock: systemClock, logger: SILENT });
  await keys.warm();
  const { state, keys: count, why } = keys.state;
  const name = 'identity provider';
  if (state === 'ok' && count > 0) return [ok(name, `${count} keys at ${jwksUrl}`)];
  const detail = state === 'ok' ? `There are no public keys at ${jwksUrl}.` : `No keys from ${jwksUrl}: ${why ?? ''}.`;
  return [failed(name, new Error(detail), 'Its tokens open nothing until then. See docs/tokens.md.')];
}
