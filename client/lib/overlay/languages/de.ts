import type { OverlayWords } from './en.js';
import { formats } from './formats.js';

const format = formats('de');
const { likelihood, together } = format;

const DATIVE = { face: 'Gesicht', voice: 'Stimme', words: 'Worten' };

export const de: OverlayWords = {
  format,
  direction: 'ltr',
  emotions: {
    ...{ neutral: 'neutral', happy: 'fröhlich', sad: 'traurig', angry: 'wütend' },
    ...{ fearful: 'ängstlich', disgusted: 'angeekelt', surprised: 'überrascht' },
  },
  // A für Angst, E für Ekel.
  letters: { neutral: 'N', happy: 'F', sad: 'T', angry: 'W', fearful: 'A', disgusted: 'E', surprised: '!' },
  modalities: { face: 'Gesicht', voice: 'Stimme', words: 'Worte' },
  badge: { on: 'Analyse an', off: 'Analyse aus', unknown: 'Analyse ungewiss' },
  emotionOf: (name) => (name ? `Emotion von ${name}` : 'Emotion'),
  saidBy: (name) => (name ? `Was ${name} sagt` : 'Was gesagt wird'),
  bars: 'Wie wahrscheinlich jeder Ausdruck nach dieser Schätzung ist',
  estimate:
    'Eine Schätzung aus den letzten Sekunden: wie wahrscheinlich jeder dieser sieben Ausdrücke ist. Ein Ausdruck ist kein Gefühl.',
  sources: 'Worauf das Ergebnis beruht',
  weight: 'Wie viel davon jeweils in das Ergebnis einging; wie sicher es ist, sagt das nicht.',
  judgedBy: 'beurteilt nach',
  amounts: { alone: 'allein', mostly: 'vor allem', partly: 'teils', little: 'wenig' },
  lastMinute: 'Die letzte Minute',
  course: {
    none: 'keine Ergebnisse',
    sure: (emotion, seconds, unsure) => `${emotion} ${seconds} s${unsure > 0 ? `, davon ${unsure} s unsicher` : ''}`,
    perhaps: (emotion, seconds) => `vielleicht ${emotion} ${seconds} s`,
    blank: (seconds) => `kein Anhaltspunkt ${seconds} s`,
  },
  mood: {
    unknown: 'Stimmung: nicht bekannt',
    known: (pleasure, excitement, valence, arousal) =>
      `Stimmung: ${pleasure}, ${excitement} (Valenz ${valence}, Aktivierung ${arousal})`,
    ...{ pleasant: 'angenehm', unpleasant: 'unangenehm', noPleasure: 'weder angenehm noch unangenehm' },
    ...{ excited: 'aufgeregt', calm: 'ruhig', noExcitement: 'weder ruhig noch aufgeregt' },
  },
  unknown: {
    lost: { headline: 'Keine Verbindung', detail: 'ob etwas analysiert wird, ist nicht bekannt' },
    silent: { headline: 'Warten auf den Server', detail: 'er hat sich eine Weile nicht gemeldet' },
  },
  off: { headline: 'Analyse aus', detail: 'nichts wird analysiert' },
  starting: { headline: 'Beginnt', detail: 'das erste Ergebnis kommt gleich' },
  stale: {
    headline: 'Kein neues Ergebnis',
    late: 'die Analyse ist verspätet',
    detail: (why, seconds) => `${why}, seit ${seconds} s`,
  },
  unsure: {
    headline: 'Unsicher',
    detail: (emotion, share) => `vielleicht ${emotion}, zu ${likelihood(share)} wahrscheinlich`,
  },
  likely: (share, by) => `zu ${likelihood(share)} wahrscheinlich, nach ${together(by.map((each) => DATIVE[each]))}`,
  dark: { headline: 'Kamera und Mikrofon aus', detail: 'kein Anhaltspunkt' },
  nothing: 'Kein Anhaltspunkt',
  gaps: {
    overloaded: 'der Server ist ausgelastet',
    'engine-failed': 'die Analyse ist fehlgeschlagen',
    'analysis-restarted': 'die Analyse startet neu',
    'consent-changed': 'was analysiert wird, wurde geändert',
  },
  ends: {
    left: 'hat das Gespräch verlassen',
    'tracks-ended': 'Kamera und Mikrofon aus',
    'timed-out': 'Verbindung verloren',
    removed: 'aus dem Gespräch entfernt',
    'token-expired': 'der Zugang ist abgelaufen',
    failed: 'die Analyse ist fehlgeschlagen',
    'worker-died': 'der Server startet das Gespräch neu',
    'consent-withdrawn': 'nichts wird analysiert',
    'server-closing': 'der Server wird beendet',
  },
  sourceStates: {
    face: { unanalysed: 'aus', off: 'Kamera aus', stalled: 'kein Bild', absent: 'kein Gesicht' },
    voice: { unanalysed: 'aus', off: 'Mikro aus', stalled: 'kein Ton', absent: 'still' },
    words: { unanalysed: 'aus', off: 'aus', stalled: 'keine', absent: 'keine' },
  },
  missing: {
    face: { off: 'Kamera aus', stalled: 'es kommt kein Bild', absent: 'kein Gesicht zu sehen' },
    voice: { off: 'Mikrofon aus', stalled: 'es kommt kein Ton', absent: 'keine Stimme zu hören' },
    words: { off: 'keine Worte', stalled: 'keine Worte', absent: 'keine Worte' },
  },
};
