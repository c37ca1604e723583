import { z } from 'zod';

function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error });
}

// The forms that options have. `meta` gives each its sentence and its unit.

export const flag = (sentence: string, fallback: boolean) =>
  z
    .union(
      [
        z.boolean(),
        z.enum(['true', 'false', '1', '0', 'yes', 'no']).transform((s) => ['true', '1', 'yes'].includes(s)),
      ],
      { error: 'must be true or false' },
    )
    .default(fallback)
    .meta({ description: sentence });
export const int = (sentence: string, unit: string, fallback: number, min: number, max: number) =>
  wholeNumber(min, max).default(fallback).meta({ description: sentence, unit });
export const optionalInt = (sentence: string, unit: string, min: number, max: number) =>
  wholeNumber(min, max).optional().meta({ description: sentence, unit });
export const text = (sentence: string, fallback: string) =>
  z.string().default(fallback).meta({ description: sentence });
export const optionalText = (sentence: string) => z.string().min(1).optional().meta({ description: sentence });
export const list = (sentence: string) =>
  z
    .union([
      z.array(z.string()),
      z.string().transform((s) =>
        s
          .split(',')
          .map((part) => part.trim())
          .filter(Boolean),
      ),
    ])
    .default([])
    .meta({ description: sentence, unit: 'comma-separated' });
export const share = (sentence: string, fallback: number) => {
  const error = 'must be a number from 0 to 1';
  return z.coerce
    .number({ error })
    .min(0, { error })
    .max(1, { error })
    .default(fallback)
    .meta({ description: sentence, unit: '0 to 1' });
};
