import type { Browser } from 'puppeteer-core';
import type { EmotionEvent } from '../../../client/lib/index.js';
import { EventLog } from '../support/event-log.js';
import { startServer } from '../support/start-server.js';
import { Person, type Shape } from './person.js';

export interface Scene {
  firefox: Browser;
  chromium: Browser;
  server: string;
  /** Where pictures of the pages go. */
  output: string;
  /** Says what comes next, for the report of a case that hangs. */
  step: (what: string) => void;
}

export interface Case {
  name: string;
  play(scene: Scene): Promise<void>;
}

const SHAPES: Record<string, Shape> = {
  portrait: { width: 480, height: 640 },
  landscape: { width: 640, height: 360 },
};

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

/** Encoders make a picture smaller at need, never of another shape. */
const sameShape = (seen: Shape, sent: Shape): boolean =>
  Math.abs(seen.width / seen.height / (sent.width / sent.height) - 1) < 0.05;

/** One in Firefox and one in Chromium with cameras of the same shape: each sees, hears and analyses the other. */
async function callOfTwo(
  { firefox, chromium, server, output, step }: Scene,
  kind: string,
  shape: Shape,
): Promise<void> {
  const log = await EventLog.open(server, kind);
  const address = `${server}?room=${kind}`;
  const whole = kind === 'landscape';
  if (whole) {
    step('Fay looks into the lobby');
    const room = await Person.looksIn(firefox, address);
    check(/^[a-z]+-[a-z]+-[a-z2-9]{6}$/.test(room), `a room is suggested: ${room}`);
  }
  step('Fay joins');
  const fay = await Person.join(firefox, address, 'Fay', shape, ['face', 'voice']);
  step('Cleo joins');
  const cleo = await Person.join(chromium, address, 'Cleo', shape, ['face', 'voice']);
  try {
    for (const [person, other] of [
      [fay, cleo],
      [cleo, fay],
    ] as const) {
      step(`${person.name} is in the call and sees ${other.name}`);
      await person.state('joined');
      const seen = await person.sees(other.name);
      check(sameShape(seen, shape), `${person.name} sees ${other.name} as ${seen.width}x${seen.height}`);
      const id = await person.id();
      const both = (event: EmotionEvent) => event.face.present && event.voice.present && event.label !== null;
      step(`${person.name} is analysed`);
      const { face, voice } = await log.emotion(id, both);
      check(Math.abs(face.weight + voice.weight - 1) < 0.001, 'the weights of face and voice make one');
      check(face.box !== null, 'the face has a place in the picture');
      step(`${other.name} sees the result of ${person.name}`);
      await other.overlay(person.name);
      await person.reads('You are being analysed: face, voice.');
    }
    await fay.screenshot(`${output}firefox-${kind}.png`);
    if (whole) return await courseOf(fay, cleo.name, step);
    step('Fay withdraws');
    const end = log.end(await fay.id());
    await fay.clicks('Stop all');
    check((await end).reason === 'consent-withdrawn', 'withdrawing ends the analysis');
    await fay.reads('Nothing of you is analysed.');
  } finally {
    log.close();
    step('the windows are closed');
    await Promise.all([fay.close(), cleo.close()]);
  }
}

/** What there is beside the call itself: somebody large, the conversation so far, and one's own course after leaving. */
async function courseOf(fay: Person, other: string, step: Scene['step']): Promise<void> {
  step(`Fay pins ${other}`);
  const [large, own] = await fay.pins(other);
  check(large > 2 * own, `${other} is large: ${large} px beside ${own} px`);
  step(`Fay looks at the course of ${other}`);
  await fay.followsCourseOf(other);
  step('Fay leaves');
  await fay.clicks('Leave');
  await fay.reads('Your course in this call');
  await fay.clicks('Back to the lobby');
  await fay.reads('Turn on camera and microphone');
}

export const CASES: Case[] = [
  ...Object.entries(SHAPES).map(([kind, shape]) => ({
    name: `Firefox and Chromium, ${kind} cameras: both see and hear each other and are analysed, until one withdraws`,
    play: (scene: Scene) => callOfTwo(scene, kind, shape),
  })),
  {
    name: 'where a server offers media on loopback alone, Firefox says that nothing gets through, and claims nothing else',
    async play({ firefox, output, step }) {
      const server = await startServer(['--rtc-host', '127.0.0.1']);
      const log = await EventLog.open(server.url, 'loopback');
      const shape = SHAPES.landscape!;
      const fay = await Person.join(firefox, `${server.url}?room=loopback`, 'Fay', shape, ['face', 'voice']);
      try {
        step('Fay is told that nothing gets through');
        await fay.state('blocked');
        await fay.reads('Your camera and microphone do not reach the server');
        const { problem } = await log.media(await fay.id(), 'camera');
        check(problem === 'not-connected', `subscribers are told: ${problem}`);
        const shown = (await fay.shown()).split('\n');
        const lies = shown.filter((text) => text === 'connected' || text.startsWith('You are being analysed'));
        check(lies.length === 0, `the page said: ${lies.join(', ')}`);
        await fay.screenshot(`${output}firefox-blocked.png`);
      } finally {
        log.close();
        await fay.close();
        await server.stop();
      }
    },
  },
];
