import type { PlacementHost } from '../cluster/placement.js';
import type { CallRooms } from './call-rooms.js';
import type { FileRecordings } from './recordings/file-recordings.js';
import { nodeSources } from './node-sources.js';
import type { SocketDoor } from './socket-door.js';
import type { WordReaders } from './word-readers.js';

export interface ClusterHostDeps {
  url: string;
  rooms: CallRooms;
  door: SocketDoor;
  /** What is said is told by the node of the room alone, so they keep theirs here. */
  wordReaders: WordReaders;
  /** A recording is of what is told here: it ends when that ends. */
  fileRecordings: Pick<FileRecordings, 'stop'>;
  /** What gives way in analysis, 0 to 1. */
  saturation: () => number;
  /** Origins whose pages may come in: those of the other nodes are among them from now on. */
  allowedOrigins: string[];
  /** Our pages may ask the other nodes. */
  connectTo: (sources: readonly string[]) => void;
}

/** This server, as the placing of rooms sees it. */
export function clusterHost({
  url,
  rooms,
  door,
  wordReaders,
  fileRecordings,
  saturation,
  allowedOrigins,
  connectTo,
}: ClusterHostDeps): PlacementHost {
  const configured = allowedOrigins.length;
  return {
    url,
    figures: () => ({ participants: rooms.members, rooms: rooms.open.size, saturation: saturation() }),
    people: (room) => rooms.open.get(room)?.size ?? 0,
    inUse: (room) => (rooms.open.get(room)?.size ?? 0) > 0 || [...wordReaders.of(room)].length > 0,
    rooms: () => new Set([...rooms.open.keys(), ...wordReaders.names]),
    move: (room, to) => {
      rooms.move(room, to);
      // None runs, mostly.
      fileRecordings.stop(room).catch(() => undefined);
    },
    nodesChanged: (urls) => {
      const origins = urls.map((each) => new URL(each).origin);
      allowedOrigins.splice(configured, Infinity, ...origins);
      connectTo(nodeSources(urls));
      door.tellNodes(urls);
    },
  };
}
