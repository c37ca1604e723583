import { de as overlay } from '../../lib/overlay/languages/de.js';
import type { Modality, Source } from '../../lib/index.js';
import { GERMAN as parts } from '../../report/languages/de.js';
import type { PageWords } from './en.js';

const { listed, together, capital } = overlay.format;
/** Mit Artikel. */
const the: Record<Source, string> = { camera: 'Die Kamera', microphone: 'Das Mikrofon' };
const your: Record<Source, string> = { camera: 'Ihre Kamera', microphone: 'Ihr Mikrofon' };
const yours = (sources: readonly Source[]): string => capital(together(sources.map((source) => your[source])));
const names = (modalities: readonly Modality[]): string => listed(modalities.map((each) => overlay.modalities[each]));

export const de: PageWords = {
  overlay,
  parts,
  you: (name) => `${name} (Sie)`,
  somebody: 'jemand',
  close: 'Schließen',
  tryAgain: 'Noch einmal versuchen',
  dismiss: 'Ausblenden',
  settings: {
    language: 'Sprache',
    theme: 'Darstellung',
    themes: { system: 'Wie das System', light: 'Hell', dark: 'Dunkel' },
  },
  lobby: {
    tagline: 'Ein Videogespräch, das auf Wunsch zeigt, welche Emotion Gesicht, Stimme und Worte ausdrücken.',
    name: 'Ihr Name',
    room: 'Raum',
    token: 'Zugangstoken',
    tokenHint: 'Öffnen Sie Ihren persönlichen Link, oder fügen Sie das Token ein.',
    devices: 'Kamera und Mikrofon',
    preview: 'Vorschau Ihrer Kamera',
    turnOn: 'Kamera und Mikrofon einschalten',
    join: 'Am Gespräch teilnehmen',
    joinWithout: 'Ohne Kamera und Mikrofon teilnehmen',
    joining: 'Verbindung wird aufgebaut …',
    nameMissing: 'Bitte geben Sie Ihren Namen an.',
    roomWrong: 'Ein Raum hat 1 bis 64 Buchstaben (ohne Umlaute), Ziffern, „-“ oder „_“, etwa „team-1“.',
    tokenMissing: 'Bitte fügen Sie Ihr Zugangstoken ein.',
    saySomething: 'Sagen Sie etwas …',
    heard: 'Ihr Mikrofon funktioniert.',
    explanation:
      'Alle, die denselben Raum betreten, sind im selben Gespräch. Was analysiert wird, können Sie währenddessen jederzeit ändern: Aus heißt sofort aus. Alle im Raum sehen das Ergebnis auf Ihrem Bild, jede Sekunde. Bild, Ton und Worte werden auf diesem Server im Vorbeigehen analysiert und nie gespeichert. Das Ergebnis ist die Schätzung einer Maschine und kann falsch sein.',
    legal:
      'Emotionserkennung am Arbeitsplatz und in der Bildung ist in der Europäischen Union verboten (KI-Verordnung, Artikel 5). Wer diesen Server betreibt, ist für den rechtmäßigen Einsatz verantwortlich.',
    engine: (engine, device) => `Analysiert wird mit ${engine}${device ? ` auf ${device}` : ''}.`,
    passedOver: (engines) => `Bessere Verfahren, die nicht verwendet werden: ${engines}.`,
    whyNot: {
      missing: 'nicht vorhanden',
      'software-gpu': 'keine echte GPU',
      failed: 'startet nicht',
      lost: 'im Betrieb ausgefallen',
    },
  },
  consent: {
    ask: 'Was darf analysiert werden?',
    askHint: 'Aus, bis Sie es einschalten. Alle im Raum sehen das Ergebnis.',
    short: 'Analyse',
    read: 'Was dürfen die anderen lesen?',
    forbidden: 'Auf diesem Server für alle abgeschaltet.',
    names: { face: 'Gesicht', voice: 'Stimme', words: 'Worte' },
    face: 'Ihr Gesichtsausdruck, aus einigen Kamerabildern pro Sekunde.',
    voice: (encoder) =>
      `Wie Sie beim Sprechen klingen, aus Ihrem Mikrofon${
        {
          on: '; auf diesem Server helfen Netze, die mit weit mehr Sprache trainiert wurden.',
          unused: '.',
          none: ', nur mit kleinen Netzen: Sie irren häufiger als mit der Hilfe, die ein Server haben kann.',
        }[encoder]
      }`,
    wordsTyped: 'Was Sie sagen, aus Untertiteln, die Sie eintippen: Dieser Server erkennt keine Sprache.',
    wordsHeard: (language) =>
      `Was Sie sagen, auf diesem Server erkannt${language === null ? '' : ` (${language})`}, solange auch „Stimme“ an ist; und Untertitel, die Sie eintippen.`,
    show: 'Meine Worte zeigen',
    showShort: 'Worte zeigen',
    showWhat: 'Alle im Raum lesen, was Sie sagen, als Untertitel auf Ihrem Bild. Nur wenn „Worte“ an ist.',
    wordsFirst: 'Schalten Sie zuerst „Worte“ ein',
  },
  analysis: {
    doubts: {
      offline: 'Dieses Gerät hat kein Netz',
      silent: 'Der Server schweigt seit einigen Sekunden',
      lost: 'Die Verbindung ist unterbrochen',
    },
    nothing: 'Von Ihnen wird nichts analysiert.',
    nothingNow: 'Von Ihnen wird im Moment nichts analysiert.',
    unknown: (doubt) => `${doubt}: Ob Sie analysiert werden, ist nicht bekannt.`,
    agreed: (what) => `Sie haben zugestimmt: ${names(what)}.`,
    on: (what) => `Sie werden analysiert: ${names(what)}.`,
    stuck: (what) => `Zugestimmt, kommt aber nicht durch: ${names(what)}.`,
    off: (sources) => `${yours(sources)} ${sources.length > 1 ? 'sind' : 'ist'} aus.`,
    seen: (words) => `Alle hier sehen das Ergebnis${words ? ' und lesen Ihre Worte' : ''}.`,
    stop: 'Alles stoppen',
  },
  call: {
    states: {
      joining: 'tritt bei …',
      connecting: 'verbindet …',
      joined: 'verbunden',
      blocked: 'keine Medien',
      silent: 'keine Antwort …',
      offline: 'kein Netz',
      closing: 'der Server startet neu …',
      reconnecting: 'verbindet neu …',
      ended: 'beendet',
    },
    analysed: 'analysiert',
    inRoom: 'emostream, Raum ',
    controls: 'Steuerung des Gesprächs',
    tools: {
      ...{ microphone: 'Mikro', camera: 'Kamera', subtitles: 'Untertitel', details: 'Details', keys: 'Tasten' },
      ...{ devices: 'Geräte', invite: 'Einladen', leave: 'Auflegen', course: 'Verlauf' },
    },
    alone: 'Sie sind allein hier. Schicken Sie jemandem den Einladungslink.',
    unblock: 'Klicken, um die anderen zu hören',
    joined: (name) => `${name} ist gekommen`,
    left: (name) => `${name} ist gegangen`,
    invited: 'Einladungslink kopiert.',
    inviteLink: (link) => `Einladungslink: ${link}`,
    needsToken: 'Wer ihn erhält, braucht ein eigenes Zugangstoken.',
    closing: 'Der Server wird beendet oder startet neu. Sie kommen von selbst zurück, sobald er wieder da ist.',
    notChanged: (why) => `Nicht geändert: ${why}`,
    notRecorded: (why) => `Nicht aufgezeichnet: ${why}`,
  },
  quality: {
    own: {
      good: 'Ihre Verbindung ist gut',
      weak: 'Ihre Verbindung ist schwach: Die anderen sehen Sie vielleicht unscharf oder verspätet',
      bad: 'Ihre Verbindung ist schlecht: Die anderen sehen und hören Sie mit Lücken',
    },
    theirs: {
      good: 'Kommt gut an',
      weak: 'Kommt schwach an: Hin und wieder fehlt etwas',
      bad: 'Kommt schlecht an: Vieles fehlt',
    },
  },
  screen: {
    tool: 'Teilen',
    key: 'Bildschirm teilen oder nicht mehr',
    of: (name) => `Bildschirm von ${name}`,
    seen: 'Alle hier sehen Ihren Bildschirm.',
    waiting: 'Die anderen sehen Ihren Bildschirm wieder, wenn die Verbindung zurück ist.',
    never: 'Bildschirme werden nie analysiert.',
    stop: 'Nicht mehr teilen',
    none: 'Kein Bildschirm wird geteilt.',
    failed: 'Der Bildschirm lässt sich nicht teilen: Ihr Browser oder Ihr System gibt ihn nicht her.',
    tooMuch: 'Ihr Bildschirm hat mehr gesendet, als dieser Server annimmt; er wird nicht mehr geteilt.',
    begun: (name) => `${name} teilt den Bildschirm`,
    ended: (name) => `${name} teilt den Bildschirm nicht mehr`,
  },
  board: {
    people: 'Teilnehmende',
    pages: 'Seiten mit Teilnehmenden',
    before: 'Vorige Teilnehmende',
    more: 'Weitere Teilnehmende',
    page: (page, of) => `${page} von ${of}`,
    microphoneOff: 'Mikrofon aus',
    showsWords: 'zeigt die eigenen Worte',
    picture: (name) => `Bild von ${name}`,
    pin: (name) => `${name} anheften`,
    fullscreen: (name) => `Vollbild: ${name}`,
  },
  moderation: {
    group: (name) => `${name} moderieren`,
    stop: 'Analyse beenden',
    allow: 'Analyse erlauben',
    stopOf: (name) => `Analyse beenden: ${name}`,
    allowOf: (name) => `Analyse erlauben: ${name}`,
    remove: 'Entfernen',
    removeOf: (name) => `Entfernen: ${name}`,
  },
  recording: {
    on: 'Die Ergebnisse dieses Gesprächs werden aufgezeichnet.',
    in: 'Ihre sind dabei.',
    out: 'Ihre sind nicht dabei.',
    ask: 'Dürfen auch Ihre aufgezeichnet werden? Solange Sie nicht zustimmen, sind sie nicht dabei. Bild und Ton werden nie aufgezeichnet.',
    ...{ yes: 'Ja, meine aufzeichnen', no: 'Nein', record: 'Meine aufzeichnen', leaveOut: 'Meine weglassen' },
  },
  devices: {
    names: { camera: 'Kamera', microphone: 'Mikrofon', speaker: 'Lautsprecher' },
    none: 'noch nichts gefunden',
    lost: (source) => `${the[source]} wurde abgezogen oder getrennt.`,
    refused: (source) =>
      `${the[source]} ist nicht erlaubt. Erlauben Sie den Zugriff in der Adressleiste des Browsers (oder in seinen Einstellungen) und versuchen Sie es noch einmal.`,
    missing: (source) =>
      source === 'camera'
        ? 'Keine Kamera gefunden. Schließen Sie eine an und versuchen Sie es noch einmal, oder nehmen Sie ohne teil.'
        : 'Kein Mikrofon gefunden. Schließen Sie eines an und versuchen Sie es noch einmal, oder nehmen Sie ohne teil.',
    busy: (source) =>
      `${the[source]} ist im Moment nicht verfügbar. Vielleicht wird das Gerät von einem anderen Programm benutzt: Beenden Sie es und versuchen Sie es noch einmal.`,
    insecure: (source) =>
      `Diese Seite darf ${source === 'camera' ? 'die Kamera' : 'das Mikrofon'} nicht benutzen. Browser erlauben es nur über https oder auf localhost.`,
    failed: (source) => `${the[source]} lässt sich nicht benutzen.`,
  },
  media: {
    cut: (sources, deaf) => {
      const sense = sources.length > 1 ? 'sieht oder hört' : sources[0] === 'camera' ? 'sieht' : 'hört';
      const reach = sources.length > 1 ? 'erreichen' : 'erreicht';
      const too = deaf ? ', und Sie sehen und hören die anderen nicht' : '';
      return `${yours(sources)} ${reach} den Server nicht: Niemand ${sense} Sie${too}.`;
    },
    deaf: 'Sie sehen und hören die anderen nicht: Was sie senden, kommt bei Ihnen nicht an.',
    network:
      'Vielleicht ist eine Firewall, ein VPN oder ein Proxy im Weg: Schalten Sie das VPN aus, oder versuchen Sie es mit einem anderen Netz oder Browser. ' +
      'Bleibt es so, sagen Sie denen, die diesen Server betreiben, dass Medien keinen Weg zu ihm finden.',
    problem: (source, problem) => {
      switch (problem) {
        case 'no-packets':
          return {
            what: source === 'camera' ? 'Von Ihrer Kamera kommt kein Bild.' : 'Von Ihrem Mikrofon kommt kein Ton.',
            advice:
              'Schalten Sie aus und wieder ein, oder wählen Sie unter „Geräte“ ein anderes Gerät. Vielleicht wird dieses von einem anderen Programm benutzt.',
          };
        case 'picture-size':
        case 'pixel-rate':
          return {
            what: 'Das Bild Ihrer Kamera ist zu groß, um analysiert zu werden.',
            advice:
              'Wählen Sie unter „Geräte“ eine andere Kamera, oder stellen Sie dort ein kleineres Bild ein, wo Sie diese gewählt haben.',
          };
        case 'packet-rate':
        case 'bitrate':
          return {
            what: `${your[source]} sendet mehr, als dieser Server annimmt, und wurde deshalb angehalten.`,
            advice:
              'Wählen Sie unter „Geräte“ ein anderes Gerät, oder verlassen Sie das Gespräch und kommen Sie wieder.',
          };
        case 'overloaded':
          return {
            what: 'Dieser Server kann im Moment niemanden zusätzlich analysieren.',
            advice: 'Das Gespräch geht weiter; die Analyse beginnt von selbst, sobald Platz ist.',
          };
        case 'analysis-crash':
          return {
            what: `${your[source]} wird nicht mehr analysiert: Was davon kommt, hat die Analyse immer wieder beendet.`,
            advice: 'Das Gespräch geht weiter. Mit einem anderen Gerät oder Browser gelingt es vielleicht.',
          };
      }
    },
    peers: {
      unshowable: 'dieser Browser kann das Bild nicht zeigen',
      unplayable: 'dieser Browser kann den Ton nicht abspielen',
      both: 'weder Bild noch Ton kommt durch',
      camera: 'das Bild kommt nicht durch',
      microphone: 'der Ton kommt nicht durch',
    },
  },
  captions: {
    title: 'Untertitel',
    label: 'Untertitel zu dem, was Sie sagen',
    placeholder: 'Tippen Sie ein, was Sie sagen',
    send: 'Senden',
    shown: 'Wird analysiert und allen hier gezeigt. Nicht gespeichert.',
    analysed: 'Wird nur analysiert: niemandem gezeigt, nicht gespeichert.',
    sentShown: 'Gesendet und allen hier gezeigt.',
    sent: 'Zur Analyse gesendet.',
    notSent: (why) => `Nicht gesendet: ${why}`,
    noSpeech: 'Dieser Server erkennt keine Sprache: Worte kommen nur aus Untertiteln.',
    voiceFirst:
      'Schalten Sie auch „Stimme“ ein, damit erkannt wird, was Sie sagen. Bis dahin kommen Worte nur aus Untertiteln.',
    muted: 'Das Mikrofon ist aus: Es wird nichts gehört. Worte kommen nur aus Untertiteln.',
    heard: (language) =>
      `Was Sie sagen, wird auf diesem Server erkannt${language === null ? '' : ` (${language})`}. Nichts davon wird gespeichert.`,
  },
  browserSpeech: {
    label: 'Diesen Browser mitschreiben lassen',
    note: 'Die meisten Browser senden Ihren Ton dafür an ihren Hersteller. Das gehört nicht zu diesem Server.',
    off: 'Die Spracherkennung ist aus.',
    muted: 'Das Mikrofon ist aus: Es wird nichts gehört.',
    listening: 'Hört zu …',
    instead: 'Sie können stattdessen Untertitel eintippen.',
    none: 'dieser Browser hat keine Spracherkennung',
    notStarted: (why) => `Die Spracherkennung startet nicht: ${why}`,
    failures: {
      'not-allowed': 'Der Browser darf das Mikrofon nicht zur Spracherkennung benutzen.',
      'service-not-allowed': 'Die Spracherkennung dieses Browsers ist abgeschaltet.',
      network: 'Der Dienst, mit dem der Browser Sprache erkennt, ist nicht erreichbar.',
      'language-not-supported': 'Die Spracherkennung des Browsers kennt diese Sprache nicht.',
      'audio-capture': 'Die Spracherkennung hat kein Mikrofon gefunden.',
    },
  },
  keys: {
    title: 'Tasten',
    microphone: 'Mikrofon ein oder aus',
    camera: 'Kamera ein oder aus',
    details: 'Details ein oder aus',
    list: 'Diese Liste',
    wanted: 'Diese Tasten gelten',
  },
  course: {
    title: 'Das Gespräch bisher',
    hint:
      'So, wie diese Seite es gehört hat, höchstens zwei Stunden. Nirgends sonst wird es aufbewahrt, und es wird vergessen, wenn Sie ' +
      'die Seite schließen, wenn jemand geht und wenn jemand die Zustimmung zurücknimmt.',
    nothing: 'Bisher wurde nichts analysiert.',
    since: (time, length) => `Seit ${time}, ${length}`,
    of: (name) => `Das Gespräch von ${name}`,
    moments: 'Momente',
    said: 'Was gesagt wurde',
  },
  summary: {
    title: 'Ihr Verlauf in diesem Gespräch',
    report: (name, room) => `${name} in ${room}`,
    whole: 'Das ganze Gespräch',
    overview: 'Insgesamt',
    moments: 'Momente',
    said: 'Was Sie gesagt haben',
    back: 'Zurück zum Eingang',
    hint: 'Ein Ausdruck ist kein Gefühl: Dies ist, was Gesicht, Stimme und Worte ausdrückten, Sekunde für Sekunde eingeschätzt.',
    save: 'Speichern',
    saveHint:
      'Das gehört nur Ihnen und ist nur hier: Der Server behält nichts davon, und es ist weg, wenn Sie diese Seite schließen oder wieder teilnehmen. ' +
      'Von den anderen lässt sich hier nichts speichern; ein ganzes Gespräch wird nur von denen aufgezeichnet, die auf die Frage hin zustimmen.',
    ...{ html: 'Bericht (HTML)', csv: 'Tabelle (CSV)', json: 'Daten (JSON)' },
    notGiven: (path) => `der Server gibt ${path} nicht heraus`,
    notSaved: (why) => `Nicht gespeichert: ${why}`,
  },
  told: {
    roomEnded: 'Die Moderation hat das Gespräch beendet.',
    removed: 'Sie wurden aus dem Gespräch entfernt.',
    noEmotions: 'Mit Ihrer Einladung sind die Emotionen hier nicht zu sehen.',
    seatFailed:
      'Auf dem Server ist etwas fehlgeschlagen, und Ihr Platz im Gespräch ging verloren; Sie treten von selbst wieder bei.',
    allowed: 'Die Moderation lässt Ihre Analyse wieder zu: Schalten Sie ein, dem Sie zustimmen.',
    stopped: 'Die Moderation hat Ihre Analyse beendet. Sie lässt sich erst einschalten, wenn sie wieder erlaubt ist.',
    accessEnds: (time) =>
      `Ihr Zugang endet um ${time}. Um länger zu bleiben, bitten Sie um eine neue Einladung und nehmen Sie damit noch einmal teil.`,
    accessEnded: (time) =>
      `Ihr Zugang ist abgelaufen. Sie bleiben bis ${time} im Gespräch, sehen aber keine Emotionen mehr; ` +
      'Sie können weiterhin die Analyse beenden, stummschalten und das Gespräch verlassen.',
  },
  unsupported:
    'Dieser Browser kann keine Gespräche führen; benutzen Sie einen aktuellen Chrome, Edge, Firefox oder Safari.',
  errors: {
    BAD_MESSAGE: 'Der Server hat diese Seite nicht verstanden. Laden Sie sie neu.',
    MESSAGE_TOO_LARGE: 'Das war mehr, als der Server auf einmal annimmt.',
    RATE_LIMITED: 'Das waren zu viele Anfragen. Warten Sie einen Moment und versuchen Sie es noch einmal.',
    UNAUTHENTICATED: 'Das Zugangstoken fehlt, ist abgelaufen oder gilt hier nicht. Bitten Sie um eine neue Einladung.',
    KEYS_UNAVAILABLE: 'Ihr Zugang lässt sich im Moment nicht prüfen. Versuchen Sie es in einer Minute noch einmal.',
    FORBIDDEN: 'Das erlaubt Ihre Einladung nicht.',
    WRONG_ROOM: 'Ihre Einladung gilt für einen anderen Raum.',
    ORIGIN_REFUSED: 'Der Server nimmt von dieser Adresse keine Gespräche an.',
    CONSENT_REQUIRED: 'Dafür fehlt eine Zustimmung.',
    POLICY_FORBIDS: 'Das ist auf diesem Server für alle oder für Sie abgeschaltet.',
    NOT_FOUND: 'Das gibt es nicht (mehr).',
    WRONG_STATE: 'Das geht im Moment nicht. Laden Sie die Seite neu, wenn es so bleibt.',
    LIMIT_REACHED: 'Der Server oder der Raum ist voll. Versuchen Sie es später noch einmal.',
    UNSUPPORTED_MEDIA: 'Bild oder Ton ist in einer Form, mit der hier niemand umgehen kann.',
    WORKER_DIED: 'Auf dem Server ist ein Teil ausgefallen; er startet ihn neu.',
    OVERLOADED: 'Der Server ist ausgelastet. Versuchen Sie es später noch einmal.',
    CLOSED: 'Der Server wird beendet.',
    INTERNAL: 'Etwas ist fehlgeschlagen. Versuchen Sie es noch einmal.',
    TIMEOUT: 'Der Server hat nicht rechtzeitig geantwortet.',
    UNREACHABLE: 'Der Server ist nicht zu erreichen. Prüfen Sie Ihre Verbindung.',
    BAD_REPLY: 'Der Server sagt etwas, was diese Seite nicht versteht. Laden Sie sie neu.',
  },
};
