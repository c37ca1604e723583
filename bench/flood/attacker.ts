import { createSocket } from 'node:dgram';
import WebSocket from 'ws';
import { writeRtp } from '../support/rtp-writer.js';
import type { Attack } from './plan.js';

/** The flooding sender, in a process of its own: what it costs itself is the machine's, not the server's. */
let stop: () => void = () => undefined;

process.on('message', (attack: Attack) => {
  stop();
  stop = begin(attack);
  process.send?.('begun');
});
process.on('disconnect', () => process.exit());

function begin(attack: Attack): () => void {
  switch (attack.flood) {
    case 'none':
      return () => undefined;
    case 'packets':
      return rtpFlood(attack.port, attack.ssrc, 5000, 40);
    case 'bits':
      return rtpFlood(attack.port, attack.ssrc, 2100, 1190);
    case 'signalling':
      return sockets(4, attack, 10, (socket) => {
        socket.send(JSON.stringify({ type: 'getRouterCapabilities', id: 1 }));
        for (let n = 0; n < 5; n++) {
          socket.ping();
          socket.pong();
        }
      });
    case 'replay':
      return sockets(5, attack, 22, (socket) => {
        socket.send(JSON.stringify({ type: 'subscribe', id: 1, sinceSeq: 0 }));
      });
  }
}

/** As many packets as are due, every few milliseconds. */
function rtpFlood(port: number, ssrc: number, perSecond: number, bytes: number): () => void {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  const payload = Buffer.alloc(bytes, 0x10);
  const from = performance.now();
  let sent = 0;
  const timer = setInterval(() => {
    for (const due = ((performance.now() - from) / 1000) * perSecond; sent < due; sent++) {
      const header = { payloadType: 101, sequenceNumber: sent, timestamp: sent * 90, ssrc, marker: true };
      socket.send(writeRtp(header, payload), port, '127.0.0.1');
    }
  }, 4);
  return () => {
    clearInterval(timer);
    socket.close();
  };
}

/** Sockets that each do something every few milliseconds, and connect again when they are closed. */
function sockets(
  count: number,
  { url, token }: { url: string; token: string },
  everyMs: number,
  act: (socket: WebSocket) => void,
): () => void {
  let running = true;
  const open = new Set<WebSocket>();
  const connect = () => {
    if (!running) return;
    // Another address than the measuring subscriber's, as it would be.
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` }, localAddress: '127.0.0.66' });
    open.add(socket);
    socket.on('message', () => undefined);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      open.delete(socket);
      setTimeout(connect, 200);
    });
  };
  for (let n = 0; n < count; n++) connect();
  const timer = setInterval(() => {
    for (const socket of open) if (socket.readyState === WebSocket.OPEN) act(socket);
  }, everyMs);
  return () => {
    running = false;
    clearInterval(timer);
    for (const socket of open) socket.terminate();
  };
}
