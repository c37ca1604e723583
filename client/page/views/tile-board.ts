import { arrange } from '../layout/arrange.js';
import { pageOf, promote } from '../layout/pages.js';
import { t } from '../languages/current.js';
import { h } from '../ui/dom.js';
import type { BoardTile } from './board-tile.js';
import type { ScreenTile } from './screen-tile.js';
import type { Tile } from './tile.js';

/** Screens on which the own picture leaves the room to the others: phones, upright or lying. */
const SMALL = '(max-width: 600px), (max-height: 480px)';

/**
 * Everybody's tile, as large as the room lets it be, and never more than fits: pages follow. A screen that is shared is larger than all,
 * on every page, unless the viewer wants somebody else large.
 */
export class TileBoard {
  readonly element: HTMLElement;
  readonly #own: Tile;
  readonly #tiles = new Map<string, Tile>();
  /** By whose they are, the oldest first. */
  readonly #screens = new Map<string, ScreenTile>();
  readonly #list: HTMLElement;
  readonly #area: HTMLElement;
  readonly #back = h('button', { type: 'button', class: 'secondary', attr: { 'aria-label': t().board.before } }, '‹');
  readonly #on = h('button', { type: 'button', class: 'secondary', attr: { 'aria-label': t().board.more } }, '›');
  readonly #where = h('span', { attr: { role: 'status' } });
  readonly #pager: HTMLElement;
  readonly #resize = new ResizeObserver(() => this.#place());
  readonly #small = window.matchMedia(SMALL);
  #order: string[] = [];
  #page = 0;
  #pinned: BoardTile | null = null;
  #details = true;
  #subtitles = true;

  constructor(own: Tile) {
    this.#own = own;
    this.#list = h('ul', { class: 'grid', attr: { 'aria-label': t().board.people } }, own.element);
    this.#area = h('div', { class: 'board-area' }, this.#list);
    this.#pager = h('nav', { class: 'pager', hidden: true, attr: { 'aria-label': t().board.pages } });
    this.#pager.append(this.#back, this.#where, this.#on);
    this.#back.onclick = () => this.#turn(-1);
    this.#on.onclick = () => this.#turn(1);
    this.element = h('div', { class: 'board' }, this.#area, this.#pager);
    own.onPin = () => this.pin(own);
    this.#resize.observe(this.#area);
  }

  get size(): number {
    return this.#tiles.size;
  }

  /** Everybody's, also one's own. */
  get all(): Tile[] {
    return [...this.#tiles.values(), this.#own];
  }

  get(participant: string): Tile | undefined {
    return this.#tiles.get(participant);
  }

  add(participant: string, tile: Tile): void {
    this.#close(participant);
    this.#tiles.set(participant, tile);
    if (!this.#order.includes(participant)) this.#order.push(participant);
    tile.onPin = () => this.pin(tile);
    tile.subtitles = this.#subtitles;
    // The others first, also for whoever goes by the keyboard.
    this.#own.element.before(tile.element);
    this.#place();
  }

  screenOf(participant: string): ScreenTile | undefined {
    return this.#screens.get(participant);
  }

  addScreen(participant: string, tile: ScreenTile): void {
    this.removeScreen(participant);
    this.#screens.set(participant, tile);
    tile.onPin = () => this.pin(tile);
    tile.onShape = () => this.#place();
    this.#list.prepend(tile.element);
    this.#place();
  }

  removeScreen(participant: string): void {
    const tile = this.#screens.get(participant);
    if (!tile) return;
    this.#screens.delete(participant);
    this.#gone(tile);
    this.#place();
  }

  remove(participant: string): void {
    this.removeScreen(participant);
    this.#close(participant);
    this.#order = this.#order.filter((id) => id !== participant);
    this.#place();
  }

  /** Large, or not any more where it is so already. */
  pin(tile: BoardTile): void {
    this.#pinned = this.#pinned === tile ? null : tile;
    for (const each of [...this.all, ...this.#screens.values()]) each.pinned = each === this.#pinned;
    this.#place();
  }

  /** Whether more than the headline is shown, where there is room. */
  set details(details: boolean) {
    this.#details = details;
    this.#place();
  }

  set subtitles(subtitles: boolean) {
    this.#subtitles = subtitles;
    for (const tile of this.all) tile.subtitles = subtitles;
  }

  /** @param spokeMs when each spoke last, ms */
  speaking(participant: string | null, spokeMs: ReadonlyMap<string, number>): void {
    for (const [id, tile] of this.#tiles) tile.speaking = id === participant;
    if (participant === null || this.#page > 0) return;
    const pinned = [...this.#tiles].find(([, tile]) => tile === this.#pinned)?.[0] ?? null;
    this.#order = promote(this.#order, participant, spokeMs, pinned);
    this.#place();
  }

  close(): void {
    this.#resize.disconnect();
    for (const tile of [...this.all, ...this.#screens.values()]) tile.close();
  }

  #close(participant: string): void {
    const tile = this.#tiles.get(participant);
    if (tile) this.#gone(tile);
    this.#tiles.delete(participant);
  }

  #gone(tile: BoardTile): void {
    tile.close();
    if (tile === this.#pinned) this.#pinned = null;
  }

  #turn(by: number): void {
    this.#page += by;
    this.#place();
  }

  #place(): void {
    const { clientWidth: width, clientHeight: height } = this.#area;
    const { shown, page, pages } = pageOf(this.#order, this.#page);
    this.#page = page;
    this.#showPager(page, pages);
    if (width === 0 || height === 0) return;
    const people = shown.flatMap((id) => this.#tiles.get(id) ?? []);
    const screens = [...this.#screens.values()];
    const somebody = this.#pinned !== null && [...people, this.#own].some((tile) => tile === this.#pinned);
    const screen = somebody ? undefined : (screens.find((tile) => tile === this.#pinned) ?? screens.at(-1));
    const others: BoardTile[] = [...screens.filter((tile) => tile !== screen), ...people];
    const pinned = others.findIndex((tile) => tile === this.#pinned);
    const places = arrange({
      area: { width, height },
      others: others.length,
      large: this.#pinned === this.#own ? 'own' : pinned >= 0 ? pinned : null,
      screen: screen?.aspect ?? null,
      small: this.#small.matches,
      details: this.#details ? 'full' : 'headline',
    });
    for (const tile of [...screens, ...this.#tiles.values()]) tile.place = places.others[others.indexOf(tile)] ?? null;
    if (screen) screen.place = places.screen;
    this.#own.place = places.own;
  }

  #showPager(page: number, pages: number): void {
    this.#pager.hidden = pages === 1;
    const where = t().board.page(page + 1, pages);
    if (this.#where.textContent !== where) this.#where.textContent = where;
    this.#back.disabled = page === 0;
    this.#on.disabled = page === pages - 1;
  }
}
