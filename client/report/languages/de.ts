import { de } from '../../lib/overlay/languages/de.js';
import type { PartWords } from '../words.js';

export const GERMAN: PartWords = {
  direction: de.direction,
  format: de.format,
  emotions: de.emotions,
  face: (number, of) => (of === null ? `Gesicht ${number}` : `${of}, Gesicht ${number}`),
  moments: {
    none: 'Nichts sticht hervor.',
    strongest: (emotion) => `Am deutlichsten ${de.emotions[emotion]}`,
    change: (before, after) => `Von ${de.emotions[before]} zu ${de.emotions[after]}`,
    changed: (share) => `Änderung um ${share}`,
    quoted: (words) => `„${words}“`,
  },
  overview: {
    nothing: 'kein Anhaltspunkt',
    uncertain: 'der Einschätzungen unsicher',
    valence: 'Valenz, Mittel',
    arousal: 'Aktivierung, Mittel',
    without: {
      face: 'der Zeit niemand zu sehen',
      voice: 'der Zeit niemand zu hören',
      words: 'der Zeit keine Worte',
    },
  },
  page: {
    modalities: de.modalities,
    people: (count) => `${String(count)} Personen`,
    faces: (count) => `${String(count)} Gesichter`,
    judged: (model, engine) => `${model} mit ${engine}`,
    theme: 'Hell / dunkel',
    print: 'Drucken',
    second: 'In dieser Sekunde',
    all: 'Insgesamt',
    moments: 'Momente',
    said: 'Was gesagt wurde',
    timeline: 'Verlauf',
    smoothed: 'geglättet',
    whole: 'Alles zeigen',
    strip: 'Die Einschätzung jeder Sekunde; blass: unsicher',
    charts: { emotions: 'Emotionen', mood: 'Valenz und Aktivierung', counted: 'Was zählte', quality: 'Qualität' },
    valence: 'Valenz (unangenehm bis angenehm)',
    arousal: 'Aktivierung (ruhig bis aufgeregt)',
    nothing: 'Kein Anhaltspunkt',
    uncertain: (emotion) => `${emotion}, unsicher`,
    mood: (valence, arousal) => `Valenz ${valence}, Aktivierung ${arousal}`,
    counted: (modality, weight, quality) =>
      `${de.modalities[modality]} ${weight}${quality === null ? '' : ` (Qualität ${quality})`}`,
    missing: (title) =>
      `${title} liegt nicht neben diesem Bericht, oder dieser Browser spielt es nicht ab: Legen Sie es daneben, um es zu sehen und zu hören.`,
    foot: (version) =>
      `Ein Ausdruck ist kein Gefühl: Dies ist, was Gesicht, Stimme und Worte ausdrücken, wie emostream ${version} es Sekunde für Sekunde beurteilt. ` +
      'Ein Klick in ein Diagramm springt dorthin; Ziehen vergrößert, ein Doppelklick zeigt wieder alles.',
  },
};
