import type { Attachment, AttachOptions } from './attachment.js';
import { createServer, type EmostreamServer } from './server.js';

/** What is attached without a server of one's own: one for all of them, of which nothing listens, as long as there is any. */
let shared: { server: Promise<EmostreamServer>; users: number } | undefined;

export interface AttachHere extends AttachOptions {
  /** Where the analysis is and its events go. Not given: one that starts with the first who is attached and ends with the last. */
  server?: EmostreamServer;
}

/**
 * Has somebody of your own mediasoup application analysed: their media stay where they are, a copy goes to analysis processes on this
 * machine (UDP on loopback, never through this process), as far as they consent. Nothing of yours is closed or paused by it; your
 * router gets one PlainTransport more for each analysis process, with a consumer for each track.
 * @throws EmostreamError BAD_MESSAGE, UNSUPPORTED_MEDIA (a codec that cannot be decoded), WRONG_STATE (they are attached already),
 *   CLOSED, or what `createServer` throws; nothing is attached then
 */
export async function attach({ server, ...options }: AttachHere): Promise<Attachment> {
  if (server) return server.attach(options);
  const own = (shared ??= { server: createServer({ http: false, calls: false }), users: 0 });
  own.users += 1;
  const release = async () => {
    own.users -= 1;
    if (own.users > 0) return;
    if (shared === own) shared = undefined;
    await (await own.server).close();
  };
  try {
    const attachment = await (await own.server).attach(options);
    // What cannot be closed any more has no user to be told.
    attachment.closed.then(release).catch(() => undefined);
    return attachment;
  } catch (error) {
    await release().catch(() => undefined);
    throw error;
  }
}
