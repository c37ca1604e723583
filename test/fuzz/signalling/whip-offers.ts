import { ICE, offer } from '../../server/whip/support/offer.js';
import { locationOf, WhipRequests } from '../../server/whip/support/whip-client.js';
import { startServer, type TestServer } from '../../server/support/test-server.js';
import type { Random } from '../random.js';
import type { FuzzSession, FuzzTarget } from '../target.js';

interface WhipInput {
  sdp: string;
  patch: string;
}

const NUMBERS = [
  '0',
  '1',
  '-1',
  '127',
  '128',
  '255',
  '256',
  '65536',
  '4294967295',
  '4294967296',
  '9'.repeat(40),
  '1e9',
  '0x10',
  'NaN',
];
const TEXTS = [
  '',
  ' ',
  ':',
  ';',
  '=',
  '*',
  '__proto__',
  'constructor',
  'é',
  '\u0000',
  '\u2028',
  '%0d%0aa=x',
  'x'.repeat(2000),
];
const LINES = [
  'a=ssrc:4294967295 cname:x',
  'a=ssrc:2222 cname:\t',
  'a=ssrc-group:FID 2222 2222',
  'a=ssrc-group:FID 1111 2222 3333 4444',
  'a=ssrc-group:SIM 2222 3333',
  'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
  'a=extmap:15 urn:ietf:params:rtp-hdrext:toffset',
  'a=extmap:4 urn:ietf:params:rtp-hdrext:toffset',
  'a=rtpmap:96 H264/90000',
  'a=rtpmap:96 VP8/8000',
  'a=rtpmap:96 VP9/90000',
  'a=rtpmap:96 AV1/90000',
  'a=rtpmap:111 opus/48000',
  'a=fmtp:97 apt=97',
  'a=fmtp:96 apt=111;apt=96;__proto__=1;profile-level-id=zz',
  'a=rtcp-fb:* nack pli',
  'a=group:BUNDLE 1 0',
  'a=mid:0',
  'a=setup:holdconn',
  'a=fingerprint:md5 00',
  'a=simulcast:send h;l',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111',
  'm=video 9 UDP/TLS/RTP/SAVPF 96 96 96',
];

/** A browser's offer with something wrong, most often one thing. */
function mutate(text: string, random: Random): string {
  const lines = text.split('\r\n');
  for (let times = random.pick([1, 1, 1, 2, 3, 8]); times > 0; times--) {
    const at = random.int(0, lines.length - 1);
    const line = lines[at] ?? '';
    switch (random.int(0, 7)) {
      case 0:
        lines.splice(at, 1);
        break;
      case 1:
        lines.splice(random.int(0, lines.length), 0, line);
        break;
      case 2:
        lines.splice(at, 0, random.pick(LINES));
        break;
      case 3:
        lines[at] = line.replace(/\d+/, () => random.pick(NUMBERS));
        break;
      case 4: {
        const cut = random.int(0, line.length);
        lines[at] = line.slice(0, cut) + random.pick(TEXTS) + line.slice(random.int(cut, line.length));
        break;
      }
      case 5:
        lines[at] = lines[random.int(0, lines.length - 1)] ?? '';
        break;
      case 6:
        lines.splice(at, lines.length - at);
        break;
      default:
        lines[at] = line.slice(0, random.int(0, line.length));
    }
  }
  return lines.join(random.chance(0.9) ? '\r\n' : '\n');
}

const FRAGMENT = `a=ice-ufrag:${ICE.ufrag}\r\na=ice-pwd:${ICE.pwd}\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\na=end-of-candidates\r\n`;

/**
 * Offers that are none, to a real server with a real media worker: each is answered or refused, none is our failure, nobody is left behind, and
 * every answer is lines of ours.
 */
export const whipOffers: FuzzTarget<WhipInput> = {
  name: 'whip',
  group: 'signalling',
  playsInCi: 100,
  generate: (random) => ({
    sdp: random.chance(0.05) ? offer() : mutate(offer(), random),
    patch: random.chance(0.3) ? FRAGMENT : mutate(FRAGMENT, random),
  }),
  open: async () => new WhipSession(await startServer({ trustedProxies: ['127.0.0.1'] })),
};

class WhipSession implements FuzzSession<WhipInput> {
  readonly #subject: TestServer;
  readonly #worker: number;
  readonly #reached: Record<string, number> = { '201': 0, '400': 0, '406': 0, 'PATCH 204': 0, 'PATCH 400': 0 };
  #plays = 0;

  constructor(subject: TestServer) {
    this.#subject = subject;
    this.#worker = this.#pid;
  }

  async play({ sdp, patch }: WhipInput): Promise<void> {
    const requests = new WhipRequests(this.#subject);
    // The limits by address are not what is tried here.
    const from = {
      'x-forwarded-for': `10.${(this.#plays >> 16) & 255}.${(this.#plays >> 8) & 255}.${this.#plays++ & 255}`,
    };
    const token = await this.#subject.token({}, { subject: 'fuzz' });
    const response = await requests.post(token, sdp, from);
    this.#count(String(response.status), ['201', '400', '406'], await response.clone().text());
    if (response.status === 201) {
      checkAnswer(await response.text(), sdp);
      const headers = { ...from, 'content-type': 'application/trickle-ice-sdpfrag', 'if-match': '*' };
      const patched = await requests.send('PATCH', locationOf(response), token, headers, patch);
      this.#count(`PATCH ${patched.status}`, ['PATCH 200', 'PATCH 204', 'PATCH 400'], await patched.text());
      const ended = await requests.send('DELETE', locationOf(response), token, from);
      if (ended.status !== 200) throw new Error(`DELETE is answered with ${ended.status}`);
    }
    const { server, meter } = this.#subject;
    if (server.rooms.members > 0 || server.rooms.open.size > 0) throw new Error('somebody was left behind');
    if (this.#pid !== this.#worker) throw new Error('the media worker was replaced');
    for (const closed of ['participant', 'room', 'connection', 'process', 'nothing']) {
      if (meter.value('emostream_uncaught_total', { closed }) > 0) throw new Error(`uncaught, closed: ${closed}`);
    }
  }

  reached(): Record<string, number> {
    return this.#reached;
  }

  close(): Promise<void> {
    return this.#subject.close();
  }

  get #pid(): number {
    return this.#subject.server.pool.workers[0]?.worker.pid ?? 0;
  }

  #count(outcome: string, known: string[], body: string): void {
    if (!known.includes(outcome)) throw new Error(`answered with ${outcome}: ${body}`);
    this.#reached[outcome] = (this.#reached[outcome] ?? 0) + 1;
  }
}

const FORMS =
  /^(v=0|o=- \d+ 1 IN IP4 127\.0\.0\.1|s=-|t=0 0|c=IN IP4 0\.0\.0\.0|m=(audio|video) 9 [A-Z/]+( \d{1,3}){1,2}|a=[a-z-]+(:[\x20-\x7e]*)?)$/;

function checkAnswer(answer: string, sdp: string): void {
  const lines = answer.split('\r\n').slice(0, -1);
  for (const line of lines) if (!FORMS.test(line)) throw new Error(`the answer has the line ${JSON.stringify(line)}`);
  const sections = (text: string) => text.split('\n').filter((line) => line.startsWith('m=')).length;
  if (sections(answer) !== sections(sdp)) throw new Error('the answer has another number of sections than the offer');
}
