/**
 * Starts a worker through mediasoup's own library and has it answer: `node worker-check.mjs PROGRAM`, with the project's Node.
 * It catches what a mere start does not, such as message headers generated otherwise than the library expects.
 */
import { createWorker } from 'mediasoup';

const worker = await createWorker({ workerBin: process.argv[2], logLevel: 'error' });
const router = await worker.createRouter({
  mediaCodecs: [{ kind: 'audio', mimeType: 'audio/opus', clockRate: 48000, channels: 2 }],
});
const transport = await router.createWebRtcTransport({
  listenInfos: [{ protocol: 'udp', ip: '127.0.0.1' }],
  enableSctp: true,
});
if (transport.dtlsParameters.fingerprints.length === 0) throw new Error('the worker has no DTLS certificate');
const dump = await worker.dump();
if (dump.routerIds[0] !== router.id) throw new Error('the worker does not know the router that it made');
worker.close();
