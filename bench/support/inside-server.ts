import type { types } from 'mediasoup';
import { LiveAnalyser } from '../../src/analysis/live-analyser.js';
import { CallRooms } from '../../src/server/call-rooms.js';
import { openIngress, type WantedTracks } from './ingress.js';

/**
 * What drills run inside the server process, brought there by `Inspector`: somebody who joined by signalling has their media
 * taken from a plain transport, in place of the browser's (no ICE, no DTLS). All that comes after is as in a call.
 */
let rooms: CallRooms | undefined;
const analysers = new Set<LiveAnalyser>();

/** To be called before anybody joins: the rooms of this process are known when somebody enters one. */
export function watchRooms(): void {
  const { open } = LiveAnalyser.prototype;
  LiveAnalyser.prototype.open = function (this: LiveAnalyser, ...args: Parameters<LiveAnalyser['open']>) {
    analysers.add(this);
    return open.apply(this, args);
  };
  const { enter } = CallRooms.prototype;
  CallRooms.prototype.enter = function (this: CallRooms, ...args: Parameters<CallRooms['enter']>) {
    remember(this);
    return enter.apply(this, args);
  } as CallRooms['enter'];
}

function remember(found: CallRooms): void {
  rooms = found;
}

/** Of the analysis processes that hold people: one more waits. */
export const analysisPids = (): number[] => [...analysers].flatMap(({ pids }) => pids);

/** @returns the UDP port of 127.0.0.1 that takes the packets of the tracks */
export async function takeMedia(room: string, participant: string, wanted: WantedTracks): Promise<number> {
  const open = rooms?.open.get(room)?.room;
  const person = open?.participants.get(participant);
  if (!open || !person) throw new Error('nobody of that name is in the room');
  const { port, producers, close } = await openIngress(open.router, wanted);
  const adopt = (producer: types.Producer | null, source: 'camera' | 'microphone') =>
    producer && person.adopt(producer, source);
  await Promise.all([adopt(producers.video, 'camera'), adopt(producers.audio, 'microphone')]);
  person.once('closed', close);
  return port;
}
