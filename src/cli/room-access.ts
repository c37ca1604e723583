import { ClientError, requestToken } from '../../client/lib/index.js';
import { EmostreamError } from '../common/errors.js';
import { TOKEN_ENV } from '../config/load.js';
import { exitStatusOf } from './exit-status.js';

/** The token that is given, by flag or EMOSTREAM_TOKEN; else what fetches one from the server's open door. */
export function accessTo(server: string, room: string, token: string | undefined): string | (() => Promise<string>) {
  return token ?? process.env[TOKEN_ENV] ?? (async () => (await requestToken(server, room)).token);
}

/** Says why a command about a room failed, and leaves its exit status. @param grant that a token must have for it */
export function failInRoom(error: unknown, room: string, grant: 'record' | 'replay'): void {
  const { code, message } =
    error instanceof ClientError || error instanceof EmostreamError
      ? error
      : new EmostreamError('INTERNAL', String(error));
  const advice = code === 'FORBIDDEN' ? `; a token is made by: emostream token --room ${room} --${grant}` : '';
  process.stderr.write(`emostream: ${message}${advice} [${code}]\n`);
  process.exitCode = exitStatusOf(code as EmostreamError['code']);
}
