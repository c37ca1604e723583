import { type Consent, NO_CONSENT } from '../../../src/common/consent.js';
import { EMOTIONS, MODALITIES } from '../../../src/common/emotions.js';
import type { RoomEvent } from '../../../src/events/schema.js';
import type { Words } from '../../../src/server/protocol.js';
import { coverRect, type Rect } from './box.js';
import { CourseStrip } from './course-strip.js';
import { FaceBoxes } from './face-boxes.js';
import { icon } from './icons.js';
import { ENGLISH, type OverlayLanguage, overlayLanguage } from './languages/known.js';
import { languageAt } from './languages/language-at.js';
import { OverlayModel, type OverlayView } from './model.js';
import { MoodPlot } from './plot.js';
import { overlaySheet } from './style.js';
import { roomFor, SubtitleModel } from './subtitles.js';
import { Subtitles } from './subtitle-lines.js';
import type { OverlayConnection, Sending } from './wording.js';

const STALE_AFTER_MS = 3500;
/** How often an overlay looks whether its last event is out of date, ms. */
const TICK_MS = 500;

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

const fill = (): HTMLElement => make('div', 'fill');

const setShare = (bar: HTMLElement, share: number): void => void (bar.style.transform = `scaleX(${share.toFixed(3)})`);

/**
 * `<emo-overlay>`: the emotion of one participant, drawn over (or, where the tile is narrow, under) their video.
 *
 *     <emo-overlay participant="…" name="Ada"><video …></video></emo-overlay>
 *
 * Attributes: `participant` (events of others are ignored), `name` (for screen readers), `mirrored` (the video is shown
 * flipped), `compact` (the headline and the last minute alone), `no-subtitles`, `theme` (`light`, or `auto`: as the system wishes; else dark). It speaks
 * the language of its own `lang` or the nearest around it, where it knows it. Without a video inside it is a plain panel.
 * Feed it with `push(event)` and, where there are any, `pushWords(words)`; `analysed` says what its owner agreed to, where that is known before the first event.
 */
export class EmoOverlay extends HTMLElement {
  static readonly observedAttributes = ['name', 'mirrored'];

