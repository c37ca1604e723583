import { t } from '../languages/current.js';
import { named } from '../languages/named.js';
import { sentenceOf } from '../languages/sentence.js';
import type { CallSession } from '../session/call-session.js';
import type { LocalMedia } from '../session/local-media.js';
import type { RemotePeer } from '../session/remote-peer.js';
import { OwnVoice } from '../session/own-voice.js';
import { ONESELF, QualityWatch } from '../session/quality-watch.js';
import { SpeakerWatch } from '../session/speaker-watch.js';
import type { Doubt, Standing } from '../session/standing.js';
import type { Announcer } from '../ui/announcer.js';
import { h } from '../ui/dom.js';
import { peerProblem } from '../ui/media-words.js';
import { moderationButtons } from '../ui/moderation.js';
import { isAny } from '../ui/words.js';
import { ScreenTile } from './screen-tile.js';
import { Tile } from './tile.js';
import { TileBoard } from './tile-board.js';

export interface PeopleOptions {
  session: CallSession;
  media: LocalMedia;
  /** One's own. */
  name: string;
  announcer: Announcer;
  /** One's token grants `moderate`. */
  moderates: boolean;
}

/** Everybody in the call, as the session tells of them: their tiles, what comes from them, and who speaks. */
export class People {
  readonly board: TileBoard;
  readonly alone = h('p', { class: 'alone' }, t().call.alone);
  readonly unblock = h('button', { type: 'button', class: 'primary unblock', hidden: true }, t().call.unblock);
  readonly #options: PeopleOptions;
  readonly #own: Tile;
  readonly #speaker: SpeakerWatch;
  readonly #quality: QualityWatch;
  readonly #voice: OwnVoice;
  readonly #stops: (() => void)[];
  #doubt: Doubt | null = null;

