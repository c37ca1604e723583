import { Command, InvalidArgumentError } from 'commander';
import { EmostreamError, firstLine } from '../common/errors.js';
import { loadConfig } from '../config/load.js';
import { participantIdSchema, roomIdSchema } from '../events/schema.js';
import { parseConsent } from '../server/declared-consent.js';
import { nameSchema } from '../server/protocol.js';
import { mintToken } from '../server/tokens.js';

interface TokenFlags {
  room: string;
  publish?: boolean;
  subscribe?: boolean;
  moderate?: boolean;
  transcript?: boolean;
  names?: boolean;
  record?: boolean;
  replay?: boolean;
  subject?: string;
  name?: string;
  consent?: string;
  ttl?: number;
  config?: string;
}

/** `emostream token`: an access token on standard output, signed with the configured secret. */
export function tokenCommand(): Command {
  return new Command('token')
    .description(
      'Print an access token for a room, signed with jwtSecret, for tokenAudience by tokenIssuer (EMOSTREAM_JWT_SECRET, … or the configuration file).',
    )
    .requiredOption('--room <room>', 'the room it is for; "*" for every room', parseRoom)
    .option('--publish', 'may join the call')
    .option('--subscribe', 'may receive emotion events')
    .option('--transcript', 'with --subscribe: may read the words of those who show them')
    .option('--names', 'with --subscribe: may see what people call themselves')
    .option('--record', 'may record the results of those who agree to it')
    .option('--replay', 'may replay recordings into a room where nobody is')
    .option('--moderate', 'may remove people, stop their analysis and end the call')
    .option(
      '--subject <id>',
      'participant id that stays the same over reconnects; it is logged, so no name',
      parseSubject,
    )
    .option('--name <name>', 'what the person calls themselves, for doors that ask for none (WHIP)', parseName)
    .option(
      '--consent <what>',
      'with --subject: what that person agreed to have analysed: "given", or some of "face voice words show-words"',
      parseConsentText,
    )
    .option('--ttl <seconds>', 'how long it is valid (default: tokenTtl)', parseTtl)
    .option('--config <file>', 'configuration file (JSON)')
    .action(async (flags: TokenFlags) => {
      process.stdout.write(`${await token(flags)}\n`);
    });
}

async function token(flags: TokenFlags): Promise<string> {
  const config = loadConfig({ env: process.env, checkFiles: false, ...(flags.config ? { file: flags.config } : {}) });
  if (config.jwtSecret === undefined) {
    throw new EmostreamError(
      'CONFIG_INVALID',
      'jwtSecret is not set, so there is nothing to sign with: set EMOSTREAM_JWT_SECRET to what the server has. A server in ' +
        'development mode has a secret of its own and gives tokens itself (POST /api/token)',
    );
  }
  const { room, publish = false, subscribe = false, moderate = false, transcript = false, names = false } = flags;
  const { record = false, replay = false } = flags;
  if (!publish && !subscribe && !moderate && !record && !replay) {
    throw new EmostreamError(
      'CONFIG_INVALID',
      'a token without grants opens nothing: add --publish, --subscribe, or another (--help)',
    );
  }
  if (transcript && !subscribe && !record) {
    throw new EmostreamError(
      'CONFIG_INVALID',
      'words come with a subscription or a recording: add --subscribe or --record to --transcript',
    );
  }
  if (names && !subscribe) {
    throw new EmostreamError('CONFIG_INVALID', 'names come with a subscription: add --subscribe to --names');
  }
  const { subject, name, consent } = flags;
  if (consent !== undefined && (subject === undefined || room === '*' || moderate)) {
    throw new EmostreamError(
      'CONFIG_INVALID',
      'consent is a person’s own: --consent needs --subject, one room, and no --moderate',
    );
  }
  const minted = await mintToken(
    { secret: new TextEncoder().encode(config.jwtSecret), issuer: config.tokenIssuer, audience: config.tokenAudience },
    { room, publish, subscribe, moderate, transcript, names, record, replay },
    { ttlSeconds: flags.ttl ?? config.tokenTtl, nowMs: Date.now(), subject, name, consent },
  );
  return minted.token;
}

function parseRoom(value: string): string {
  if (value !== '*' && !roomIdSchema.safeParse(value).success) {
    throw new InvalidArgumentError('a room is 1 to 64 letters, digits, "-" or "_", or "*".');
  }
  return value;
}

function parseSubject(value: string): string {
  if (!participantIdSchema.safeParse(value).success) throw new InvalidArgumentError('1 to 64 characters.');
  return value;
}

function parseName(value: string): string {
  const parsed = nameSchema.safeParse(value);
  if (!parsed.success) throw new InvalidArgumentError('1 to 64 characters.');
  return parsed.data;
}

function parseConsentText(value: string): string {
  try {
    parseConsent(value);
  } catch (error) {
    throw new InvalidArgumentError(`${firstLine(error)}.`);
  }
  return value;
}

function parseTtl(value: string): number {
  const seconds = Number(value);
  if (!Number.isInteger(seconds) || seconds < 1)
    throw new InvalidArgumentError('a whole number of seconds, 1 or more.');
  return seconds;
}
