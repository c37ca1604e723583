import type { Placement, PlacementHost } from '../../../src/cluster/placement.js';
import { EmostreamError } from '../../../src/common/errors.js';

/** Says which rooms another node has: those called `there…`, until it is told otherwise. */
export class ScriptedPlacement implements Placement {
  urls: readonly string[] = [];
  host: PlacementHost | undefined;
  drained = false;
  inner: string | undefined;
  isThere = (room: string): boolean => room.startsWith('there');

  /** @param other where that node is */
  constructor(public other: string) {}

  begin(host: PlacementHost): Promise<void> {
    this.host = host;
    this.tell([host.url, this.other]);
    return Promise.resolve();
  }

  tell(urls: readonly string[]): void {
    this.urls = urls;
    this.host?.nodesChanged(urls);
  }

  claim(room: string): Promise<void> {
    if (!this.isThere(room)) return Promise.resolve();
    return Promise.reject(new EmostreamError('MOVED', `this room is at ${this.other}`, { url: this.other }));
  }

  through(room: string): Promise<string | undefined> {
    return Promise.resolve(this.isThere(room) ? this.inner : undefined);
  }

  drain(): Promise<void> {
    this.drained = true;
    for (const room of this.host?.rooms() ?? []) this.host?.move(room, this.other);
    return Promise.resolve();
  }
}
