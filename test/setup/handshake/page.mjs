/* global window, document, navigator, MediaStream */
/**
 * The browser's side of the handshake test: a call's page without a call. The test drives it through `window.handshake` and
 * answers its requests through `window.signal`.
 */
import { Device } from 'mediasoup-client';

const signal = (method, data = {}) => window.signal(method, data);

/** One transport, as mediasoup-client's documentation has it: the library asks, the server answers. */
function wire(transport) {
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    signal('connect', { transportId: transport.id, dtlsParameters }).then(done, failed);
  });
  transport.on('produce', (parameters, done, failed) => {
    signal('produce', { transportId: transport.id, ...parameters }).then(done, failed);
  });
  transport.on('producedata', (parameters, done, failed) => {
    signal('produceData', { transportId: transport.id, ...parameters }).then(done, failed);
  });
  return transport;
}

/** Resolves when the transport's DTLS is up, rejects when it has failed. */
function connected(transport) {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (transport.connectionState === 'connected') resolve('connected');
      if (transport.connectionState === 'failed') reject(new Error('ICE or DTLS failed'));
    };
    transport.on('connectionstatechange', look);
    look();
  });
}

let device;
let sending;
let receiving;

window.handshake = {
  /** Sends the fake camera as simulcast VP8 and the fake microphone as Opus, and opens a data channel. */
  async send() {
    device = await Device.factory();
    await device.load({ routerRtpCapabilities: await signal('capabilities') });
    sending = wire(device.createSendTransport(await signal('createTransport')));
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 480 } });
    const layers = [
      { scaleResolutionDownBy: 4, maxBitrate: 100_000, scalabilityMode: 'L1T3' },
      { scaleResolutionDownBy: 1, maxBitrate: 800_000, scalabilityMode: 'L1T3' },
    ];
    await sending.produce({ track: stream.getVideoTracks()[0], encodings: layers });
    await sending.produce({ track: stream.getAudioTracks()[0] });
    const channel = await sending.produceData({ ordered: true, label: 'up' });
    if (channel.readyState !== 'open') await new Promise((resolve) => channel.once('open', resolve));
    window.handshake.sendText = (text) => channel.send(text);
    return connected(sending);
  },

  /** Receives a video track and a data channel; each message is told to the test. */
  async receive() {
    receiving = wire(device.createRecvTransport(await signal('createTransport')));
    const channel = await receiving.consumeData(await signal('consumeData', { transportId: receiving.id }));
    channel.on('message', (text) => signal('message', { text }));
    const capabilities = { transportId: receiving.id, rtpCapabilities: device.recvRtpCapabilities };
    const video = await receiving.consume(await signal('consume', capabilities));
    const element = document.querySelector('video');
    element.srcObject = new MediaStream([video.track]);
    await signal('resume', { consumerId: video.id });
    await element.play();
    if (channel.readyState !== 'open') await new Promise((resolve) => channel.once('open', resolve));
    return connected(receiving);
  },

  /** Resolves when the received video has advanced by this many decoded pictures. */
  decoded(pictures) {
    const element = document.querySelector('video');
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        const { totalVideoFrames } = element.getVideoPlaybackQuality();
        if (totalVideoFrames < pictures) return;
        clearInterval(timer);
        resolve({ pictures: totalVideoFrames, width: element.videoWidth, height: element.videoHeight });
      }, 50);
    });
  },
};
