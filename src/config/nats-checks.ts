import { readFileSync } from 'node:fs';
import { firstLine } from '../common/errors.js';
import type { Config } from './schema.js';

export const NATS_OPTIONS = ['nats', 'natsCreds', 'natsTokenFile', 'natsCa'] as const;
export type NatsOptions = Pick<Config, (typeof NATS_OPTIONS)[number]>;
export interface NatsProblem {
  option: keyof NatsOptions;
  message: string;
}

const FILES = ['natsCreds', 'natsTokenFile', 'natsCa'] as const;
const MOST_SERVERS = 32;

/** What is wrong with the options, each by itself and together. */
export function natsProblems(options: NatsOptions): NatsProblem[] {
  const problems: NatsProblem[] = [];
  const tell = (wrong: boolean, option: keyof NatsOptions, message: string) => {
    if (wrong) problems.push({ option, message });
  };
  for (const url of options.nats) {
    // The address is not quoted where it may hold a password.
    if (url.includes('@'))
      tell(true, 'nats', 'an address holds no user, password or token: use natsCreds or natsTokenFile');
    else
      tell(
        natsServer(url) === undefined,
        'nats',
        `"${url}" is no NATS server: write nats://HOST:PORT, or tls://HOST:PORT`,
      );
  }
  tell(
    options.nats.length > MOST_SERVERS,
    'nats',
    `names more than ${MOST_SERVERS} servers; the others are learnt from any`,
  );
  for (const file of FILES) {
    tell(options.nats.length === 0 && options[file] !== undefined, file, 'is of nats: set that, too');
  }
  const both = options.natsCreds !== undefined && options.natsTokenFile !== undefined;
  tell(both, 'natsTokenFile', 'natsCreds and natsTokenFile exclude each other: set one');
  return problems;
}

/** Whether the files that the options name can be read. */
export function natsFileProblems(options: NatsOptions): NatsProblem[] {
  return FILES.flatMap((option) => {
    const path = options[option];
    if (path === undefined) return [];
    try {
      if (readFileSync(path).length > 0) return [];
      return [{ option, message: `${path} is empty` }];
    } catch (error) {
      const reason = (error as NodeJS.ErrnoException).code ?? firstLine(error);
      return [{ option, message: `${path} cannot be read (${reason})` }];
    }
  });
}

/** Host and port of an address, and whether it must be TLS; undefined where it is none. */
export function natsServer(address: string): { host: string; tls: boolean } | undefined {
  const match = /^(nats|tls):\/\/((?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?)\/?$/i.exec(address);
  return match ? { host: match[2]!, tls: match[1]!.toLowerCase() === 'tls' } : undefined;
}
