import { Observable } from 'rxjs';
import type { EventBus } from '../events/bus.js';
import type { RoomEvent } from '../events/schema.js';

/** The events of a room from now on. Hot: nothing is kept for whoever comes later (a subscription over the WebSocket can resume). */
export function observeRoom(bus: EventBus, room: string): Observable<RoomEvent> {
  return new Observable((subscriber) => {
    const subscription = bus.subscribe(room, (event) => subscriber.next(event));
    return () => subscription.close();
  });
}
