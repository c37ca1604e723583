/**
 * The one file that other pages load for the overlay: `emostream.js`, beside the call page.
 *
 *     import { connectOverlays, EmotionFeed } from 'https://calls.example/emostream.js';
 */
import { z } from 'zod';
import { defineOverlay } from '../lib/overlay.js';

// Works under a content security policy without `unsafe-eval`.
z.config({ jitless: true });
defineOverlay();

export * from '../lib/index.js';
export * from '../lib/overlay.js';
