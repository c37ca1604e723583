import { roomOfToken } from '../lib/index.js';

export interface PageAddress {
  /** The server: the folder this page lies in. */
  server: URL;
  room: string | null;
  /** In the fragment, which browsers send to no server. */
  token: string | null;
}

/** Reads `?room=` and `#token=` of the page's address. */
export function readAddress(href: string): PageAddress {
  const url = new URL(href);
  const token = new URLSearchParams(url.hash.slice(1)).get('token');
  const room = (token && roomOfToken(token)) ?? url.searchParams.get('room');
  return { server: new URL('.', url), room, token };
}

/** A link that lets others find the room. A personal access token is never part of it. */
export function inviteLink(href: string, room: string): string {
  const url = new URL('.', href);
  url.search = '';
  url.hash = '';
  url.searchParams.set('room', room);
  return url.href;
}
