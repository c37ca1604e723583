// A mediasoup application, and emostream in it: whoever sends RTP (FFmpeg, GStreamer) is in a call, and is analysed as far as they
// agree. Start: node app.mjs [PORT]
import { createServer as createHttpServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { createServer } from 'emostream';
import * as mediasoup from 'mediasoup';

// --- the application, as it was before -----------------------------------------------------------------------------

const worker = await mediasoup.createWorker();
const router = await worker.createRouter({
  mediaCodecs: [
    { kind: 'audio', mimeType: 'audio/opus', clockRate: 48_000, channels: 2 },
    { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  ],
});

/** Takes a track of RTP, as from a browser by a WebRtcTransport; the others of the call would consume it. */
async function produce({ kind, rtpParameters }) {
  const listenInfo = { protocol: 'udp', ip: '127.0.0.1' };
  const transport = await router.createPlainTransport({ listenInfo, rtcpMux: false, comedia: true });
  const producer = await transport.produce({ kind, rtpParameters });
  return { producer, to: { port: transport.tuple.localPort, rtcpPort: transport.rtcpTuple.localPort } };
}

// --- emostream in it -----------------------------------------------------------------------------------------------

/** By id: what is attached of each person. */
const people = new Map();

// Who asks is not looked at here. In an application of yours it is the person themselves, signed in: nobody consents for others.
const routes = {
  /** Somebody comes. They have agreed to nothing yet, so nothing is analysed. */
  'POST /people/ID': async (id) => {
    const person = await emostream.attach({ router, participant: id, room: 'main' });
    people.set(id, person);
    person.closed.then(() => people.delete(id));
    return { participant: id };
  },
  'POST /people/ID/tracks': async (id, track) => {
    const { producer, to } = await produce(track);
    await find(id).add(producer);
    return to;
  },
  /** What they agree to, such as { "face": true }. */
  'PUT /people/ID/consent': async (id, consent) => find(id).consent.give(consent),
  'DELETE /people/ID/consent': (id) => find(id).consent.withdraw(),
  'DELETE /people/ID': (id) => {
    find(id).close();
    return {};
  },
  /** Their events as they come, one a second (server-sent events). */
  'GET /people/ID/events': (id, _, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
    const events = find(id).events$.subscribe({
      next: (event) => response.write(`data: ${JSON.stringify(event)}\n\n`),
      complete: () => response.end(),
    });
    response.once('close', () => events.unsubscribe());
  },
};

function find(id) {
  const person = people.get(id);
  if (!person) throw Object.assign(new Error('nobody of that id is here'), { code: 'NOT_FOUND' });
  return person;
}

const http = createHttpServer(async (request, response) => {
  try {
    const [, id, rest = ''] = /^\/people\/([\w-]{1,64})(\/\w+)?$/.exec(request.url) ?? [];
    const route = routes[`${request.method} /people/ID${rest}`];
    if (!id || !route) return response.writeHead(404).end();
    const body = request.method === 'GET' || request.method === 'DELETE' ? undefined : await json(request);
    const answer = await route(id, body, response);
    if (answer) response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  } catch ({ code, message }) {
    response.writeHead(400, { 'Content-Type': 'application/json' }).end(JSON.stringify({ code, message }));
  }
});

// Subscribers (the WebSocket, the overlay) find emostream on the same server; with EMOSTREAM_JWT_SECRET it checks their tokens.
const emostream = await createServer({ http, path: '/emostream', calls: false });
http.listen(Number(process.argv[2] ?? 3000), '127.0.0.1', () => console.log(`ready at port ${http.address().port}`));

process.once('SIGTERM', async () => {
  await emostream.close();
  worker.close();
  http.close();
  http.closeAllConnections();
});
