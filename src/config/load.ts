import { readFileSync } from 'node:fs';
import { EmostreamError } from '../common/errors.js';
import { crossCheck } from './cross-checks.js';
import type { Problem } from './problem.js';
import { type Config, configSchema } from './schema.js';

export const ENV_PREFIX = 'EMOSTREAM_';
/** The access token of commands that are clients (`watch`, `record`, `replay`): no option of the server, which may be started in the same shell. */
export const TOKEN_ENV = `${ENV_PREFIX}TOKEN`;

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
  /** Whether to look into the files that options name (the TLS pair); default true. */
  checkFiles?: boolean;
}

/**
 * Merges the sources, flags over environment over file over defaults, and checks the whole.
 * @throws EmostreamError CONFIG_INVALID, naming everything that is wrong at once: where it was set and what it may be
 */
export function loadConfig(sources: ConfigSources = {}): Config {
  const { merged, origin, problems } = merge(sources);
  const parsed = configSchema.safeParse(merged);
  const wrong = new Set<string>();
  for (const issue of parsed.error?.issues ?? []) {
    // Unknown keys of a file come as one issue that belongs to no option.
    const key = String(issue.path[0] ?? '');
    if (key) wrong.add(key);
    const message =
      issue.code === 'unrecognized_keys'
        ? `there is no option ${issue.keys.join(', ')}; \`emostream serve --help\` lists them`
        : issue.message;
    problems.push(`${origin[key] ?? (key || (sources.file ?? 'configuration'))}: ${message}`);
  }
  const config = parsed.success ? parsed.data : configSchema.parse(only(merged, wrong));
  const found = crossCheck(config, { wrong, files: sources.checkFiles ?? true, env: envName });
  problems.push(...found.map(({ option, message }: Problem) => `${origin[option] ?? option}: ${message}`));
  if (problems.length > 0) {
    const lines = problems.map((problem) => `  ${problem}`).join('\n');
    throw new EmostreamError('CONFIG_INVALID', `the configuration is not valid:\n${lines}`);
  }
  return config;
}

/** The sources on top of each other, where each value came from, and what is wrong with the sources themselves. */
function merge(sources: ConfigSources): {
  merged: Record<string, unknown>;
  origin: Record<string, string>;
  problems: string[];
} {
  const merged: Record<string, unknown> = {};
  const origin: Record<string, string> = {};
  const problems: string[] = [];
  if (sources.file !== undefined) {
    for (const [key, value] of Object.entries(readConfigFile(sources.file, problems))) {
      merged[key] = value;
      origin[key] = `${sources.file}: ${key}`;
    }
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
  const known = new Set([...configKeys.map(envName), TOKEN_ENV]);
  for (const name of Object.keys(sources.env ?? {})) {
    if (!name.startsWith(ENV_PREFIX) || known.has(name)) continue;
    problems.push(`${name}: unknown environment variable; \`emostream serve --help\` lists the options`);
  }
  return { merged, origin, problems };
}

/** What is known and right by itself; the rest takes its default, so that the whole can be looked at together. */
function only(merged: Record<string, unknown>, wrong: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(
    configKeys.filter((key) => key in merged && !wrong.has(key)).map((key) => [key, merged[key]]),
  );
}

function readConfigFile(path: string, problems: string[]): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // What JSON.parse says quotes the text, which may be the secret.
    const why = (error as NodeJS.ErrnoException).code ?? 'it is no JSON';
    problems.push(`${path}: the configuration file cannot be read: ${why}`);
    return {};
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    problems.push(`${path}: the configuration file must hold one JSON object`);
    return {};
  }
  return parsed as Record<string, unknown>;
}
