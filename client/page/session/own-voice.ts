import type { LocalMedia } from './local-media.js';
import { Loudness } from './loudness.js';
import { SpeakerWatch } from './speaker-watch.js';

const OWN = 'own';

/** Tells whether one's own microphone hears somebody speak, by the rules for everybody, whoever else speaks. */
export class OwnVoice {
  readonly #media: LocalMedia;
  readonly #watch: SpeakerWatch;
  readonly #stop: () => void;
  #loudness: Loudness | null = null;

  constructor(media: LocalMedia, onSpeaking: (speaking: boolean) => void) {
    this.#media = media;
    this.#watch = new SpeakerWatch({
      levels: () => new Map([[OWN, this.#loudness?.level ?? 0]]),
      onSpeaker: (who) => onSpeaking(who !== null),
    });
    this.#stop = media.on('change', (source) => {
      if (source === 'microphone') this.#follow();
    });
    this.#follow();
  }

  close(): void {
    this.#stop();
    this.#watch.close();
    this.#loudness?.close();
    this.#loudness = null;
  }

  #follow(): void {
    this.#loudness?.close();
    const track = this.#media.track('microphone');
    this.#loudness = track && new Loudness(track);
  }
}
