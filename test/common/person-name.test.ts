import { describe, expect, it } from 'vitest';
import { initialOf, isolated, isVisible, plainName } from '../../src/common/person-name.js';
import { nameSchema } from '../../src/server/protocol.js';

describe('a name', () => {
  it.each(['Ada', 'مريم', '李', '👩‍👩‍👧‍👦', '7', '<script>', 'ß', '?'])('%s can be seen', (name) => {
    expect(isVisible(name)).toBe(true);
    expect(nameSchema.parse(name)).toBe(name);
  });

  it.each(['', ' ', '\u200b\u200b', '\u202e', '\u3164', '\u2800', '\u0301', '\u00ad'])('%j cannot', (name) => {
    expect(isVisible(name)).toBe(false);
    expect(nameSchema.safeParse(name).success).toBe(false);
  });

  it('in a sentence turns nothing around, and cannot break out of its place', () => {
    expect(isolated('Ada', 'ltr')).toBe('Ada');
    expect(isolated('مريم', 'ltr')).toBe('\u2068مريم\u2069');
    expect(isolated('Ada (Berlin)', 'rtl')).toBe('\u2068Ada (Berlin)\u2069');
    expect(isolated('\u2069\u202eevil', 'rtl')).toBe('\u2068evil\u2069');
    expect(isolated('\u202eevil', 'ltr')).toBe('evil');
    expect(isolated(isolated('מר', 'ltr'), 'ltr')).toBe('\u2068מר\u2069');
    expect(plainName('\u202eevil\u202c')).toBe('evil');
  });

  it.each([
    ['ada', 'A'],
    ['ßeta', 'ß'],
    ['<script>', 'S'],
    ['\u202eevil', 'E'],
    [' (7)', '7'],
    ['👩‍👩‍👧‍👦 Fam', '👩‍👩‍👧‍👦'],
    ['e\u0301mile', 'E\u0301'],
    [`Z${'\u0351'.repeat(20)}`, `Z${'\u0351'.repeat(3)}`],
    ['***', '*'],
    ['\u200b', '?'],
  ])('%s has the initial %s', (name, initial) => {
    expect(initialOf(name)).toBe(initial);
  });
});
