import { isLoopback } from './loopback.js';
import { NATS_OPTIONS, natsFileProblems, natsProblems } from './nats-checks.js';
import type { Problem } from './problem.js';
import { checkRemoteEngine } from './remote-engine.js';
import { NODE_OPTIONS, nodeProblems } from './node-checks.js';
import type { Config } from './schema.js';
import { inspectTls } from './tls.js';
import { webOrigin } from './web-origin.js';

interface CrossCheck {
  /** What it looks at: where one of these is wrong by itself, there is nothing to be said of them together. */
  of: readonly (keyof Config)[];
  /** @param env names an option's environment variable */
  find: (config: Config, env: (key: keyof Config) => string) => Problem[];
}

const SECRET_CHARACTERS = 32;
/** RFC 7065, section 3.1. */
const TURN_URL = /^turns?:[^\s/?#@]+(\?transport=(udp|tcp))?$/;
const SAFE_TARGET = 'must be an address that begins with https://, or with http:// on loopback';
const when = (wrong: boolean, option: keyof Config, message: string): Problem[] => (wrong ? [{ option, message }] : []);

/** What no single option can say. */
const CROSS_CHECKS: readonly CrossCheck[] = [
  {
    of: ['jwtSecret'],
    find: ({ jwtSecret }) =>
      when(
        jwtSecret !== undefined && jwtSecret.length < SECRET_CHARACTERS,
        'jwtSecret',
        `must have ${SECRET_CHARACTERS} characters or more: try \`openssl rand -hex 32\``,
      ),
  },
  {
    of: ['jwtSecret', 'jwksUrl', 'host'],
    find: ({ jwtSecret, jwksUrl, host }, env) =>
      when(
        jwtSecret === undefined && jwksUrl === undefined && !isLoopback(host),
        'host',
        `without jwtSecret (or jwksUrl) the server runs in development mode, which listens on loopback only: set ${env('jwtSecret')} ` +
          `(\`openssl rand -hex 32\`) to listen on ${host}`,
      ),
  },
  {
    of: ['metricsToken'],
    find: ({ metricsToken }) =>
      when(
        metricsToken !== undefined && !/^[\x21-\x7e]{16,}$/.test(metricsToken),
        'metricsToken',
        'must have 16 characters or more, and no spaces: try `openssl rand -hex 16`',
      ),
  },
  {
    of: ['metricsHost', 'metricsPort'],
    find: ({ metricsHost, metricsPort }) =>
      when(metricsHost !== undefined && metricsPort === undefined, 'metricsHost', 'is of metricsPort: set that, too'),
  },
  {
    of: ['turnUrls', 'turnSecret'],
    find: ({ turnUrls, turnSecret }) => [
      ...when(
        turnUrls.length > 0 !== (turnSecret !== undefined),
        turnUrls.length > 0 ? 'turnSecret' : 'turnUrls',
        'turnUrls and turnSecret go together: set both or neither',
      ),
      ...turnUrls
        .filter((url) => !TURN_URL.test(url))
        .map((url) => ({
          option: 'turnUrls' as const,
          message: `"${url}" is no address of a TURN server: write turn:HOST:PORT?transport=udp (or tcp), or turns:HOST:PORT`,
        })),
    ],
  },
  {
    of: ['jwksUrl', 'jwksIssuer'],
    find: ({ jwksUrl, jwksIssuer }) => [
      ...when(
        (jwksUrl === undefined) !== (jwksIssuer === undefined),
        jwksUrl === undefined ? 'jwksUrl' : 'jwksIssuer',
        'jwksUrl and jwksIssuer go together: the keys of an identity provider sign for others, too',
      ),
      ...when(jwksUrl !== undefined && !isSafeTarget(jwksUrl), 'jwksUrl', SAFE_TARGET),
    ],
  },
  {
    of: ['jwtSecret', 'jwksUrl', 'openDoor'],
    find: ({ jwtSecret, jwksUrl, openDoor }) =>
      when(
        openDoor && jwtSecret === undefined && jwksUrl !== undefined,
        'openDoor',
        'an open door signs tokens by jwtSecret: set that, too',
      ),
  },
  {
    of: ['allowedOrigins'],
    find: ({ allowedOrigins }) =>
      allowedOrigins
        .filter((entry) => webOrigin(entry) === undefined)
        .map((entry) => ({
          option: 'allowedOrigins',
          message: `"${entry}" is no origin, and no page could ever have it: write scheme://host or scheme://host:port, without a path or *`,
        })),
  },
  {
    of: ['webhookUrl', 'webhookSecret'],
    find: ({ webhookUrl, webhookSecret }) => [
      ...when(
        (webhookUrl === undefined) !== (webhookSecret === undefined),
        webhookUrl === undefined ? 'webhookUrl' : 'webhookSecret',
        'webhookUrl and webhookSecret go together: set both or neither (`echo whsec_$(openssl rand -base64 32)`)',
      ),
      ...when(webhookUrl !== undefined && !isSafeTarget(webhookUrl), 'webhookUrl', SAFE_TARGET),
      ...when(
        webhookSecret !== undefined && !isWebhookSecret(webhookSecret),
        'webhookSecret',
        'must be `whsec_` and 24 to 64 bytes in base64: try `echo whsec_$(openssl rand -base64 32)`',
      ),
    ],
  },
  {
    of: ['engine', 'engineUrl', 'engineCa', 'engineToken', 'engineFallback'],
    find: checkRemoteEngine,
  },
  {
    of: ['tlsCert', 'tlsKey'],
    find: ({ tlsCert, tlsKey }) =>
      when(
        (tlsCert === undefined) !== (tlsKey === undefined),
        tlsCert === undefined ? 'tlsKey' : 'tlsCert',
        'tlsCert and tlsKey go together: set both or neither',
      ),
  },
  { of: NATS_OPTIONS, find: natsProblems },
  { of: NODE_OPTIONS, find: nodeProblems },
  {
    of: ['rtcHost', 'rtcAnnouncedAddress'],
    find: ({ rtcHost, rtcAnnouncedAddress }, env) => {
      const hosts = rtcHost.split(',').map((host) => host.trim());
      return [
        ...when(
          hosts.some(isAnyAddress) && rtcAnnouncedAddress === undefined,
          'rtcHost',
          `${rtcHost} cannot be told to browsers: set ${env('rtcAnnouncedAddress')} to the address they reach`,
        ),
        ...when(
          hosts.length > 1 && rtcAnnouncedAddress !== undefined,
          'rtcAnnouncedAddress',
          'stands for one rtcHost: set one, or auto',
        ),
      ];
    },
  },
];

const NATS_FILES: CrossCheck = { of: NATS_OPTIONS, find: natsFileProblems };
const TLS_FILES: CrossCheck = {
  of: ['tlsCert', 'tlsKey'],
  find: ({ tlsCert, tlsKey }) =>
    tlsCert === undefined || tlsKey === undefined ? [] : inspectTls({ tlsCert, tlsKey }).problems,
};

/**
 * @param wrong options that are wrong by themselves
 * @param files whether to look into the files that options name
 */
export function crossCheck(
  config: Config,
  options: { wrong: ReadonlySet<string>; files: boolean; env: (key: keyof Config) => string },
): Problem[] {
  return [...CROSS_CHECKS, ...(options.files ? [TLS_FILES, NATS_FILES] : [])]
    .filter(({ of }) => !of.some((key) => options.wrong.has(key)))
    .flatMap(({ find }) => find(config, options.env));
}

function isSafeTarget(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[|\]$/g, '')));
}
function isWebhookSecret(secret: string): boolean {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const bytes = Buffer.from(base64 ?? '', 'base64').length;
  return bytes >= 24 && bytes <= 64;
}
const isAnyAddress = (host: string) => host === '0.0.0.0' || host === '::';
