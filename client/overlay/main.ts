import '../page/no-eval.js';
import { connectOverlays, type EmoOverlay } from '../lib/overlay.js';
import { overlayLanguage } from '../lib/overlay/languages/known.js';
import { EmotionFeed, requestToken, type RoomEvent } from '../lib/index.js';
import { type OverlayAddress, readOverlayAddress } from './address.js';

/** Panels at once, where nobody was named; more than anybody can read. */
const MAX_PANELS = 16;

/** One person's panel, and above it their name and the notice that they are analysed. */
class Panel {
  readonly element = document.createElement('figure');
  readonly #overlay: EmoOverlay = document.createElement('emo-overlay');
  readonly #name = document.createElement('span');
  readonly #notice = document.createElement('small');

  constructor(participant: string, { compact, subtitles }: OverlayAddress) {
    this.#overlay.setAttribute('participant', participant);
    this.#overlay.toggleAttribute('compact', compact);
    this.#overlay.toggleAttribute('no-subtitles', !subtitles);
    this.known = true;
    const caption = document.createElement('figcaption');
    caption.append(this.#name, this.#notice);
    this.element.append(caption, this.#overlay);
    // Until something is analysed there is nothing to be seen, also for who was named.
    this.element.hidden = true;
  }

  set name(name: string | undefined) {
    this.#name.textContent = name ?? '';
    if (name !== undefined) this.#overlay.setAttribute('name', name);
  }

  /** Whether anything is heard of the server. */
  set known(known: boolean) {
    this.#notice.textContent = known ? language.words.badge.on : language.words.badge.unknown;
  }

  set shown(shown: boolean) {
    this.element.hidden = !shown;
  }
}

/** The panels of a room, as people come and go. */
class Panels {
  readonly #address: OverlayAddress;
  readonly #root: HTMLElement;
  readonly #panels = new Map<string, Panel>();

  constructor(address: OverlayAddress, root: HTMLElement) {
    this.#address = address;
    this.#root = root;
    root.dataset.align = address.align;
    root.style.setProperty('--width', `${address.width}px`);
    for (const participant of address.participants) this.#add(participant);
  }

  /** To be told of an event before the overlays are: there must be one. */
  event(event: RoomEvent): void {
    if (event.type === 'end') return this.#end(event.participant);
    const panel = this.#panels.get(event.participant) ?? this.#newcomer(event.participant);
    if (!panel) return;
    if (event.type === 'begin') {
      const { face, voice, words } = event.analysed;
      panel.shown = face || voice || words;
      if (this.#address.names) panel.name = event.name;
    } else if (event.type === 'emotion') panel.shown = true;
  }

  set known(known: boolean) {
    for (const panel of this.#panels.values()) panel.known = known;
  }

  #newcomer(participant: string): Panel | undefined {
    const wanted = this.#address.participants.length === 0 && this.#panels.size < MAX_PANELS;
    return wanted ? this.#add(participant) : undefined;
  }

  #add(participant: string): Panel {
    const panel = new Panel(participant, this.#address);
    this.#panels.set(participant, panel);
    this.#root.append(panel.element);
    return panel;
  }

  #end(participant: string): void {
    const panel = this.#panels.get(participant);
    if (!panel) return;
    panel.shown = false;
    if (this.#address.participants.includes(participant)) return;
    this.#panels.delete(participant);
    panel.element.remove();
  }
}

const root = document.getElementById('overlays') as HTMLElement;
// Panels speak the language of the page.
const language = overlayLanguage(readOverlayAddress(location.href).lang ?? navigator.language);
document.documentElement.lang = language.tag;
document.documentElement.dir = language.words.direction;

function complain(error: unknown): void {
  const text = document.createElement('p');
  text.className = 'problem';
  text.setAttribute('role', 'alert');
  text.textContent = error instanceof Error ? error.message : String(error);
  root.replaceChildren(text);
}

async function start(): Promise<void> {
  const address = readOverlayAddress(location.href);
  const { server, room, token, participants } = address;
  if (room === undefined) throw new Error('This address names no room: …/overlay/ROOM?participant=…#token=…');
  const feed = new EmotionFeed({
    server,
    room,
    token: token ?? (() => requestToken(server, room).then((granted) => granted.token)),
    ...(participants.length > 0 ? { participants } : {}),
  });
  const panels = new Panels(address, root);
  feed.on('event', (event) => panels.event(event));
  connectOverlays(feed, root);
  feed.on('status', (status) => {
    panels.known = status.state === 'open';
    if (status.state === 'closed' && status.error) complain(status.error);
  });
  // What was said of those who are here already, for as long as the server holds it.
  await feed.start({ sinceSeq: 0 });
}

start().catch(complain);
