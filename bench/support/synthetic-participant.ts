import type { types } from 'mediasoup';
import { pino } from 'pino';
import { Bulkhead } from '../../src/common/bulkhead.js';
import { systemClock } from '../../src/common/clock.js';
import type { Consent, Source } from '../../src/common/consent.js';
import type { Meter } from '../../src/common/metrics.js';
import { RtpTap, type TapTransports } from '../../src/sfu/index.js';
import type { Analyser, ParticipantAnalysis, ShownWords } from '../../src/sfu/types.js';
import type { Recording } from './recording.js';
import { SyntheticPeer, type SyntheticPeerOptions } from './synthetic-peer.js';

export interface SyntheticParticipantOptions extends Omit<SyntheticPeerOptions, 'router' | 'recording'> {
  analyser: Analyser;
  meter: Meter;
  router: types.Router;
  /** Of the router. */
  taps: TapTransports;
  room: string;
  participant: string;
  recording: Recording;
  consent: Consent;
  /** They show their words, which are told here. */
  onWords?: (words: ShownWords) => void;
}

/**
 * A synthetic person in front of the real analysis: media come in over a PlainTransport instead of a browser's, and from
 * the tap on everything is as in a call. Signalling is not part of it.
 */
export class SyntheticParticipant {
  #taps: RtpTap[] = [];
  #consentedMs = 0;

  private constructor(
    readonly peer: SyntheticPeer,
    readonly analysis: ParticipantAnalysis,
    private readonly options: SyntheticParticipantOptions,
  ) {}

  static async create(options: SyntheticParticipantOptions): Promise<SyntheticParticipant> {
    const { room, participant: name, onWords } = options;
    const analysis = options.analyser.open({ room, participant: name }, onWords);
    const peer = await SyntheticPeer.create(options);
    const participant = new SyntheticParticipant(peer, analysis, options);
    await participant.setConsent(options.consent);
    return participant;
  }

  /** As the server does it: taps exist exactly for what is consented to. */
  async setConsent(consent: Consent): Promise<void> {
    this.analysis.setConsent(consent, this.options.onWords !== undefined);
    this.#consentedMs = systemClock();
    this.closeTaps();
    const { meter, taps } = this.options;
    const logger = pino({ level: 'silent' });
    const shared = {
      analysis: this.analysis,
      clock: systemClock,
      bulkhead: new Bulkhead('participant', { meter, logger }),
      meter,
      logger,
    };
    const tap = (producer: types.Producer, source: Source): RtpTap => {
      const opened: RtpTap = new RtpTap(taps, {
        ...shared,
        onFlood: () => undefined,
        producer,
        source,
        onStop: (problem) => {
          this.analysis.mediaProblem(source, problem);
          opened.close();
        },
      });
      return opened;
    };
    const { videoProducer, audioProducer } = this.peer;
    if (consent.face && videoProducer) {
      this.#taps.push(tap(videoProducer, 'camera'));
    }
    if (consent.voice && audioProducer) {
      this.#taps.push(tap(audioProducer, 'microphone'));
    }
    await Promise.all(this.#taps.map((tap) => tap.open()));
  }

  /** The words ended `agoMs` ago and lasted a second and a half, if consent is as old as that. */
  say(text: string, agoMs = 0): void {
    const now = systemClock();
    const startMs = Math.max(this.#consentedMs + 1, now - agoMs - 1500);
    this.analysis.caption({ text, startMs, endMs: Math.max(startMs, now - agoMs), arrivalMs: now });
  }

  /** The tracks end, as when a camera is taken away. */
  closeTaps(): void {
    for (const tap of this.#taps.splice(0)) tap.close();
  }

  close(reason: 'left' | 'timed-out' = 'left'): void {
    this.closeTaps();
    this.analysis.close(reason);
    this.peer.close();
  }
}
