/**
 * The one file that other pages load for the overlay: `emostream.js`, beside the call page.
 *
 *     import { connectOverlays, EmotionFeed } from 'https://calls.example/emostream.js';
 */
import './no-eval.js';
import { defineOverlay } from '../lib/overlay.js';

defineOverlay();

export * from '../lib/index.js';
export * from '../lib/overlay.js';
