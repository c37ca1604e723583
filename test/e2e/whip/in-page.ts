/** What the tests of WHIP run inside a page, as text: see ../support/in-page.ts. */

/** Sends camera and microphone by WHIP, the camera in one codec and nothing else; `window.pc` is the connection. */
export const sendAlone = (what: { codec: string; scalabilityMode: string; url: string; token: string }): string =>
  `(async ({ codec, scalabilityMode, url, token }) => {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
    const pc = (window.pc = new RTCPeerConnection());
    for (const track of stream.getTracks()) {
      const sendEncodings = track.kind === 'video' ? [{ scalabilityMode }] : [{}];
      const transceiver = pc.addTransceiver(track, { direction: 'sendonly', streams: [stream], sendEncodings });
      if (track.kind !== 'video') continue;
      const all = RTCRtpSender.getCapabilities('video').codecs;
      transceiver.setCodecPreferences(all.filter(({ mimeType }) => mimeType === 'video/' + codec));
    }
    await pc.setLocalDescription();
    const headers = { Authorization: 'Bearer ' + token, 'Content-Type': 'application/sdp' };
    const answer = await fetch(url, { method: 'POST', headers, body: pc.localDescription.sdp });
    await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  })(${JSON.stringify(what)})`;

/** Before the page's own scripts: a browser that, asked by an offer without media what it can do, knows nothing of AV1. */
export const WITHOUT_AV1 = `(() => {
  const { createOffer } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.createOffer = async function (...options) {
    const offer = await createOffer.apply(this, options);
    if (this.getSenders().some(({ track }) => track)) return offer;
    const { type, sdp } = offer;
    return { type, sdp: sdp.replace(/a=rtpmap:\\d+ AV1\\/90000\\r\\n/g, '') };
  };
})()`;

/** Sound of the sender plays in their tile. */
export const SOUND_OF_SENDER = `(() => {
  const video = document.querySelector('.tile[data-name="sender"] video');
  return video?.srcObject?.getAudioTracks().some(({ muted }) => !muted) ?? false;
})()`;
