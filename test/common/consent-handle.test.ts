import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Agreement, bothAgreements, isWithdrawal, NO_AGREEMENT, NO_CONSENT } from '../../src/common/consent.js';
import { ConsentHandle, type ConsentHandleOptions } from '../../src/common/consent-handle.js';
import { formatConsent, parseConsent } from '../../src/server/declared-consent.js';

const ALL = { face: true, voice: true, words: true };
const agreements: fc.Arbitrary<Agreement> = fc
  .record({ face: fc.boolean(), voice: fc.boolean(), words: fc.boolean(), showWords: fc.boolean() })
  .map(({ showWords, ...consent }) => ({ consent, showWords: showWords && consent.words }));

/** A holder that does what it is told, and remembers it. */
function setUp(options: Partial<ConsentHandleOptions> = {}) {
  const told: Agreement[] = [];
  const holder = {
    agreement: NO_AGREEMENT,
    agree(agreement: Agreement) {
      told.push(agreement);
      holder.agreement = agreement;
      return Promise.resolve();
    },
  };
  return { told, holder, handle: new ConsentHandle({ holder, policy: ALL, ...options }) };
}

test('what is given stands within the policy, and the generation is the first until something is withdrawn', async () => {
  const { handle } = setUp({ policy: { ...ALL, words: false } });
  expect(await handle.set({ consent: ALL, showWords: true })).toEqual({
    generation: 1,
    consent: { face: true, voice: true, words: false },
    showWords: false,
  });
  expect(handle.withdraw({ voice: true })).toMatchObject({ generation: 2, consent: { face: true, voice: false } });
  expect(handle.withdraw()).toMatchObject({ generation: 3, consent: NO_CONSENT });
  expect(handle.withdraw()).toMatchObject({ generation: 3 });
});

test('a withdrawal is done when the call returns, and one that was asked before it cannot give it back', async () => {
  const { handle, holder } = setUp();
  const { generation } = handle.state;
  await handle.give({ face: true });
  handle.withdraw();
  expect(holder.agreement).toEqual(NO_AGREEMENT);
  await expect(handle.give({ face: true }, generation)).rejects.toMatchObject({ code: 'WRONG_STATE' });
  expect(holder.agreement).toEqual(NO_AGREEMENT);
  await handle.give({ face: true }, handle.state.generation);
  expect(holder.agreement.consent.face).toBe(true);
});

test('what is refused to be given is not given, and what the same request takes away is gone', async () => {
  let refuse = false;
  const { handle } = setUp({
    beforeGiving: () => {
      if (refuse) throw new Error('too often');
    },
  });
  await handle.give({ face: true });
  refuse = true;
  await expect(handle.set({ consent: { ...NO_CONSENT, voice: true }, showWords: false })).rejects.toThrow('too often');
  expect(handle.state).toMatchObject({ generation: 2, consent: NO_CONSENT });
});

test('closed, it says that nothing is agreed, and gives nothing', async () => {
  const { handle, told } = setUp();
  await handle.give({ face: true });
  handle.close();
  expect(handle.state.consent).toEqual(NO_CONSENT);
  await expect(handle.give({ voice: true })).rejects.toMatchObject({ code: 'CLOSED' });
  handle.withdraw();
  expect(told).toHaveLength(1);
});

test('the generation rises exactly with what is withdrawn, whatever the order of requests', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(agreements, { maxLength: 12 }), async (wishes) => {
      const { handle, holder, told } = setUp();
      for (const wish of wishes) await handle.set(wish);
      const steps = [NO_AGREEMENT, ...told];
      const withdrawals = steps.slice(1).filter((next, at) => isWithdrawal(steps[at]!.consent, next.consent)).length;
      expect(handle.state.generation).toBe(1 + withdrawals);
      if (wishes.length > 0) expect(holder.agreement).toEqual(wishes.at(-1));
      // No step gives and takes at once: what goes is gone before anything comes.
      for (const [at, next] of steps.slice(1).entries()) {
        const both = bothAgreements(steps[at]!, next);
        expect([steps[at], next]).toContainEqual(both);
      }
    }),
  );
});

test('consent as a line of text: what is written is read again', () => {
  fc.assert(
    fc.property(agreements, (agreement) => {
      expect(parseConsent(formatConsent(agreement))).toEqual(agreement);
    }),
  );
  expect(parseConsent('given')).toEqual({ consent: ALL, showWords: false });
  expect(parseConsent('Face, voice')).toEqual({ consent: { face: true, voice: true, words: false }, showWords: false });
  expect(parseConsent('none')).toEqual(NO_AGREEMENT);
  // Words that are not analysed are not shown.
  expect(parseConsent('show-words').showWords).toBe(false);
  for (const text of ['yes', 'none face', 'face;voice', `face ${' '.repeat(64)}`]) {
    expect(() => parseConsent(text), text).toThrow('consent:');
  }
});
