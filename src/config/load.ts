import { readFileSync } from 'node:fs';
import { EmostreamError } from '../common/errors.js';
import { type Config, configSchema } from './schema.js';

export const ENV_PREFIX = 'EMOSTREAM_';

const snake = (key: string) => key.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase();
/** `httpPort` → `EMOSTREAM_HTTP_PORT` */
export const envName = (key: string): string => ENV_PREFIX + snake(key);
/** `httpPort` → `--http-port` */
export const flagName = (key: string): string => `--${snake(key).toLowerCase().replaceAll('_', '-')}`;

export const configKeys = Object.keys(configSchema.shape) as (keyof Config)[];

export interface ConfigSources {
  /** Parsed flags, by key; undefined where not given. */
  flags?: Record<string, unknown>;
  env?: Record<string, string | undefined>;
  /** Path of a JSON configuration file. */
  file?: string;
}

/**
 * Merges the sources, flags over environment over file over defaults, and checks the whole.
 * @throws EmostreamError CONFIG_INVALID, naming every wrong option, where it was set and what it may be.
 */
export function loadConfig(sources: ConfigSources = {}): Config {
  const merged: Record<string, unknown> = {};
  const origin: Record<string, string> = {};
  const fileValues = sources.file ? readConfigFile(sources.file) : {};
  for (const [key, value] of Object.entries(fileValues)) {
    merged[key] = value;
    origin[key] = `${sources.file ?? 'file'}: ${key}`;
  }
  for (const key of configKeys) {
    const fromEnv = sources.env?.[envName(key)];
    if (fromEnv !== undefined && fromEnv !== '') {
      merged[key] = fromEnv;
      origin[key] = envName(key);
    }
    const fromFlag = sources.flags?.[key];
    if (fromFlag !== undefined) {
      merged[key] = fromFlag;
      origin[key] = flagName(key);
    }
  }
  const unknownEnv = Object.keys(sources.env ?? {}).filter(
    (name) => name.startsWith(ENV_PREFIX) && !configKeys.some((key) => envName(key) === name),
  );
  if (unknownEnv.length > 0) {
    throw new EmostreamError(
      'CONFIG_INVALID',
      `unknown environment variable ${unknownEnv.join(', ')}: \`emostream serve --help\` lists the options`,
    );
  }
  const parsed = configSchema.safeParse(merged);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const key = String(issue.path[0] ?? '');
      return `  ${origin[key] ?? (key || 'configuration')}: ${issue.message}`;
    });
    throw new EmostreamError('CONFIG_INVALID', `the configuration is not valid:\n${lines.join('\n')}`);
  }
  return checkTogether(parsed.data);
}

/** What no single option can say. */
function checkTogether(config: Config): Config {
  const loopback = isLoopback(config.host);
  if (config.jwtSecret !== undefined && config.jwtSecret.length < 32) {
    throw new EmostreamError('CONFIG_INVALID', 'jwtSecret must have 32 characters or more: try `openssl rand -hex 32`');
  }
  if (config.jwtSecret === undefined && !loopback) {
    throw new EmostreamError(
      'CONFIG_INVALID',
      `without jwtSecret the server runs in development mode, which listens on loopback only: set ${envName('jwtSecret')} ` +
        `(\`openssl rand -hex 32\`) to listen on ${config.host}`,
    );
  }
  if ((config.tlsCert === undefined) !== (config.tlsKey === undefined)) {
    throw new EmostreamError('CONFIG_INVALID', 'tlsCert and tlsKey go together: set both or neither');
  }
  const rtcHosts = config.rtcHost.split(',').map((host) => host.trim());
  if (rtcHosts.some(isAnyAddress) && config.rtcAnnouncedAddress === undefined) {
    throw new EmostreamError(
      'CONFIG_INVALID',
      `rtcHost ${config.rtcHost} cannot be told to browsers: set ${envName('rtcAnnouncedAddress')} to the address they reach`,
    );
  }
  if (rtcHosts.length > 1 && config.rtcAnnouncedAddress !== undefined) {
    throw new EmostreamError('CONFIG_INVALID', 'rtcAnnouncedAddress stands for one rtcHost: set one, or auto');
  }
  return config;
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
const isAnyAddress = (host: string) => host === '0.0.0.0' || host === '::';

function readConfigFile(path: string): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new EmostreamError('CONFIG_INVALID', `the configuration file ${path} cannot be read as JSON`, { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new EmostreamError('CONFIG_INVALID', `the configuration file ${path} must hold one JSON object`);
  }
  return parsed as Record<string, unknown>;
}
