import { PacketReceiver } from '../../../src/analysis/child/packet-receiver.js';
import { TrackDoor } from '../../../src/analysis/child/participant-media.js';
import { systemClock } from '../../../src/common/clock.js';
import { silentMeter, type Meter } from '../../../src/common/metrics.js';
import type {
  DirectMedia,
  PacketDestination,
  SenderReport,
  TapPacket,
  TappedTrack,
  TrackSink,
} from '../../../src/sfu/types.js';

/** What becomes of one track's packets and reports. */
export interface PacketSink {
  packet(packet: TapPacket): void;
  senderReport(report: SenderReport): void;
  setPaused(paused: boolean): void;
  media?(piece: DirectMedia): void;
  close(): void;
}

/** The receiving end of an analysis process, in this one. */
export class LocalReceiver {
  #nextHandle = 1;
  readonly #floods = new Map<number, () => void>();
  private packets!: PacketReceiver;

  private constructor() {}

  static async create(meter: Meter = silentMeter): Promise<LocalReceiver> {
    const receiver = new LocalReceiver();
    receiver.packets = await PacketReceiver.create(1, {
      clock: systemClock,
      meter,
      maxPacketRate: 1000,
      onFlood: (handle) => receiver.#floods.get(handle)?.(),
      onIdle: () => undefined,
    });
    return receiver;
  }

  get destination(): PacketDestination {
    return { port: this.packets.ports[0]! };
  }

  open(info: TappedTrack, sink: PacketSink, onFlood: () => void = () => undefined): TrackSink {
    const handle = this.#nextHandle++;
    this.#floods.set(handle, onFlood);
    const door = new TrackDoor(handle, info);
    door.input$.subscribe((input) => {
      if (input.type === 'packet') sink.packet(input.packet);
      else if (input.type === 'report') sink.senderReport(input.report);
      else if (input.type === 'media') sink.media?.(input.piece);
      else sink.setPaused(input.paused);
    });
    this.packets.open(handle, handle, info, (packet) => door.packet(packet));
    return {
      ready: Promise.resolve(),
      senderReport: (report) => door.report(report),
      preferReports: (ssrc) => door.preferReports(ssrc),
      media: (piece) => door.media(piece),
      setPaused: (paused) => door.setPaused(paused),
      close: () => {
        this.packets.close(handle);
        this.#floods.delete(handle);
        door.close();
        sink.close();
      },
    };
  }

  close(): void {
    this.packets.stop();
  }
}
