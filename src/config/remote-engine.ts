import { REMOTE_ENGINE } from '../common/engine-names.js';
import { isLoopback } from './loopback.js';
import type { Problem } from './problem.js';
import type { Config } from './schema.js';

type RemoteConfig = Pick<Config, 'engine' | 'engineUrl' | 'engineCa' | 'engineToken' | 'engineFallback'>;

const SCHEMES = ['grpc:', 'grpcs:', 'http:', 'https:'];
const TOKEN = /^[\x21-\x7e]+$/u;

/** What is wrong with the options of inference servers together. */
export function checkRemoteEngine({
  engine,
  engineUrl,
  engineCa,
  engineToken,
  engineFallback,
}: RemoteConfig): Problem[] {
  const problems: Problem[] = [];
  const tell = (option: Problem['option'], message: string): void => void problems.push({ option, message });
  if (engine === REMOTE_ENGINE && engineUrl.length === 0) {
    tell('engineUrl', `the engine ${REMOTE_ENGINE} asks servers: name one, grpc://HOST:8001`);
  }
  if (engine !== REMOTE_ENGINE) {
    const of = `is of the engine ${REMOTE_ENGINE}: choose that, or leave it out`;
    if (engineUrl.length > 0) tell('engineUrl', of);
    if (engineCa !== undefined) tell('engineCa', of);
    if (engineToken !== undefined) tell('engineToken', of);
    if (engineFallback !== 'none') tell('engineFallback', of);
    return problems;
  }
  const urls = engineUrl.flatMap((url) => {
    const parsed = serverUrl(url);
    // Not quoted: somebody may have written a password into it.
    if (!parsed)
      tell(
        'engineUrl',
        'must be grpc://HOST:PORT, grpcs://…, http://… or https://…, without a name, a password or a query',
      );
    return parsed ?? [];
  });
  if (new Set(engineUrl).size < engineUrl.length) tell('engineUrl', 'names a server twice');
  const bare = urls.filter(({ protocol }) => !isSafe(protocol));
  if (engineCa !== undefined && bare.length === urls.length && urls.length > 0) {
    tell('engineCa', 'no server is asked with TLS: write grpcs:// or https://');
  }
  if (engineToken === undefined) return problems;
  if (!TOKEN.test(engineToken)) tell('engineToken', 'must have no spaces, and letters, digits and signs of ASCII only');
  if (bare.some(({ hostname }) => !isLoopback(hostname.replace(/^\[|\]$/gu, '')))) {
    tell('engineToken', 'is not shown without TLS beyond loopback: write grpcs:// or https://');
  }
  return problems;
}

const isSafe = (protocol: string): boolean => protocol === 'grpcs:' || protocol === 'https:';

function serverUrl(url: string): URL | null {
  if (!URL.canParse(url)) return null;
  const parsed = new URL(url);
  const { protocol, username, password, search, hash, pathname, hostname, port } = parsed;
  const plain = username === '' && password === '' && search === '' && hash === '';
  // gRPC has its own paths, and no port that everybody knows.
  const place = protocol.startsWith('http') || (port !== '' && (pathname === '' || pathname === '/'));
  return SCHEMES.includes(protocol) && hostname !== '' && plain && place ? parsed : null;
}
