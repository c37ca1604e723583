import type { PlacementHost } from '../cluster/placement.js';
import type { CallRooms } from './call-rooms.js';
import { nodeSources } from './node-sources.js';
import type { SocketDoor } from './socket-door.js';

export interface ClusterHostDeps {
  url: string;
  rooms: CallRooms;
  door: SocketDoor;
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
  saturation,
  allowedOrigins,
  connectTo,
}: ClusterHostDeps): PlacementHost {
  const configured = allowedOrigins.length;
  return {
    url,
    figures: () => ({ participants: rooms.members, rooms: rooms.open.size, saturation: saturation() }),
    people: (room) => rooms.open.get(room)?.size ?? 0,
    rooms: () => rooms.open.keys(),
    move: (room, to) => rooms.move(room, to),
    nodesChanged: (urls) => {
      const origins = urls.map((each) => new URL(each).origin);
      allowedOrigins.splice(configured, Infinity, ...origins);
      connectTo(nodeSources(urls));
      door.tellNodes(urls);
    },
  };
}
