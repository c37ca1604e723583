import { expect, test } from 'vitest';
import { MediaHealth } from '../../client/page/session/media-health.js';
import { mediaNotices } from '../../client/page/ui/media-words.js';

test('what is sent is neither connected nor blocked until the link stands or four seconds are over', () => {
  const media = new MediaHealth();
  expect(media.health(0)).toEqual({ camera: 'off', microphone: 'off', receiving: true });
  media.sending('camera', true, 1000);
  media.link('send', 'connecting', 1100);
  expect(media.health(4999)).toMatchObject({ camera: 'connecting', microphone: 'off' });
  expect(media.health(5000)).toMatchObject({ camera: 'not-connected', microphone: 'off' });
  media.link('send', 'connected', 6000);
  expect(media.health(6000)).toMatchObject({ camera: 'ok' });
});

test('a link that fails or is lost is told at once, and has its four seconds when it connects again', () => {
  const media = new MediaHealth();
  media.sending('microphone', true, 0);
  media.link('send', 'failed', 10);
  expect(media.health(10)).toMatchObject({ microphone: 'not-connected' });
  media.link('send', 'connected', 500);
  media.link('send', 'disconnected', 60_000);
  expect(media.health(60_000)).toMatchObject({ microphone: 'not-connected' });
  media.told('microphone', 'no-packets');
  media.link('send', 'connecting', 62_000);
  expect(media.health(62_000)).toMatchObject({ microphone: 'not-connected' });
  media.told('microphone', null);
  expect(media.health(63_999)).toMatchObject({ microphone: 'connecting' });
  expect(media.health(64_000)).toMatchObject({ microphone: 'not-connected' });
});

test('the server’s word counts for what is sent, and a limit also for what no longer is', () => {
  const media = new MediaHealth();
  media.link('send', 'connected', 0);
  media.sending('camera', true, 0);
  media.told('camera', 'no-packets');
  expect(media.health(1)).toMatchObject({ camera: 'no-packets' });
  media.sending('camera', false, 2);
  expect(media.health(2)).toMatchObject({ camera: 'off' });
  media.told('camera', 'bitrate');
  expect(media.health(3)).toMatchObject({ camera: 'bitrate' });
  media.told('camera', null);
  expect(media.health(4)).toMatchObject({ camera: 'off' });
});

test('receiving is judged by its own link, from the first that is to be received', () => {
  const media = new MediaHealth();
  media.link('recv', 'failed', 0);
  expect(media.health(0).receiving).toBe(true);
  media.receiving(10_000);
  expect(media.health(10_000).receiving).toBe(false);
  media.link('recv', 'connected', 11_000);
  expect(media.health(11_000).receiving).toBe(true);
});

test('each problem is said in a sentence with what to do; where all is well nothing is', () => {
  expect(mediaNotices({ camera: 'ok', microphone: 'off', receiving: true })).toEqual([]);
  expect(mediaNotices({ camera: 'connecting', microphone: 'ok', receiving: true })).toEqual([]);
  const said = (health: Parameters<typeof mediaNotices>[0]) => mediaNotices(health).map(({ what }) => what);
  expect(said({ camera: 'not-connected', microphone: 'not-connected', receiving: false })).toEqual([
    'Your camera and microphone do not reach the server: nobody sees or hears you, and you cannot see or hear them.',
  ]);
  expect(said({ camera: 'not-connected', microphone: 'off', receiving: true })).toEqual([
    'Your camera does not reach the server: nobody sees you.',
  ]);
  expect(said({ camera: 'ok', microphone: 'ok', receiving: false })).toHaveLength(1);
  expect(said({ camera: 'no-packets', microphone: 'bitrate', receiving: true })).toEqual([
    'No picture comes from your camera.',
    'Your microphone sends more than this server takes, so it was stopped.',
  ]);
});
