import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, inRange, parseVersion } from '../../scripts/setup/versions.mjs';

describe('versions', () => {
  it.each([
    ['v22.3.1', [22, 3, 1]],
    ['22', [22, 0, 0]],
    [' 22.23\n', [22, 23, 0]],
    ['22.1.0-nightly', [22, 1, 0]],
    ['node', undefined],
  ])('reads %j', (text, parts) => {
    expect(parseVersion(text)).toEqual(parts);
  });

  it.each([
    ['v20.20.2', false],
    ['v21.99.99', false],
    ['v22.0.0', true],
    ['v22.23.3', true],
    ['v23.0.0', false],
    ['v100.0.0', false],
    ['', false],
  ])('takes %s for the project: %s', (version, fits) => {
    expect(inRange(version, '>=22 <23')).toBe(fits);
  });

  it.each([
    ['v22.14.9', false],
    ['v22.15.0', true],
    ['v23.9.0', false],
    ['v24.0.0', true],
    ['v25.1.0', false],
  ])('takes %s where one of several ranges has it: %s', (version, fits) => {
    expect(inRange(version, '>=22.15 <23 || >=24 <25')).toBe(fits);
  });

  it('compares numbers, not text', () => {
    expect(inRange('22.10.0', '>22.9.9')).toBe(true);
    expect(inRange('22.9.9', '<=22.9.9')).toBe(true);
    expect(inRange('22.9.9', '=22.9.9')).toBe(true);
  });

  it('refuses a range that it does not understand', () => {
    expect(() => inRange('22.0.0', '^22')).toThrow('"^22" is not a range');
  });

  const version = fc.array(fc.nat(200), { minLength: 3, maxLength: 3 });

  it('orders any two versions one way', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0);
        expect(compareVersions(a, b) === 0).toBe(a.join() === b.join());
      }),
    );
  });

  it('finds exactly the 22nd major version in range', () => {
    fc.assert(
      fc.property(version, (parts) => {
        expect(inRange(parts.join('.'), '>=22 <23')).toBe(parts[0] === 22);
      }),
    );
  });
});
