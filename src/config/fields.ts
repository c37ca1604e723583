import { z } from 'zod';

// The forms that options have. `meta` gives each its sentence and its unit.

export const flag = (sentence: string, fallback: boolean) =>
  z
    .union([
      z.boolean(),
      z.enum(['true', 'false', '1', '0', 'yes', 'no']).transform((s) => ['true', '1', 'yes'].includes(s)),
    ])
    .default(fallback)
    .meta({ description: sentence });
export const int = (sentence: string, unit: string, fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback).meta({ description: sentence, unit });
export const optionalInt = (sentence: string, unit: string, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).optional().meta({ description: sentence, unit });
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
