import { roomIdSchema } from '../../src/events/schema.js';

/** What the address of an overlay says: `…/overlay/ROOM?participant=…#token=…`. */
export interface OverlayAddress {
  /** The folder above `overlay`. */
  server: URL;
  /** Undefined where the address names none that can be. */
  room: string | undefined;
  /** Whose panels are shown; none named: everybody's. */
  participants: string[];
  /** In the fragment, which browsers send to no server. */
  token: string | null;
  /** The headline alone. */
  compact: boolean;
  subtitles: boolean;
  names: boolean;
  /** BCP 47; null: as the browser wishes. */
  lang: string | null;
  align: 'top' | 'bottom';
  /** Of a panel, pixels. */
  width: number;
}

const WIDTH = { least: 160, usual: 420, most: 4096 };
const OFF = new Set(['off', 'false', '0', 'no']);

/** @param href the page's address */
export function readOverlayAddress(href: string): OverlayAddress {
  const url = new URL(href);
  const { searchParams: options } = url;
  const [, folder = '/', named = ''] = /^(.*\/)overlay\/([^/]*)$/.exec(url.pathname) ?? [];
  const width = Number(options.get('width') || WIDTH.usual);
  return {
    server: new URL(folder, url),
    room: roomIdSchema.safeParse(named).data,
    participants: options.getAll('participant').filter((id) => id !== ''),
    token: new URLSearchParams(url.hash.slice(1)).get('token'),
    compact: options.get('view') === 'compact',
    subtitles: !OFF.has(options.get('subtitles') ?? ''),
    names: !OFF.has(options.get('names') ?? ''),
    lang: options.get('lang'),
    align: options.get('align') === 'top' ? 'top' : 'bottom',
    width: Number.isFinite(width) ? Math.min(WIDTH.most, Math.max(WIDTH.least, width)) : WIDTH.usual,
  };
}