  constructor(options: PeopleOptions) {
    this.#options = options;
    const { session, media, name } = options;
    this.#own = new Tile(name, true, media.preview);
    this.board = new TileBoard(this.#own);
    this.unblock.onclick = () => void this.#playAll();
    this.#speaker = new SpeakerWatch({
      levels: () => new Map(session.peers.map((peer) => [peer.participant, peer.level])),
      onSpeaker: (participant, spokeMs) => this.board.speaking(participant, spokeMs),
    });
    this.#quality = new QualityWatch({
      stats: (direction) => session.stats(direction),
      // Of whoever sends nothing, nothing is missing.
      streams: () =>
        new Map(
          session.peers.map((peer) => [peer.participant, peer.ssrcs] as const).filter(([, { size }]) => size > 0),
        ),
      onQuality: (whose, quality) => {
        const tile = whose === ONESELF ? this.#own : this.board.get(whose);
        if (tile) tile.quality = quality;
      },
    });
    this.#voice = new OwnVoice(media, (speaking) => (this.#own.speaking = speaking));
    this.#stops = this.#listen();
    this.#showOwn();
    for (const peer of session.peers) this.#add(peer);
  }

  /** What of oneself is analysed, and the seat that it is known by. */
  show(standing: Standing): void {
    const { session } = this.#options;
    if (session.seat) this.#own.participant = session.seat.participant;
    const { analysed, off, doubt } = standing;
    // With a camera that is off the overlay says so itself.
    this.#own.analysed = {
      face: analysed.face || off.face,
      voice: analysed.voice || off.voice,
      words: analysed.words,
    };
    this.#own.showsWords = standing.showWords;
    this.#own.element.classList.toggle('analysed', !doubt && isAny(analysed));
    for (const tile of this.board.all) tile.doubt = doubt;
    this.#doubt = doubt;
  }

  close(): void {
    for (const stop of this.#stops) stop();
    this.#speaker.close();
    this.#quality.close();
    this.#voice.close();
    this.board.close();
  }

  #listen(): (() => void)[] {
    const { session, media, announcer } = this.#options;
    return [
      session.on('peerJoined', ({ peer, again }) => {
        this.#add(peer);
        if (!again) announcer.say(t().call.joined(named(peer.name)));
      }),
      session.on('peerLeft', (peer) => {
        this.board.remove(peer.participant);
        this.alone.hidden = this.board.size > 0;
        if (session.status.state === 'joined') announcer.say(t().call.left(named(peer.name)));
      }),
      session.on('peerChanged', (peer) => void this.#update(peer)),
      session.on('status', () => {
        for (const peer of session.peers) void this.#update(peer);
      }),
      session.on('words', (words) => this.#tile(words.participant)?.pushWords(words)),
      session.on('wordsWithdrawn', (participant) => this.#tile(participant)?.withdrawWords()),
      session.on('event', (event) => {
        this.#tile(event.participant)?.push(event);
        // Analysis of a track begins with consent; whether anything of it comes is known here.
        const peer = session.peers.find(({ participant }) => participant === event.participant);
        if (event.type === 'begin' && peer) void this.#update(peer);
      }),
      media.on('change', () => this.#showOwn()),
      media.on('speaker', (speaker) => {
        for (const tile of this.board.all) tile.speaker = speaker;
      }),
    ];
  }

  #add(peer: RemotePeer): void {
    const tile = new Tile(peer.name, false, peer.stream);
    tile.participant = peer.participant;
    tile.doubt = this.#doubt;
    tile.quality = this.#quality.of(peer.participant);
    if (this.#options.media.speaker) tile.speaker = this.#options.media.speaker;
    if (this.#options.moderates) tile.addAction(this.#moderation(peer));
    this.board.add(peer.participant, tile);
    this.alone.hidden = true;
    void this.#update(peer);
  }

  #moderation({ participant, name }: RemotePeer): HTMLElement {
    const ask = async (type: Parameters<CallSession['moderate']>[0]) => {
      const { session, announcer } = this.#options;
      try {
        await session.moderate(type, participant);
      } catch (error) {
        announcer.say(sentenceOf(error), 'problem');
        throw error;
      }
    };
    return moderationButtons({
      name,
      onRemove: () => ask('removeParticipant'),
      onAllow: (allowed) => ask(allowed ? 'allowAnalysis' : 'stopAnalysis'),
    });
  }

  async #update(peer: RemotePeer): Promise<void> {
    const tile = this.board.get(peer.participant);
    if (!tile) return;
    const { problems, consent } = peer;
    tile.showsWords = this.#options.session.status.state === 'joined' && peer.showWords;
    tile.analysed = {
      face: consent.face && !problems.has('camera'),
      voice: consent.voice && !problems.has('microphone'),
      words: consent.words,
    };
    tile.problem = peerProblem(problems, peer.unshowable);
    tile.show({ camera: peer.isOn('camera'), microphone: peer.isOn('microphone') });
    this.#updateScreen(peer);
    if (peer.stream.getTracks().length > 0 && !(await tile.play())) this.unblock.hidden = false;
  }

  #updateScreen({ participant, name, screen }: RemotePeer): void {
    const { announcer, session } = this.#options;
    const shared = screen.getTracks().length > 0;
    // With one's own connection their media went: they may share on.
    if (!shared && session.status.state !== 'joined') return;
    if (shared === (this.board.screenOf(participant) !== undefined)) return;
    if (shared) {
      this.board.addScreen(participant, new ScreenTile(name, screen));
      announcer.say(t().screen.begun(named(name)));
    } else {
      this.board.removeScreen(participant);
      announcer.say(t().screen.ended(named(name)));
    }
  }

  async #playAll(): Promise<void> {
    this.unblock.hidden = true;
    await Promise.all(this.board.all.map((tile) => tile.play()));
  }

  #showOwn(): void {
    const { media } = this.#options;
    this.#own.show({ camera: media.isOn('camera'), microphone: media.isOn('microphone') });
    void this.#own.play();
  }

  /** Of anybody, also of oneself. */
  #tile(participant: string): Tile | undefined {
    return participant === this.#options.session.seat?.participant ? this.#own : this.board.get(participant);
  }
}
