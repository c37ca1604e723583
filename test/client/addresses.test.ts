import { describe, expect, it } from 'vitest';
import { ClientError, httpAddress, roomOfToken, requestToken, socketAddress } from '../../client/lib/index.js';
import { inviteLink, readAddress } from '../../client/page/address.js';

const jwt = (claims: object): string => `h.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.s`;

describe('addresses of a server', () => {
  it.each([
    ['https://calls.example', 'wss://calls.example/ws'],
    ['http://localhost:8080/', 'ws://localhost:8080/ws'],
    ['https://example.org/calls', 'wss://example.org/calls/ws'],
    ['https://example.org/calls/?room=x#token=y', 'wss://example.org/calls/ws'],
    ['wss://example.org/calls/ws', 'wss://example.org/calls/ws'],
  ])('%s has its socket at %s', (server, socket) => {
    expect(socketAddress(server)).toBe(socket);
  });

  it('keeps the path for other questions', () => {
    expect(httpAddress('https://example.org/calls/', '/api/info')).toBe('https://example.org/calls/api/info');
  });

  it.each(['localhost:8080', 'not an address', 'file:///etc/passwd'])('refuses %s', (server) => {
    expect(() => socketAddress(server)).toThrow(ClientError);
  });

  it('refuses a room that is none before asking', async () => {
    await expect(requestToken('http://localhost:1', 'a room')).rejects.toMatchObject({ code: 'BAD_MESSAGE' });
  });
});

describe('a token', () => {
  it('says its room', () => {
    expect(roomOfToken(jwt({ room: 'team', exp: 5 }))).toBe('team');
  });

  it.each(['', 'x', 'a.b.c', jwt({ room: '*' }), jwt({ room: 7 })])('that does not say is no error: %s', (token) => {
    expect(roomOfToken(token)).toBeUndefined();
  });
});

describe('the page’s address', () => {
  it('gives room and token; the token’s room counts', () => {
    const token = jwt({ room: 'team-2' });
    const address = readAddress(`https://example.org/calls/?room=team-1#token=${token}`);
    expect(address).toMatchObject({ room: 'team-2', token });
    expect(address.server.href).toBe('https://example.org/calls/');
  });

  it('may give neither', () => {
    expect(readAddress('https://example.org/')).toMatchObject({ room: null, token: null });
  });

  it('makes an invitation without the personal token', () => {
    expect(inviteLink('https://example.org/calls/?room=a#token=secret', 'team-1')).toBe(
      'https://example.org/calls/?room=team-1',
    );
  });
});
