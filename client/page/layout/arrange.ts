import { type Fit, fitTiles, pictureWidth, type Rect, type Size } from './fit-tiles.js';

/** `full`: all that is known of the emotion. `headline`: the result alone. `tiny`: the result alone, in small letters. */
export type Details = 'full' | 'headline' | 'tiny';

export interface Place extends Rect {
  details: Details;
}

export interface Arrangement {
  /** In the order of the people, oneself last. */
  others: Place[];
  own: Place;
  /** Null where no screen is to be large. */
  screen: Place | null;
}

export interface Wish {
  area: Size;
  /** How many others. */
  others: number;
  /** Which of the others (or `own`) is to be large; null: nobody. */
  large: number | 'own' | null;
  /** A screen is to be larger than everybody: its width for each px of its height. */
  screen?: number | null;
  /** The screen is small: the own picture leaves the room to the others. */
  small: boolean;
  /** What the viewer wants to see of the emotions at most. */
  details: Details;
}

/** Width of a tile for each px of its height, at least: on phones people hold cameras upright. */
const WEB_CAMERA = 5 / 4;
const HELD_UPRIGHT = 4 / 5;
const GAP = 10;
const SMALL_GAP = 6;
/** From this width on, the overlay's panel lies on the picture (client/lib/overlay/style.ts), px. */
const PANEL_ON_PICTURE = 500;
/** A picture this high keeps more than half of itself above the panel, px. */
const HIGH_ENOUGH = 300;
/** Height of the panel under a narrow picture, px. */
const PANEL = 276;
const TINY = 230;

/** Where everybody is on a page that does not scroll. Pure: sizes go in, places come out. */
export function arrange(wish: Wish): Arrangement {
  const { area, others, large, small, screen = null } = wish;
  const fit: Fit = {
    gap: small ? SMALL_GAP : GAP,
    narrowest: small ? HELD_UPRIGHT : WEB_CAMERA,
    ...(wish.details === 'full' ? { under: { height: PANEL, below: PANEL_ON_PICTURE } } : {}),
  };
  const places: Rects =
    screen !== null
      ? besideScreen(area, others, screen, fit)
      : large !== null && others > 0
        ? oneLarge(area, others, large, fit)
        : small && others > 0
          ? ownSmall(area, others, fit)
          : split(fitTiles(area, others + 1, fit));
  const detailed = (rect: Rect): Place => ({ ...rect, details: detailsOf(rect, wish.details) });
  return {
    others: places.others.map(detailed),
    own: detailed(places.own),
    screen: places.screen ? detailed(places.screen) : null,
  };
}

interface Rects {
  others: Rect[];
  own: Rect;
  screen?: Rect;
}

function split(rects: Rect[]): Rects {
  const own = rects.at(-1) as Rect;
  return { others: rects.slice(0, -1), own };
}

/** One takes what is left beside a strip of all the rest: on the right of a broad area, at the bottom of a high one. */
function oneLarge(area: Size, others: number, large: number | 'own', fit: Fit): Rects {
  const { gap } = fit;
  const broad = area.width > area.height;
  const along = broad ? area.width : area.height;
  const strip = Math.min(Math.max(along * 0.22, 84), 240);
  const room: Size = broad
    ? { width: area.width - strip - gap, height: area.height }
    : { width: area.width, height: area.height - strip - gap };
  const [main] = fitTiles(room, 1, fit) as [Rect];
  const rest = fitTiles(broad ? { ...area, width: strip } : { ...area, height: strip }, others, fit).map((rect) => ({
    ...rect,
    ...(broad ? { x: rect.x + room.width + gap } : { y: rect.y + room.height + gap }),
  }));
  const all = [...rest];
  all.splice(large === 'own' ? others : large, 0, main);
  return split(all);
}

/** The whole screen as large as it can be beside a narrow strip of people, or above a low one; they have what it leaves. */
function besideScreen(area: Size, others: number, aspect: number, fit: Fit): Rects {
  const { gap } = fit;
  const strip = (along: number) => Math.min(Math.max(along * 0.2, 84), 240) + gap;
  const beside = wholeIn({ ...area, width: area.width - strip(area.width) }, aspect);
  const above = wholeIn({ ...area, height: area.height - strip(area.height) }, aspect);
  const broad = beside.width >= above.width;
  const screen = broad ? beside : above;
  const left: Size = broad
    ? { ...area, width: area.width - screen.width - gap }
    : { ...area, height: area.height - screen.height - gap };
  const people = fitTiles(left, others + 1, fit).map((rect) => ({
    ...rect,
    ...(broad ? { x: rect.x + screen.width + gap } : { y: rect.y + screen.height + gap }),
  }));
  const middle = broad ? { x: 0, y: (area.height - screen.height) / 2 } : { x: (area.width - screen.width) / 2, y: 0 };
  return { ...split(people), screen: { ...screen, ...middle } };
}

function wholeIn({ width, height }: Size, aspect: number): Size {
  const whole = Math.max(1, Math.min(width, height * aspect));
  return { width: whole, height: whole / aspect };
}

/** The others first; the own picture in a corner that they leave, or in a strip of its own, whichever leaves them more. */
function ownSmall(area: Size, others: number, fit: Fit): Rects {
  const { gap } = fit;
  const high = area.height >= area.width;
  const width = Math.min(Math.max(high ? area.width * 0.3 : area.height * 0.5, 96), 150);
  const own: Size = { width, height: (width * 3) / 4 };

  const shared = fitTiles(area, others + 1, fit);
  const last = shared.at(-1) as Rect;
  const inCell = { width: Math.min(own.width, last.width), height: Math.min(own.height, last.height) };
  const inGrid: Rects = {
    others: shared.slice(0, -1),
    own: { ...inCell, x: last.x + (last.width - inCell.width) / 2, y: last.y + (last.height - inCell.height) / 2 },
  };
  const room: Size = high
    ? { width: area.width, height: area.height - own.height - gap }
    : { width: area.width - own.width - gap, height: area.height };
  const beside = { others: fitTiles(room, others, fit) };
  const other = beside.others[0] as Rect;
  if (pictureWidth(other) < pictureWidth(inGrid.others[0] as Rect)) return inGrid;
  const corner = { width: Math.min(own.width, other.width), height: Math.min(own.height, other.height) };
  return { ...beside, own: { ...corner, x: area.width - corner.width, y: area.height - corner.height } };
}

/** Details shrink before pictures do: there is room for all of them on a large picture, or under a whole one. */
function detailsOf({ width, height }: Size, most: Details): Details {
  const full = width >= PANEL_ON_PICTURE ? height >= HIGH_ENOUGH : height >= (width * 3) / 4 + PANEL;
  const least: Details = width < TINY || height < (TINY * 3) / 4 ? 'tiny' : 'headline';
  return full && most === 'full' ? 'full' : least;
}
