/**
 * Development only: the page's looks with made-up events, to be seen without a server.
 * `stories.html?story=overlay|states|faces|call|lobby|subtitles|panel|summary&theme=dark|light&picture=URL&speech=on|off|missing&lang=TAG&pseudo`:
 * `pseudo`: in an invented language that runs from right to left
 */
import { defineOverlay } from '../../lib/overlay.js';
import { speakAsWished, speakPage } from '../languages/choose.js';
import { en } from '../languages/en.js';
import { call, lobby } from './call.js';
import { panel, summary } from './course.js';
import { overlay } from './overlay.js';
import { query } from './stage.js';
import { showTheme } from '../ui/theme.js';
import { pseudo } from './pseudo.js';
import { faces, states, subtitles } from './tiles.js';

defineOverlay();
const theme = query.get('theme');
if (theme === 'light' || theme === 'dark') showTheme(theme);
if (query.has('lang')) await speakAsWished(location.href);
if (query.has('pseudo')) speakPage({ tag: 'ar', words: pseudo(en) });
const stories = { overlay, states, faces, call, lobby, subtitles, panel, summary };
void stories[(query.get('story') ?? 'call') as keyof typeof stories]();
