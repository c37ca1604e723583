import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventHeaders, forgetHeaders, lostHeaders, readMessage } from '../../src/cluster/event-message.js';
import { fromToken, personSubject, roomSubject, token } from '../../src/cluster/subjects.js';

/** Any string that a program can be given as an id: halves of surrogate pairs, dots, wildcards, spaces and the escape sign, too. */
const id = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 64 }),
  fc.string({
    unit: fc.constantFrom('.', '*', '>', ' ', '=', '\ud800', '\udc00', 'a', '0', '\n'),
    minLength: 1,
    maxLength: 8,
  }),
);

it('makes of every id one token of a subject, each of its own, that can be read back', () => {
  fc.assert(
    fc.property(id, id, (one, other) => {
      expect(token(one)).toMatch(/^([A-Za-z0-9_-]|=[0-9a-f]{4})+$/);
      expect(fromToken(token(one))).toBe(one);
      expect(token(one) === token(other)).toBe(one === other);
      expect(personSubject('room', one).split('.')).toHaveLength(3);
      expect(personSubject('room', one)).not.toBe(roomSubject('room'));
    }),
  );
});

it('takes of a message what it is, and nothing that is not one of ours', () => {
  const order = { term: 7, born: 1_700_000_000_000 };
  const event = { type: 'end', room: 'r', participant: 'p', epoch: 'e', seq: 4, at: 0, reason: 'left' } as const;
  const text = JSON.stringify(event);
  const place = { epoch: 'e', order, seq: 4 };
  expect(readMessage(eventHeaders(place, { after: 3, ageMs: 12.4 }), text)).toEqual({
    ...{ ...place, kind: 'event', event, text, after: 3, ageMs: 12 },
  });
  expect(readMessage(forgetHeaders('e', { ...order, seq: 9 }, 'end'), text)).toEqual({
    ...{ epoch: 'e', order, seq: 9, kind: 'forget', kept: 'end', stays: { event, text } },
  });
  expect(readMessage(lostHeaders('e', order, 2, 4), '')).toEqual({ ...place, kind: 'lost', fromSeq: 2 });
  // Headers of another event than the text.
  expect(readMessage(eventHeaders({ ...place, seq: 5 }, { after: 3, ageMs: 0 }), text)).toBeUndefined();
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('epoch', 'seq', 'generation', 'forget', 'lost'), fc.string()),
      fc.string(),
      (headers, any) => {
        expect(() => readMessage(headers, any)).not.toThrow();
      },
    ),
  );
});
