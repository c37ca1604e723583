import { flag, int, list, optionalInt, optionalText, text } from './fields.js';

/** Where the server listens, and whom it lets in. */
export const doorOptions = {
  host: text('Address the HTTP and WebSocket server listens on. Loopback until told otherwise.', '127.0.0.1'),
  httpPort: int(
    'Port of the page, the WebSocket and health; of metrics too, unless metricsPort is set.',
    'port',
    8080,
    0,
    65535,
  ),
  tlsCert: optionalText(
    'Path of the TLS certificate (PEM). Browsers give camera and microphone only to localhost or over TLS.',
  ),
  tlsKey: optionalText('Path of the TLS private key (PEM).'),
  metricsPort: optionalInt(
    'Port for metrics alone, without TLS: for a network that only Prometheus reaches.',
    'port',
    0,
    65535,
  ),
  metricsHost: optionalText('Address that metricsPort is on; that of `host` if not given.'),
  metricsToken: optionalText(
    'Secret (16 characters or more) that who reads metrics must show: `Authorization: Bearer …`. Beyond loopback, metrics are closed unless this or metricsPort is set.',
  ),
  allowedOrigins: list('Origins (scheme://host:port) whose pages may open the WebSocket, besides this server’s own.'),

  jwtSecret: optionalText(
    'Secret that signs and checks access tokens (HS256, 32 characters or more). Without it: development mode, with a random secret for this run and an open door, on loopback only.',
  ),
  tokenIssuer: optionalText(
    'Issuer (`iss`) that tokens signed by jwtSecret must name. If not given, any is taken, and `emostream token` writes `emostream`.',
  ),
  tokenAudience: optionalText(
    'Audience (`aud`) that access tokens must name. If not given: `emostream`, and tokens signed by jwtSecret may also name none.',
  ),
  jwksUrl: optionalText(
    'Address (https, or http on loopback) of the JSON Web Key Set of an identity provider, whose tokens are taken, too (RS256, PS256, ES256, EdDSA).',
  ),
  jwksIssuer: optionalText('Issuer (`iss`) that tokens of jwksUrl must name.'),
  openDoor: flag('Give a token for any room to anybody who asks (POST /api/token). On in development mode.', false),
  tokenTtl: int('Life of a token given by the open door or `emostream token`.', 'seconds', 3600, 60, 31_536_000),

  removalTime: int(
    'How long somebody whom a moderator removed cannot come back with the same token or subject.',
    'seconds',
    600,
    0,
    86_400,
  ),

  webhookUrl: optionalText(
    'Address (https, or http on loopback) that is told by POST when analysis of somebody begins and ends, and what it came to.',
  ),
  webhookSecret: optionalText('Signs webhooks (Standard Webhooks): `whsec_` and 24 to 64 bytes in base64.'),
};
