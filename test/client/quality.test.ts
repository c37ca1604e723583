import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  downlinkQuality,
  type Quality,
  receivedOf,
  type Stat,
  SteadyQuality,
  uplinkQuality,
} from '../../client/page/session/quality.js';

const heard = (fractionLost: number, roundTripTime: number): Stat => ({
  type: 'remote-inbound-rtp',
  fractionLost,
  roundTripTime,
});
const sending = (qualityLimitationReason: string): Stat => ({ type: 'outbound-rtp', qualityLimitationReason });
const room = (availableOutgoingBitrate: number): Stat => ({ type: 'candidate-pair', availableOutgoingBitrate });

describe('how well media get through', () => {
  it.each<[string, Stat[], Quality | null]>([
    ['nothing is sent', [], null],
    ['nothing was reported yet', [sending('none')], null],
    ['nothing is lost', [heard(0, 0.02)], 'good'],
    ['one stream of several loses', [heard(0, 0.02), heard(0.05, 0.02)], 'weak'],
    ['much is lost', [heard(0.2, 0.02)], 'bad'],
    ['it takes long', [heard(0, 0.25)], 'weak'],
    ['it takes too long to talk', [heard(0, 0.6)], 'bad'],
    ['the browser tells of no round trip', [{ type: 'remote-inbound-rtp', fractionLost: 0.01 }], 'good'],
    ['only the server’s limit holds it back', [heard(0, 0.02), sending('bandwidth'), room(1_300_000)], 'good'],
    ['the processor holds it back', [heard(0, 0.02), sending('cpu'), room(50_000)], 'good'],
    ['the network has no room for the larger pictures', [heard(0, 0.02), sending('bandwidth'), room(300_000)], 'weak'],
    ['the network has room for hardly any', [heard(0, 0.02), sending('bandwidth'), room(60_000)], 'bad'],
  ])('of what one sends, where %s', (_, stats, quality) => {
    expect(uplinkQuality(stats)).toBe(quality);
  });

  it('of somebody else, by what is missing between two looks, whatever came before', () => {
    const stats: Stat[] = [
      { type: 'inbound-rtp', ssrc: 1, packetsReceived: 900, packetsLost: 40 },
      { type: 'inbound-rtp', ssrc: 2, packetsReceived: 100, packetsLost: 10 },
      { type: 'inbound-rtp', ssrc: 3, packetsReceived: 5000, packetsLost: 4000 },
    ];
    const now = receivedOf(stats, new Set([1, 2]));
    expect(now).toEqual({ received: 1000, lost: 50 });
    expect(downlinkQuality({ received: 900, lost: 50 }, now)).toBe('good');
    expect(downlinkQuality({ received: 900, lost: 45 }, now)).toBe('weak');
    expect(downlinkQuality({ received: 900, lost: 30 }, now)).toBe('bad');
    // Late packets are no longer lost, and a few prove nothing.
    expect(downlinkQuality({ received: 900, lost: 55 }, now)).toBe('good');
    expect(downlinkQuality({ received: 999, lost: 50 }, now)).toBeNull();
    expect(downlinkQuality(now, now)).toBe('bad');
  });
});

describe('what is told of it', () => {
  const told = (measured: (Quality | null)[]) => {
    const steady = new SteadyQuality();
    return measured.map((each) => steady.look(each));
  };

  it('gets worse after two looks, better after five, and follows nothing that comes and goes', () => {
    expect(told(['good', 'good', 'bad', 'good', 'bad', 'bad'])).toEqual([null, 'good', 'good', 'good', 'good', 'bad']);
    const back: Quality[] = ['bad', 'bad', 'good', 'good', 'good', 'good', 'good'];
    expect(told(back)).toEqual([null, 'bad', 'bad', 'bad', 'bad', 'bad', 'good']);
    expect(told(['good', 'good', null, 'weak', 'weak'])).toEqual([null, 'good', null, null, 'weak']);
  });

  it('never changes from one look to the next and back', () => {
    const measured = fc.array(fc.constantFrom<Quality>('good', 'weak', 'bad'), { minLength: 3, maxLength: 60 });
    fc.assert(
      fc.property(measured, (all) => {
        const said = told(all);
        said.slice(2).forEach((each, index) => {
          const [first, second] = [said[index], said[index + 1]];
          if (first !== null && first !== second) expect(each === first && each !== second).toBe(false);
        });
      }),
    );
  });
});
