import { describe, expect, it } from 'vitest';
import { ConnectionDoubt } from '../../client/page/session/connection-doubt.js';
import { suggestRoom } from '../../client/page/room-name.js';
import { type Known, standing } from '../../client/page/session/standing.js';
import { analysisWords } from '../../client/page/ui/analysis-words.js';
import { roomIdSchema } from '../../src/events/schema.js';

const ALL = { consent: { face: true, voice: true, words: false }, showWords: false };
const NONE = { consent: { face: false, voice: false, words: false }, showWords: false };
const WELL = { camera: 'ok', microphone: 'ok', receiving: true } as const;

const known = (change: Partial<Known> = {}): Known => ({
  status: { state: 'joined' },
  agreement: ALL,
  health: WELL,
  doubt: null,
  closing: false,
  ...change,
});
const said = (change: Partial<Known>) => analysisWords(standing(known(change)));

describe('what the page says of the analysis of oneself', () => {
  it('is that it is on, only while that can be known', () => {
    expect(said({})).toMatchObject({ tone: 'on', what: 'You are being analysed: face, voice.' });
    const doubtful: Partial<Known>[] = [
      { doubt: 'offline' },
      { doubt: 'silent' },
      { status: { state: 'reconnecting' } },
    ];
    for (const change of doubtful) {
      const words = said(change);
      expect(words).toMatchObject({ tone: 'unknown', stop: true });
      expect(words.what).toContain('it is not known whether you are being analysed');
    }
  });

  it('is that nothing is, where nothing was agreed to, whatever the connection does', () => {
    for (const change of [{}, { doubt: 'offline' }, { status: { state: 'reconnecting' } }] as const) {
      expect(said({ ...change, agreement: NONE })).toMatchObject({ tone: 'off', what: 'Nothing of you is analysed.' });
    }
  });

  it('names what is off and what does not get through, and claims neither to be analysed', () => {
    const dark = said({ health: { ...WELL, camera: 'off' } });
    expect(dark).toMatchObject({ what: 'You are being analysed: voice.', more: 'Your camera is off.' });
    const both = said({ health: { ...WELL, camera: 'off', microphone: 'off' } });
    expect(both).toMatchObject({ tone: 'off', what: 'Nothing of you is analysed at the moment.', stop: true });
    expect(both.more).toBe('Your camera and microphone are off.');
    expect(said({ health: { ...WELL, camera: 'no-packets' } }).more).toContain('does not get through: face');
  });
});

describe('the state of the call', () => {
  it.each([
    [{}, 'joined'],
    [{ doubt: 'offline' }, 'offline'],
    [{ doubt: 'silent' }, 'silent'],
    [{ status: { state: 'reconnecting' } }, 'reconnecting'],
    [{ status: { state: 'reconnecting' }, doubt: 'offline' }, 'offline'],
    [{ closing: true }, 'closing'],
    [{ closing: true, status: { state: 'reconnecting' } }, 'closing'],
    [{ health: { ...WELL, receiving: false } }, 'blocked'],
    [{ health: { ...WELL, camera: 'connecting' } }, 'connecting'],
    [{ status: { state: 'ended', error: null }, closing: true }, 'ended'],
  ] satisfies [Partial<Known>, string][])('of %j is %s', (change, state) => {
    expect(standing(known(change)).state).toBe(state);
  });
});

describe('doubt about the connection', () => {
  it('begins with the browser’s word, and ends when something is heard that was not on its way', () => {
    const doubt = new ConnectionDoubt();
    doubt.offline(1000);
    doubt.heard(1500);
    expect(doubt.value).toBe('offline');
    doubt.heard(4000);
    expect(doubt.value).toBeNull();
  });

  it('stays with a network that is back until the server was heard', () => {
    const doubt = new ConnectionDoubt();
    doubt.offline(1000);
    doubt.online();
    expect(doubt.value).toBe('silent');
    doubt.heard(1100);
    expect(doubt.value).toBeNull();
    // A word that changes nothing.
    doubt.online();
    expect(doubt.value).toBeNull();
  });

  it('is there while a beat is missing, and goes with a new connection', () => {
    const doubt = new ConnectionDoubt();
    doubt.quiet(true);
    expect(doubt.value).toBe('silent');
    doubt.quiet(false);
    expect(doubt.value).toBeNull();
    doubt.quiet(true);
    doubt.offline(0);
    doubt.connected();
    expect(doubt.value).toBeNull();
  });
});

it('a suggested room is a room, and another one each time', () => {
  const rooms = Array.from({ length: 200 }, () => suggestRoom());
  for (const room of rooms) expect(roomIdSchema.safeParse(room).success).toBe(true);
  expect(new Set(rooms).size).toBe(rooms.length);
  expect(suggestRoom(() => 0)).toBe('amber-alder-aaaaaa');
});
