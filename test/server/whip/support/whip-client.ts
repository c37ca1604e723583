import type { TestServer } from '../../support/test-server.js';

/** Requests at /whip as a client makes them; what it answers is looked at by the test. */
export class WhipRequests {
  readonly #server: TestServer;

  constructor(server: TestServer) {
    this.#server = server;
  }

  url(path: string): string {
    return new URL(path, this.#server.server.url).href;
  }

  post(token: string | undefined, sdp: string, headers: Record<string, string> = {}, room = 'room'): Promise<Response> {
    return this.send('POST', `/whip/${room}`, token, { 'content-type': 'application/sdp', ...headers }, sdp);
  }

  async send(
    method: string,
    path: string,
    token?: string,
    headers: Record<string, string> = {},
    body?: string,
  ): Promise<Response> {
    return fetch(this.url(path), {
      method,
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
  }

  patch(path: string, token: string, body: string, tag?: string): Promise<Response> {
    const type = { 'content-type': 'application/trickle-ice-sdpfrag' };
    return this.send('PATCH', path, token, tag === undefined ? type : { ...type, 'if-match': tag }, body);
  }
}

/** Where a session is. */
export const locationOf = (response: Response): string => response.headers.get('location') ?? '';
