/** A STUN or TURN server, as `RTCConfiguration` has it. */
export interface IceServer {
  urls: string[];
  username?: string | undefined;
  credential?: string | undefined;
}

/** STUN and TURN servers as values of the header `Link` (RFC 9725 §4.6, RFC 8288 §3). */
export function iceLinks(servers: readonly IceServer[]): string[] {
  return servers.flatMap(({ urls, username, credential }) => {
    const by =
      username === undefined || credential === undefined
        ? ''
        : `; username="${quoted(username)}"; credential="${quoted(credential)}"; credential-type="password"`;
    return urls.map((url) => `<${url}>; rel="ice-server"${by}`);
  });
}

/** RFC 9110 §5.6.4. */
const quoted = (text: string): string => text.replace(/["\\]/g, '\\$&');
