import type { Consent, Source } from '../../../src/common/consent.js';
import type { MediaProblem } from '../../../src/common/media-problem.js';
import type {
  Analyser,
  DirectMedia,
  PacketDestination,
  ParticipantAnalysis,
  SenderReport,
  ShownWords,
  TapPacket,
  TappedTrack,
  TrackControl,
  TrackSink,
} from '../../../src/sfu/types.js';
import type { LocalReceiver } from './local-receiver.js';
import { Recorder } from './recorder.js';

export interface RecordedTrack {
  info: TappedTrack;
  control: TrackControl;
  packets: TapPacket[];
  reports: SenderReport[];
  /** What came by no RTP. */
  pieces: DirectMedia[];
  paused: boolean;
  closed: boolean;
}

type CloseReason = Parameters<ParticipantAnalysis['close']>[0];

export interface RecordedParticipant {
  room: string;
  participant: string;
  consents: Consent[];
  tracks: RecordedTrack[];
  problems: { source: Source; problem: MediaProblem | null }[];
  captions: Parameters<ParticipantAnalysis['caption']>[0][];
  /** Their words are to be shown. */
  showsWords: boolean;
  /** Words of theirs as analysis tells them. */
  say(words: ShownWords): void;
  closed: CloseReason | undefined;
}

/** Stands where the analysis processes are, and writes down what reaches them of a tap. */
export class RecordingAnalyser extends Recorder implements Analyser {
  readonly participants: RecordedParticipant[] = [];
  readonly #destinations = new Set<(destination: PacketDestination | null) => void>();

  constructor(private readonly receiver: LocalReceiver) {
    super();
  }

  of(participant: string): RecordedParticipant {
    const found = this.participants.findLast((recorded) => recorded.participant === participant);
    if (!found) throw new Error('no analysis was opened for this participant');
    return found;
  }

  /** As when the process dies, and when another has taken its place. */
  gone(): void {
    for (const listener of [...this.#destinations]) listener(null);
  }

  back(): void {
    for (const listener of [...this.#destinations]) listener(this.receiver.destination);
  }

  get openTracks(): RecordedTrack[] {
    return this.participants.flatMap((recorded) => recorded.tracks).filter((track) => !track.closed);
  }

  open(
    who: { room: string; participant: string },
    onWords: (words: ShownWords) => void = () => undefined,
  ): ParticipantAnalysis {
    const recorded: RecordedParticipant = {
      ...who,
      consents: [],
      tracks: [],
      problems: [],
      captions: [],
      showsWords: false,
      say: onWords,
      closed: undefined,
    };
    this.participants.push(recorded);
    this.changed();
    const record = (change: () => void) => {
      change();
      this.changed();
    };
    return {
      refusal: null,
      waitsFor: null,
      onDestination: (listener) => {
        listener(this.receiver.destination);
        this.#destinations.add(listener);
        return () => this.#destinations.delete(listener);
      },
      setConsent: (consent, showWords = false) =>
        record(() => {
          recorded.consents.push(consent);
          recorded.showsWords = showWords;
        }),
      addTrack: (info, control) => this.#track(recorded, info, control),
      caption: (words) => {
        record(() => recorded.captions.push(words));
        return recorded.showsWords;
      },
      mediaProblem: (source, problem) => record(() => recorded.problems.push({ source, problem })),
      close: (reason) => record(() => (recorded.closed = reason)),
    };
  }

  #track(recorded: RecordedParticipant, info: TappedTrack, control: TrackControl): TrackSink {
    const track: RecordedTrack = { info, control, packets: [], reports: [], pieces: [], paused: false, closed: false };
    recorded.tracks.push(track);
    this.changed();
    const record = (change: () => void) => {
      if (track.closed) throw new Error('a closed track was used');
      change();
      this.changed();
    };
    const sink = {
      packet: (packet: TapPacket) => record(() => track.packets.push(packet)),
      senderReport: (report: SenderReport) => record(() => track.reports.push(report)),
      media: (piece: DirectMedia) => record(() => track.pieces.push(piece)),
      setPaused: (paused: boolean) => record(() => (track.paused = paused)),
      close: () => record(() => (track.closed = true)),
    };
    return this.receiver.open(info, sink, () => control.flood());
  }
}
