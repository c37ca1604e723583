import { z } from 'zod';

/** One of the known values, or one that a later version of the protocol has added. */
export type Open<T extends string> = T | (string & Record<never, never>);

const MAX_LENGTH = 64;

/**
 * An enumeration that may grow within a version of the protocol: readers take what they do not know for "something else".
 * Browser-safe.
 */
export function openEnum<const T extends readonly [string, ...string[]]>(values: T): z.ZodType<Open<T[number]>> {
  return z.union([z.enum(values), z.string().max(MAX_LENGTH)]);
}
