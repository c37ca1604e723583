import { openBus, sharedMs } from './open-bus.js';

/** Another node's process: listens to rooms, and says when each event came. `reader.js NATS ROOMS` */
const [nats = '', rooms = '1'] = process.argv.slice(2);
const { bus, close } = await openBus(nats);
const came: Record<string, number> = {};
for (let n = 0; n < Number(rooms); n++) {
  const room = `room-${String(n)}`;
  await bus.ready(room);
  bus.subscribe(room, ({ seq }) => (came[`${room} ${String(seq)}`] = sharedMs()));
}
process.send?.('ready');
process.once('message', () => {
  process.send?.(came, () => {
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  });
});
