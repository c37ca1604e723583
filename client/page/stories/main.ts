/**
 * Development only: the page's looks with made-up events, to be seen without a server.
 * `stories.html?story=overlay|states|faces|call|lobby|subtitles|panel|summary&theme=dark|light&picture=URL&speech=on|off|missing`
 */
import { defineOverlay } from '../../lib/overlay.js';
import { call, lobby } from './call.js';
import { panel, summary } from './course.js';
import { overlay } from './overlay.js';
import { query } from './stage.js';
import { faces, states, subtitles } from './tiles.js';

defineOverlay();
const stories = { overlay, states, faces, call, lobby, subtitles, panel, summary };
void stories[(query.get('story') ?? 'call') as keyof typeof stories]();
