/**
 * What the tests run inside the page, as text: the tests' own types are Node's, and the browser's globals would hide
 * mistakes in everything else.
 */

/** Text by which a screen reader would call the focused element. */
export const FOCUSED_NAME = `(() => {
  const element = document.activeElement;
  if (element === document.body) return '';
  return [element?.labels?.[0]?.textContent, element?.getAttribute('aria-label'), element?.textContent].join(' ');
})()`;

/** Pixels by which the page is wider than the screen. */
export const OVERFLOW = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

/** What of the page lies beyond the sides of the window, where nobody can scroll to. */
export const OUT_OF_SIGHT = `(() => {
  const width = document.documentElement.clientWidth;
  return [...document.querySelectorAll('#app *')].filter((element) => {
    const { left, right, width: own, height } = element.getBoundingClientRect();
    const clipped = getComputedStyle(element).clipPath !== 'none';
    return own > 1 && height > 1 && !clipped && (left < -1 || right > width + 1);
  }).map((element) => element.tagName + '.' + element.getAttribute('class'));
})()`;

export interface Box {
  name: string;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export interface TilesSeen {
  /** By how much the page is larger than the window, px. */
  overflow: [number, number];
  /** What of the pictures' room can be seen. */
  stage: Box;
  tiles: Box[];
}

/** `TilesSeen`: by how much the page is larger than the window, where the pictures' room is, and every tile that is seen, in the order of reading. */
export const TILES_SEEN = `(() => {
  const page = document.documentElement;
  const box = (element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    return { name: element.dataset.name ?? '', left, top, right, bottom };
  };
  return {
    overflow: [page.scrollWidth - page.clientWidth, page.scrollHeight - page.clientHeight],
    stage: box(document.querySelector('.stage')),
    tiles: [...document.querySelectorAll('.tile')].filter((tile) => !tile.hidden).map(box),
  };
})()`;

/** What a driver that hangs looks like: the own camera's track is there, and no picture comes. */
export const FREEZE_CAMERA = `document.querySelector('.tile.own video').srcObject.getVideoTracks().forEach((track) => track.stop())`;

/** The size of the video in a participant's tile, once three new pictures were presented (the first may be a still one). */
export const threePictures = (name: string): string => `new Promise((resolve) => {
  const video = document.querySelector('.tile[data-name="${name}"] video');
  let seen = 0;
  const count = () => {
    if (++seen === 3) resolve({ width: video.videoWidth, height: video.videoHeight });
    else video.requestVideoFrameCallback(count);
  };
  video.requestVideoFrameCallback(count);
})`;

/** What a page does that embeds the overlay: the script, an element, a feed. */
export const EMBED_OVERLAY = `async ({ room, participant, granted }) => {
  const { connectOverlays, EmotionFeed, requestToken } = await import('/emostream.js');
  const overlay = document.createElement('emo-overlay');
  overlay.setAttribute('participant', participant);
  document.body.append(overlay);
  const token = granted ?? (await requestToken(location.origin, room)).token;
  const feed = new EmotionFeed({ server: location.origin, token });
  connectOverlays(feed);
  await feed.start();
}`;

/**
 * Before the page's own scripts: the browser finds no way for media, as behind a firewall that lets none through (it looks for
 * relays alone, and there are none); and what the page shows of itself is written down.
 */
export const BLOCK_MEDIA = `(() => {
  const Real = window.RTCPeerConnection;
  const policy = (iceTransportPolicy) => (configuration) => ({ ...configuration, iceTransportPolicy });
  window.blocked = [];
  window.RTCPeerConnection = class extends Real {
    constructor(configuration) {
      super(policy('relay')(configuration));
      window.blocked.push(this);
    }
    setConfiguration(configuration) {
      super.setConfiguration(policy(window.blocked ? 'relay' : 'all')(configuration));
    }
  };
  window.statesShown = new Set();
  new MutationObserver(() => {
    for (const element of document.querySelectorAll('.state, .analysis p')) window.statesShown.add(element.textContent);
  }).observe(document, { subtree: true, childList: true, characterData: true });
})()`;

/** The firewall is gone: connections that are there may use any way, and so may those to come. */
export const UNBLOCK_MEDIA = `(() => {
  const connections = window.blocked;
  window.blocked = null;
  for (const connection of connections) {
    if (connection.signalingState !== 'closed') connection.setConfiguration(connection.getConfiguration());
  }
})()`;

/** Everything that the page said of its state and of the analysis so far, a line each. */
export const STATES_SHOWN = "[...window.statesShown].join('\\n')";

/** Stands in for the browser's speech recognition, which has no fake device: every running one hears what the test says. */
export const STUBBED_SPEECH = `
  globalThis.recognisers = new Set();
  globalThis.SpeechRecognition = globalThis.webkitSpeechRecognition = class extends EventTarget {
    start() { globalThis.recognisers.add(this); }
    abort() { globalThis.recognisers.delete(this); this.onend?.(new Event('end')); }
    stop() { this.abort(); }
  };`;

/** Whether anything heard this. */
export const hearing = (text: string): string => `(() => {
  const results = [Object.assign([{ transcript: ${JSON.stringify(text)} }], { isFinal: true })];
  for (const recogniser of recognisers) recogniser.onresult({ resultIndex: 0, results });
  return recognisers.size > 0;
})()`;

export const HEARD_BY_BROWSER = '[...recognisers].map(String)';

/** Where Bea's subtitles end, where the panel with her emotion begins, and where her picture does, px from the top. */
export const TOP_OF_SUBTITLES = `(() => {
  const overlay = document.querySelector('.tile[data-name="Bea"] emo-overlay').shadowRoot;
  const rect = (selector) => overlay.querySelector(selector).getBoundingClientRect();
  return { subtitles: rect('.lines').bottom, panel: rect('.panel').top, picture: rect('.stage').top };
})()`;

/** A network that lets nothing through but a relay: set before the page's own scripts run. Keeps the connections for `RELAYED`. */
export const ONLY_BY_RELAY = `(() => {
  const Native = RTCPeerConnection;
  window.connections = [];
  window.RTCPeerConnection = class extends Native {
    constructor(configuration) {
      super({ ...configuration, iceTransportPolicy: 'relay' });
      window.connections.push(this);
    }
  };
})()`;

/** The kind of the own candidate of each connection that stands. */
export const RELAYED = `Promise.all(window.connections.filter(({ connectionState }) => connectionState === 'connected').map(async (connection) => {
  const report = [...(await connection.getStats()).values()];
  const transport = report.find(({ type, selectedCandidatePairId }) => type === 'transport' && selectedCandidatePairId);
  const pair = report.find(({ id }) => id === transport?.selectedCandidatePairId);
  return report.find(({ id }) => id === pair?.localCandidateId)?.candidateType;
}))`;

/** A machine whose clock is ahead by so many ms: set before the page's own scripts run. */
export const clockAhead = (ms: number): string => `(() => {
  const Native = Date;
  window.Date = class extends Native {
    constructor(...args) {
      if (args.length > 0) super(...args);
      else super(Native.now() + ${ms});
    }
    static now() {
      return Native.now() + ${ms};
    }
  };
})()`;

/** From now on: every state that the page shows of the connection, with what it says of the analysis then. */
export const WATCH_STATES = `(() => {
  window.told = [];
  const look = () => {
    const state = document.querySelector('.state')?.dataset.state;
    const notice = document.querySelector('.analysis p')?.textContent;
    const last = window.told.at(-1);
    if (state && (last?.state !== state || last?.notice !== notice)) window.told.push({ state, notice });
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
})()`;

export const TOLD = 'window.told';

/** From now on: how long after the browser's `offline` the page says so, ms, as a promise. */
export const WATCH_OFFLINE = `(() => {
  window.offlineSaid = new Promise((resolve) => {
    addEventListener('offline', () => {
      const from = performance.now();
      const look = () => {
        if (document.querySelector('.state').dataset.state === 'offline') resolve(performance.now() - from);
        else requestAnimationFrame(look);
      };
      look();
    });
  });
})()`;
export const OFFLINE_SAID = 'window.offlineSaid';

/** What is on top in the middle of the first element that a selector finds. */
export const onTop = (selector: string): string => `(() => {
  const element = document.querySelector('${selector}');
  const { left, top, width, height } = element.getBoundingClientRect();
  return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
})()`;

/** Tracks of the own picture that are live. */
export const LIVE_TRACKS = `document.querySelector('.preview-video').srcObject.getTracks().filter(({ readyState }) => readyState === 'live').length`;

/** Before the page's own scripts: a browser that shares no screens, as those of phones. */
export const NO_SCREENS = 'delete MediaDevices.prototype.getDisplayMedia';

/** Before the page's own scripts: what is shared of the screen is at hand. */
export const KEEP_SHARED = `(() => {
  const devices = navigator.mediaDevices;
  const real = devices.getDisplayMedia.bind(devices);
  devices.getDisplayMedia = async (options) => (window.shared = await real(options));
})()`;

/** What "Stop sharing" of the browser's own bar does: the track ends, and says so. */
export const END_BY_BROWSER = `(() => {
  const [track] = window.shared.getVideoTracks();
  track.stop();
  track.dispatchEvent(new Event('ended'));
})()`;

/** From now on: every change that is made to what the own overlay shows. */
export const COUNT_PAINTS = `(() => {
  window.paints = 0;
  const everything = { subtree: true, childList: true, characterData: true, attributes: true };
  const root = document.querySelector('.tile.own emo-overlay').shadowRoot;
  for (const each of [root, root.querySelector('.course').shadowRoot]) {
    new MutationObserver(() => window.paints++).observe(each, everything);
  }
})()`;
export const PAINTS = 'window.paints';

/** Of how many seconds the own strip tells. */
export const STRIP_SECONDS = `(() => {
  const strip = document.querySelector('.tile.own emo-overlay').shadowRoot.querySelector('.course');
  const text = strip.getAttribute('aria-label');
  return [...text.matchAll(/(\\d+) s(?! of it)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
})()`;
