import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EmostreamError, toEmostreamError } from '../common/errors.js';
import { isLoopback } from '../config/loopback.js';
import type { Config } from '../config/schema.js';
import { sendError } from './http-json.js';
import type { HttpHandler } from './http-routes.js';
import { hostForUrl, listen } from './listen.js';
import { isLoopbackHost } from './origin.js';
import { bearerToken } from './upgrade.js';

type MetricsConfig = Pick<Config, 'host' | 'metricsHost' | 'metricsPort' | 'metricsToken'>;

/** Scrapers ask one at a time; who holds more connections is none. */
const MAX_CONNECTIONS = 32;
const TIMEOUT_MS = 10_000;
/** Written by proxies: who asks through one is not on this machine, whatever the connection's address says. */
const FORWARDED = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via'];

/** Where metrics may be read: a port of their own, the main one with a token, or the main one from this machine alone. */
export type MetricsAccess = 'own-port' | 'token' | 'loopback' | 'closed';

export function metricsAccess({ host, metricsPort, metricsToken }: MetricsConfig): MetricsAccess {
  if (metricsPort !== undefined) return 'own-port';
  if (metricsToken !== undefined) return 'token';
  return isLoopback(host) ? 'loopback' : 'closed';
}

export const METRICS_CLOSED =
  '/metrics is closed, for the server may be reached from beyond loopback: set metricsPort (a port of its own) or metricsToken';

/** The route on the main port. @throws EmostreamError NOT_FOUND, FORBIDDEN or UNAUTHENTICATED */
export function guardedMetrics(config: MetricsConfig, metrics: HttpHandler): HttpHandler {
  return (request, response) => {
    switch (metricsAccess(config)) {
      case 'own-port':
        throw new EmostreamError('NOT_FOUND', 'metrics have a port of their own (metricsPort)');
      case 'closed':
        throw new EmostreamError('FORBIDDEN', METRICS_CLOSED);
      case 'loopback':
        // A page elsewhere whose name was made to lead here (DNS rebinding) has another Host.
        if (
          !isLoopbackHost(request.headers.host) ||
          FORWARDED.some((header) => request.headers[header] !== undefined)
        ) {
          throw new EmostreamError(
            'FORBIDDEN',
            'metrics are given to this machine alone: set metricsPort or metricsToken',
          );
        }
        break;
      case 'token':
        assertToken(request, config);
    }
    return metrics(request, response);
  };
}

/** A port for metrics alone, without TLS; undefined where none is configured. @throws EmostreamError CONFIG_INVALID */
export async function openMetricsPort(
  config: MetricsConfig,
  metrics: HttpHandler,
): Promise<{ server: Server; url: string } | undefined> {
  const { host, metricsHost = host, metricsPort } = config;
  if (metricsPort === undefined) return undefined;
  const server = createServer({ headersTimeout: TIMEOUT_MS, requestTimeout: TIMEOUT_MS }, (request, response) => {
    const answer = async () => {
      if (request.url?.split('?', 1)[0] !== '/metrics') throw new EmostreamError('NOT_FOUND', 'here is /metrics alone');
      assertToken(request, config);
      await metrics(request, response);
    };
    answer().catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendError(response, toEmostreamError(error));
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(TIMEOUT_MS);
  await listen(server, {
    host: metricsHost,
    port: metricsPort,
    flags: { host: '--metrics-host', port: '--metrics-port' },
  });
  return { server, url: `http://${hostForUrl(metricsHost)}:${(server.address() as AddressInfo).port}/metrics` };
}

function assertToken({ headers }: IncomingMessage, { metricsToken }: MetricsConfig): void {
  if (metricsToken === undefined) return;
  const shown = bearerToken(headers.authorization) ?? '';
  // Digests have one length, and comparing them tells nothing by its time.
  if (timingSafeEqual(digest(shown), digest(metricsToken))) return;
  throw new EmostreamError('UNAUTHENTICATED', 'metrics want "Authorization: Bearer …" with metricsToken');
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
