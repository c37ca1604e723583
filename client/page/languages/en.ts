import { en as overlay } from '../../lib/overlay/languages/en.js';
import type { MediaProblem, Modality, Source } from '../../lib/index.js';
import { ENGLISH as parts } from '../../report/words.js';
import type { Doubt, StandingState } from '../session/standing.js';
import type { ShownCode } from './shown-codes.js';

const { listed, together } = overlay.format;
const devices = { camera: 'camera', microphone: 'microphone' } satisfies Record<Source, string>;
const named = (sources: readonly Source[]): string => together(sources.map((source) => devices[source]));
const names = (modalities: readonly Modality[]): string => listed(modalities.map((each) => overlay.modalities[each]));

const NETWORK =
  'A firewall, a VPN or a proxy may be in the way: switch the VPN off, or try another network or browser. If it stays so, ' +
  'tell whoever runs this server that media find no way to it.';

/**
 * All that the page says, in English: the keys that every language has. A text that is put together is a function, so that
 * each language has its own order of words, and its own forms of plural and case.
 */
export const en = {
  overlay,
  parts,
  /** One's own name. */
  you: (name: string) => `${name} (you)`,
  somebody: 'somebody',
  close: 'Close',
  tryAgain: 'Try again',
  dismiss: 'Dismiss',
  settings: {
    language: 'Language',
    theme: 'Appearance',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  },
  lobby: {
    tagline: 'A video call that shows, if you want it, the emotion in your face, voice and words.',
    name: 'Your name',
    room: 'Room',
    token: 'Access token',
    tokenHint: 'Open the personal link you were sent, or paste the token here.',
    devices: 'Camera and microphone',
    preview: 'Preview of your camera',
    turnOn: 'Turn on camera and microphone',
    join: 'Join the call',
    joinWithout: 'Join without camera and microphone',
    joining: 'Joining …',
    nameMissing: 'Please say who you are.',
    roomWrong: 'A room is 1 to 64 letters, digits, "-" or "_", such as "team-1".',
    tokenMissing: 'Please paste your access token.',
    saySomething: 'Say something …',
    heard: 'Your microphone works.',
    explanation:
      'Everyone who enters the same room is in the same call. What is analysed you can change at any time during it: off means off at once. Everyone in the room sees the result on your picture, every second. Pictures, sound and words are analysed on this server as they pass; they are never stored. The result is a machine’s estimate and can be wrong.',
    legal:
      'Emotion recognition at work or in education is forbidden in the European Union (AI Act, Article 5). Whoever runs this server is responsible for its lawful use.',
    engine: (engine: string, device: string | null) => `Analysis runs by ${engine}${device ? ` on ${device}` : ''}.`,
    passedOver: (engines: string) => `Better engines that are not in use: ${engines}.`,
    /** By what the server says; what is not here is shown as it says it. */
    whyNot: {
      missing: 'not here',
      'software-gpu': 'no real GPU',
      failed: 'does not start',
      lost: 'lost while running',
    } as Record<string, string>,
  },
  consent: {
    ask: 'What may be analysed?',
    askHint: 'Off until you turn it on. Everyone in the room sees the result.',
    short: 'Analyse my',
    read: 'What may the others read?',
    forbidden: 'Switched off for everybody on this server.',
    names: { face: 'Face', voice: 'Voice', words: 'Words' } satisfies Record<Modality, string> as Record<
      Modality,
      string
    >,
    face: 'The look on your face, from a few camera pictures a second.',
    /** By what the server hears voices with: `on`: networks that help, `unused`: the engine needs none. */
    voice: (encoder: 'on' | 'unused' | 'none') =>
      `How you sound when you speak, from your microphone${
        {
          on: '; networks that have heard much more speech help, on this server.',
          unused: '.',
          none: ', by small networks alone: they err more often than with the help that a server can have.',
        }[encoder]
      }`,
    wordsTyped: 'What you say, from captions that you type: this server recognises no speech.',
    /** @param language its name; null: any */
    wordsHeard: (language: string | null) =>
      `What you say, recognised on this server${language === null ? '' : ` (${language})`} while Voice is on, too; and captions that you type.`,
    show: 'Show my words',
    /** With little room, beside `short`. */
    showShort: 'Show my words',
    showWhat: 'Everyone in the room reads what you say, as subtitles on your picture. Only with Words on.',
    wordsFirst: 'Turn on Words first',
  },
  analysis: {
    doubts: {
      offline: 'This device has no network',
      silent: 'The server has been silent for some seconds',
      lost: 'The connection is lost',
    } satisfies Record<Doubt, string> as Record<Doubt, string>,
    nothing: 'Nothing of you is analysed.',
    nothingNow: 'Nothing of you is analysed at the moment.',
    /** @param doubt one of `doubts` */
    unknown: (doubt: string) => `${doubt}: it is not known whether you are being analysed.`,
    agreed: (what: readonly Modality[]) => `You agreed to: ${names(what)}.`,
    on: (what: readonly Modality[]) => `You are being analysed: ${names(what)}.`,
    stuck: (what: readonly Modality[]) => `Agreed to, but it does not get through: ${names(what)}.`,
    off: (sources: readonly Source[]) => `Your ${named(sources)} ${sources.length > 1 ? 'are' : 'is'} off.`,
    seen: (words: boolean) => `Everyone here sees the result${words ? ' and reads your words' : ''}.`,
    stop: 'Stop all',
  },
  call: {
    states: {
      joining: 'joining …',
      connecting: 'connecting …',
      joined: 'connected',
      blocked: 'no media',
      silent: 'no answer …',
      offline: 'no network',
      closing: 'the server restarts …',
      reconnecting: 'reconnecting …',
      ended: 'ended',
    } satisfies Record<StandingState, string> as Record<StandingState, string>,
    /** In the title of the page, behind a dot. */
    analysed: 'analysed',
    /** Before the room's name, for screen readers. */
    inRoom: 'emostream, room ',
    controls: 'Call controls',
    tools: {
      ...{ microphone: 'Mic', camera: 'Camera', subtitles: 'Subtitles', details: 'Details', keys: 'Keys' },
      ...{ devices: 'Devices', invite: 'Invite', leave: 'Leave', course: 'Course' },
    },
    alone: 'You are alone here. Send the invite link to somebody.',
    unblock: 'Click to hear the others',
    joined: (name: string) => `${name} joined`,
    left: (name: string) => `${name} left`,
    invited: 'Invite link copied.',
    inviteLink: (link: string) => `Invite link: ${link}`,
    needsToken: 'Whoever gets it needs an access token of their own.',
    closing: 'The server stops or restarts. You come back by yourself when it is there again.',
    notChanged: (why: string) => `Not changed: ${why}`,
    notRecorded: (why: string) => `Not recorded: ${why}`,
  },
  /** How well picture and sound get through. */
  quality: {
    own: {
      good: 'Your connection is good',
      weak: 'Your connection is weak: the others may see you blurred or late',
      bad: 'Your connection is bad: the others see and hear you with gaps',
    },
    theirs: {
      good: 'Comes through well',
      weak: 'Comes through weakly: now and then something is missing',
      bad: 'Comes through badly: much is missing',
    },
  },
  screen: {
    tool: 'Screen',
    key: 'Share the screen, or stop it',
    of: (name: string) => `${name}’s screen`,
    seen: 'Everyone here sees your screen.',
    waiting: 'The others see your screen again when the connection is back.',
    never: 'No screen is ever analysed.',
    stop: 'Stop sharing',
    none: 'No screen is shared.',
    failed: 'The screen cannot be shared: your browser or your system does not give it.',
    tooMuch: 'Your screen sent more than this server takes, so it is not shared any more.',
    begun: (name: string) => `${name} shares a screen`,
    ended: (name: string) => `${name} shares no screen any more`,
  },
  board: {
    people: 'Participants',
    pages: 'Pages of people',
    before: 'People before',
    more: 'More people',
    page: (page: number, of: number) => `${page} of ${of}`,
    microphoneOff: 'microphone off',
    showsWords: 'shows what they say',
    picture: (name: string) => `Picture of ${name}`,
    pin: (name: string) => `Pin ${name}`,
    fullscreen: (name: string) => `Full screen: ${name}`,
  },
  moderation: {
    group: (name: string) => `Moderate ${name}`,
    stop: 'Stop analysis',
    allow: 'Allow analysis',
    /** Begins with what is written on the button (WCAG 2.5.3). */
    stopOf: (name: string) => `Stop analysis of ${name}`,
    allowOf: (name: string) => `Allow analysis of ${name}`,
    remove: 'Remove',
    removeOf: (name: string) => `Remove ${name} from the call`,
  },
  recording: {
    on: 'This call’s results are being recorded.',
    in: 'Yours are in it.',
    out: 'Yours are left out.',
    ask: 'May yours be recorded, too? Until you say yes they are left out. Never picture or sound.',
    ...{ yes: 'Yes, record mine', no: 'No', record: 'Record mine', leaveOut: 'Leave mine out' },
  },
  devices: {
    names: { camera: 'Camera', microphone: 'Microphone', speaker: 'Loudspeaker' },
    none: 'none found yet',
    lost: (source: Source) => `The ${devices[source]} was unplugged or taken away.`,
    /** Why a device cannot be had (Media Capture and Streams, 10.2). */
    refused: (source: Source) =>
      `The ${devices[source]} is not allowed. Allow it in the browser's address bar (or its settings), then try again.`,
    missing: (source: Source) => `No ${devices[source]} was found. Plug one in and try again, or join without it.`,
    busy: (source: Source) =>
      `The ${devices[source]} cannot be used now. Another program may be using it: close that program and try again.`,
    insecure: (source: Source) =>
      `This page may not use the ${devices[source]}. Browsers allow it only over https or on localhost.`,
    failed: (source: Source) => `The ${devices[source]} cannot be used.`,
  },
  media: {
    /** What does not reach the server. @param deaf nothing of the others comes either */
    cut: (sources: readonly Source[], deaf: boolean) => {
      const sense = sources.length > 1 ? 'sees or hears' : sources[0] === 'camera' ? 'sees' : 'hears';
      const too = deaf ? ', and you cannot see or hear them' : '';
      return `Your ${named(sources)} ${sources.length > 1 ? 'do' : 'does'} not reach the server: nobody ${sense} you${too}.`;
    },
    deaf: 'You cannot see or hear the others: what they send does not reach you.',
    network: NETWORK,
    /** What is wrong with one source, and what to do. */
    problem: (source: Source, problem: Exclude<MediaProblem, 'not-connected'>): { what: string; advice: string } => {
      const device = devices[source];
      switch (problem) {
        case 'no-packets':
          return {
            what: `No ${source === 'camera' ? 'picture' : 'sound'} comes from your ${device}.`,
            advice: 'Switch it off and on again, or choose another under Devices. Another program may be using it.',
          };
        case 'picture-size':
        case 'pixel-rate':
          return {
            what: 'Your camera’s picture is too large to be analysed.',
            advice: 'Choose another camera under Devices, or set a smaller picture where you chose this one.',
          };
        case 'packet-rate':
        case 'bitrate':
          return {
            what: `Your ${device} sends more than this server takes, so it was stopped.`,
            advice: `Choose another ${device} under Devices, or leave and join again.`,
          };
        case 'overloaded':
          return {
            what: 'This server has no room to analyse one more person at the moment.',
            advice: 'The call goes on, and analysis begins by itself when there is room.',
          };
        case 'analysis-crash':
          return {
            what: `Your ${device} is not analysed any more: what it sends ended the analysis again and again.`,
            advice: 'The call goes on. Another device or browser may do better.',
          };
      }
    },
    peers: {
      unshowable: 'this browser cannot show their picture',
      unplayable: 'this browser cannot play their sound',
      both: 'no picture or sound gets through',
      camera: 'no picture gets through',
      microphone: 'no sound gets through',
    },
  },
  captions: {
    title: 'Captions',
    label: 'Caption of what you say',
    placeholder: 'Type a caption of what you say',
    send: 'Send',
    shown: 'Analysed, and shown to everyone here. Not stored.',
    analysed: 'Only analysed: shown to nobody, not stored.',
    sentShown: 'Sent, and shown to everyone here.',
    sent: 'Sent for analysis.',
    notSent: (why: string) => `Not sent: ${why}`,
    noSpeech: 'This server recognises no speech: words come from captions only.',
    voiceFirst: 'Turn on Voice as well for what you say to be recognised. Until then, words come from captions only.',
    muted: 'The microphone is off: nothing is heard. Words come from captions only.',
    /** @param language its name; null: any */
    heard: (language: string | null) =>
      `What you say is recognised on this server${language === null ? '' : `, in ${language}`}. Nothing of it is stored.`,
  },
  browserSpeech: {
    label: 'Let this browser write them',
    note: 'Most browsers send your sound to their maker for this. It is not part of this server.',
    off: 'Speech recognition is off.',
    muted: 'The microphone is off: nothing is heard.',
    listening: 'Listening …',
    instead: 'You can type captions instead.',
    none: 'this browser has no speech recognition',
    notStarted: (why: string) => `Speech recognition does not start: ${why}`,
    /** By the codes of the Web Speech API. */
    failures: {
      'not-allowed': 'The browser may not use the microphone for speech recognition.',
      'service-not-allowed': 'This browser’s speech recognition is switched off.',
      network: 'The browser’s speech recognition service cannot be reached.',
      'language-not-supported': 'The browser’s speech recognition does not know this language.',
      'audio-capture': 'Speech recognition found no microphone.',
    },
  },
  keys: {
    title: 'Keys',
    microphone: 'Microphone on or off',
    camera: 'Camera on or off',
    details: 'Details on or off',
    list: 'This list',
    wanted: 'These keys do something',
  },
  course: {
    title: 'The conversation so far',
    hint:
      'As this page heard it, for two hours at most. It is kept nowhere else, and forgotten when you close the page, ' +
      'when somebody leaves, and when they take back their consent.',
    nothing: 'Nothing was analysed so far.',
    since: (time: string, length: string) => `Since ${time}, ${length}`,
    of: (name: string) => `The conversation of ${name}`,
    moments: 'Moments',
    said: 'What was said',
  },
  summary: {
    title: 'Your course in this call',
    /** What is saved is called. */
    report: (name: string, room: string) => `${name} in ${room}`,
    whole: 'The whole call',
    overview: 'All in all',
    moments: 'Moments',
    said: 'What you said',
    back: 'Back to the lobby',
    hint: 'An expression is not a feeling: this is what a face, a voice and words expressed, as it was judged second by second.',
    save: 'Save it',
    saveHint:
      'This is yours alone, and only here: the server keeps nothing of it, and it is gone when you close this page or join again. ' +
      'Of the others nothing can be saved here; a whole call is recorded only of those who agree when they are asked.',
    ...{ html: 'Report (HTML)', csv: 'Table (CSV)', json: 'Data (JSON)' },
    notGiven: (path: string) => `the server does not give out ${path}`,
    notSaved: (why: string) => `Not saved: ${why}`,
  },
  /** What the server did to one's seat. */
  told: {
    roomEnded: 'A moderator ended the call.',
    removed: 'You were removed from the call.',
    noEmotions: 'Your invitation does not let you see the emotions here.',
    seatFailed: 'Something failed on the server, and you lost your place in the call; you join again by yourself.',
    allowed: 'A moderator lets you be analysed again: switch on what you agree to.',
    stopped: 'A moderator has stopped your analysis. It cannot be switched on until they allow it.',
    accessEnds: (time: string) =>
      `Your access ends at ${time}. To stay longer, ask for a new invitation and join again with it.`,
    accessEnded: (time: string) =>
      `Your access has ended. You stay in the call until ${time}, but see no emotions any more; ` +
      'you can still stop being analysed, mute, and leave.',
  },
  unsupported: 'this browser cannot make calls; use a current Chrome, Edge, Firefox or Safari',
  /** By code, in place of what the server or the library says in English; null: as they say it, which tells more. */
  errors: null as Record<ShownCode, string> | null,
};

/** What the page says, in some language. */
export type PageWords = typeof en;
