import { expect, it } from 'vitest';
import { readOverlayAddress } from '../../client/overlay/address.js';

it('reads room, people, token and options, and finds the server above it, also under a path', () => {
  const address =
    'https://example.org/calls/overlay/stand-up?participant=a&participant=b&view=compact&width=300#token=x.y.z';
  expect(readOverlayAddress(address)).toEqual({
    server: new URL('https://example.org/calls/'),
    ...{ room: 'stand-up', participants: ['a', 'b'], token: 'x.y.z' },
    ...{ compact: true, subtitles: true, names: true, lang: null, align: 'bottom', width: 300 },
  });
});

it('without options shows everybody, and takes nothing that cannot be', () => {
  const read = (rest: string) => readOverlayAddress(`http://localhost:8080/overlay/${rest}`);
  expect(read('demo')).toMatchObject({ room: 'demo', participants: [], token: null, compact: false, width: 420 });
  expect(read('demo').server.href).toBe('http://localhost:8080/');
  expect(read('').room).toBeUndefined();
  expect(read('a%2Fb').room).toBeUndefined();
  expect(read('demo?participant=').participants).toEqual([]);
  expect(read('demo?subtitles=off&names=0&align=top')).toMatchObject({ subtitles: false, names: false, align: 'top' });
  expect(['1', '99999', 'wide', ''].map((width) => read(`demo?width=${width}`).width)).toEqual([160, 4096, 420, 420]);
});