  readonly #model = new OverlayModel({ staleAfterMs: STALE_AFTER_MS });
  readonly #words = new SubtitleModel();
  readonly #subtitles = new Subtitles();
  readonly #plot = new MoodPlot();
  readonly #stage = make('div', 'stage');
  readonly #slot = document.createElement('slot');
  readonly #boxes = new FaceBoxes();
  readonly #lamp = make('span', 'lamp');
  readonly #badgeText = make('span', '');
  readonly #badge = make('div', 'badge');
  readonly #panel = make('section', 'panel');
  readonly #headline = make('strong', 'headline');
  readonly #detail = make('span', 'detail');
  readonly #course = new CourseStrip();
  readonly #bars = EMOTIONS.map((emotion) => {
    const bar = { emotion, fill: fill(), name: make('span', 'name'), share: make('span', 'share') };
    bar.fill.style.setProperty('--colour', `var(--emo-${emotion})`);
    const track = make('div', 'track', bar.fill);
    return { ...bar, row: make('li', 'bar', bar.name, track, bar.share) };
  });
  readonly #sources = MODALITIES.map((modality) => {
    const what = make('span', 'what');
    const source = { modality, fill: fill(), what, text: make('span', 'text'), badge: icon(modality) };
    const weight = make('div', 'track weight', source.fill);
    return { ...source, row: make('li', 'source', icon(modality), what, source.text, weight) };
  });
  #timer: ReturnType<typeof setInterval> | undefined;
  #resize: ResizeObserver | undefined;
  #view: OverlayView;
  readonly #barList = make('ul', 'bars', ...this.#bars.map((bar) => bar.row));
  readonly #sourceList = make('ul', 'sources', ...this.#sources.map((source) => source.row));
  readonly #judgedBy = make('span', '');
  #language: OverlayLanguage = ENGLISH;

  constructor() {
    super();
    this.#view = this.#model.view(performance.now());
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [overlaySheet()];
    this.#badge.append(this.#lamp, this.#badgeText, ...this.#sources.map((source) => source.badge));
    this.#stage.append(this.#slot, this.#boxes.element, this.#badge);
    const basis = make('div', 'basis', this.#judgedBy, this.#sourceList);
    const head = make('div', 'head', this.#headline, this.#detail);
    this.#panel.append(head, this.#barList, this.#plot.element, basis, this.#course.element);
    const foot = make('div', 'foot', this.#subtitles.element, this.#panel);
    root.append(make('div', 'frame', this.#stage, foot));
    this.#slot.addEventListener('slotchange', () => this.#watchStage());
    this.#stage.classList.add('bare');
    this.#speak(ENGLISH);
    this.#render();
  }

  /** What of the participant is analysed, as far as the page knows. */
  get analysed(): Consent {
    return this.#view.analysed;
  }
  set analysed(analysed: Consent) {
    this.#model.setAnalysed(analysed, performance.now());
    this.#render();
  }

  /** Whether camera and microphone are on, so that "off" and "broken" can be told apart; both are, until told otherwise. */
  set sending(sending: Sending) {
    this.#model.setSending(sending);
    this.#render();
  }

  /** How the page stands to the server; without a connection nothing is claimed. `connectOverlays` sets it. */
  set connection(connection: OverlayConnection) {
    this.#model.setConnection(connection);
    this.#render();
  }

  get participant(): string | null {
    return this.getAttribute('participant');
  }

  /** Shows an event, if it is of this overlay's participant. */
  push(event: RoomEvent): void {
    if (this.participant !== null && event.participant !== this.participant) return;
    this.#model.push(event, performance.now());
    this.#render();
  }

  /** Shows words as subtitles, if they are of this overlay's participant. */
  pushWords(words: Words): void {
    if (this.participant !== null && words.participant !== this.participant) return;
    this.#words.push(words, performance.now());
    this.#showWords();
  }

  /** Takes the words away: whoever said them took them back. */
  withdrawWords(): void {
    this.#words.clear();
    this.#showWords();
  }

  /** Forgets everything, as when the call ended. */
  reset(): void {
    this.analysed = NO_CONSENT;
    this.withdrawWords();
  }

  connectedCallback(): void {
    this.#timer ??= setInterval(this.#paint, TICK_MS);
    document.addEventListener('visibilitychange', this.#paint);
    this.#watchStage();
    this.#render();
  }

  disconnectedCallback(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    document.removeEventListener('visibilitychange', this.#paint);
    this.#resize?.disconnect();
    this.#resize = undefined;
  }

  attributeChangedCallback(): void {
    this.#label();
    this.#placeBoxes();
  }

  get #video(): HTMLVideoElement | null {
    for (const element of this.#slot.assignedElements()) {
      const video = element instanceof HTMLVideoElement ? element : element.querySelector('video');
      if (video) return video;
    }
    return null;
  }

  #watchStage(): void {
    this.#stage.classList.toggle('bare', this.#slot.assignedElements().length === 0);
    this.#resize?.disconnect();
    this.#resize = new ResizeObserver(() => this.#placeBoxes());
    this.#resize.observe(this.#stage);
  }

  /** What stays the same, in the language of the place. */
  #speak(language: OverlayLanguage): void {
    this.#language = language;
    const { tag, words } = language;
    // The picture stays as the page has it.
    for (const part of [this.#badgeText, this.#panel]) {
      part.lang = tag;
      part.dir = words.direction;
    }
    for (const { emotion, name } of this.#bars) name.textContent = words.format.capital(words.emotions[emotion]);
    for (const { modality, what } of this.#sources) what.textContent = words.format.capital(words.modalities[modality]);
    this.#judgedBy.textContent = words.judgedBy;
    this.#barList.setAttribute('aria-label', words.bars);
    this.#sourceList.setAttribute('aria-label', words.sources);
    this.#barList.title = this.#detail.title = words.estimate;
    this.#sourceList.title = words.weight;
    this.#label();
  }

  #label(): void {
    const { emotionOf, saidBy } = this.#language.words;
    const name = this.getAttribute('name');
    this.#panel.setAttribute('aria-label', emotionOf(name));
    this.#subtitles.label = saidBy(name);
  }

  readonly #paint = (): void => {
    this.#render();
    this.#showWords();
  };

  #render(): void {
    const language = overlayLanguage(languageAt(this));
    if (language !== this.#language) this.#speak(language);
    const { words } = language;
    const view = this.#model.view(performance.now(), words);
    this.#view = view;
    // Nothing is queued up for who does not look: what is true then is painted when they do.
    if (document.hidden) return;
    // A constructor may not touch attributes; the element is rendered again when it is connected.
    if (this.isConnected) this.dataset.status = view.status;
    this.#panel.dataset.status = view.status;
    this.#panel.classList.toggle('empty', view.bars === null);
    this.#headline.textContent = view.headline;
    this.#headline.classList.toggle('named', view.status === 'live' && view.emotion !== null);
    this.#detail.textContent = view.detail;
    const accent = view.emotion && view.status !== 'stale' ? `var(--emo-${view.emotion})` : '';
    this.#panel.style.setProperty('--emo-accent', accent);
    for (const bar of this.#bars) {
      const shown = view.bars?.find((candidate) => candidate.emotion === bar.emotion);
      setShare(bar.fill, shown?.share ?? 0);
      bar.share.textContent = typeof shown?.share === 'number' ? words.format.likelihood(shown.share) : '–';
      bar.row.classList.toggle('top', shown?.top === true);
    }
    for (const source of this.#sources) {
      const shown = view.modalities.find((candidate) => candidate.modality === source.modality);
      source.row.dataset.state = shown?.state ?? 'off';
      source.text.textContent = shown?.text ?? '';
      setShare(source.fill, shown?.weight ?? 0);
      source.badge.classList.toggle('hidden', !view.analysed[source.modality]);
    }
    const { status } = view;
    this.#badge.dataset.status = status;
    this.#badge.classList.toggle('on', status !== 'off' && status !== 'unknown');
    this.#badgeText.textContent = words.badge[status === 'off' || status === 'unknown' ? status : 'on'];
    this.#course.show(words.lastMinute, words, view.course);
    this.#course.element.hidden = view.course.every((second) => second === null);
    this.#plot.show(view.trail, words);
    this.#placeBoxes();
  }

  #showWords(): void {
    if (document.hidden) return;
    this.#subtitles.show(this.#words.view(performance.now(), roomFor(this.clientWidth)));
  }

  #placeBoxes(): void {
    const video = this.#video;
    const picture = { width: video?.videoWidth ?? 0, height: video?.videoHeight ?? 0 };
    const element = { width: video?.clientWidth ?? 0, height: video?.clientHeight ?? 0 };
    const mirrored = this.hasAttribute('mirrored');
    const { box, boxText, faces, emotion, status } = this.#view;
    const placed = (of: Rect | null): Rect | null => of && coverRect(of, picture, element, mirrored);
    const main = { rect: placed(box), emotion: status === 'stale' ? null : emotion, text: boxText };
    this.#boxes.show(
      new Map([['', main], ...faces.map((face) => [face.id, { ...face, rect: placed(face.box) }] as const)]),
    );
  }
}
