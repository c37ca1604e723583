import type { Agreement } from '../../common/consent.js';
import type { HostedErrorCode } from '../../common/hosted-answers.js';
import type { JudgedFace, PictureAnswer, PictureRefusal } from '../../common/picture-answer.js';
import { TokenBucket } from '../../common/token-bucket.js';
import type { DirectTrack } from '../../sfu/index.js';
import { FaceIds } from './face-ids.js';
import type { Medium, MediumEnv } from './medium.js';
import { expressions } from './names.js';
import { declared, read } from './read-message.js';
import { FACE_DEFAULTS, PICTURE_FORMAT, type VideoMessage, videoUpdateSchema } from './schemas.js';

/** As many pictures a second as faces are searched for in, and so many at once. */
const FRAMES = { burst: 8, perSecond: 4 };
/** Pictures that are not answered yet, and their bytes. */
const MAX_PENDING = 8;
const MAX_PENDING_BYTES = 8 * 2 ** 20;
/** A picture that has no answer by then gets none: its process ended, say. */
const DEADLINE_MS = 5000;
/** So many failures in a row end the session. */
const MAX_FAILURES = 5;
/** Of the clock of RTP; pictures have none here. */
const CLOCK_RATE = 90_000;

interface Pending {
  id: number;
  bytes: number;
  sentMs: number;
  answer: PictureAnswer | undefined;
}

const REFUSALS: Record<Exclude<PictureRefusal, 'consent'>, { code: HostedErrorCode; message: string }> = {
  malformed: { code: 'invalid_image_frame', message: 'this is no whole JPEG picture that can be decoded' },
  'too-large': { code: 'invalid_image_frame', message: 'the picture has more pixels than are decoded (maxPixelRate)' },
  rate: { code: 'rate_limited', message: 'more pictures came than are looked at: send fewer' },
  overloaded: { code: 'internal_error', message: 'nothing could look at the picture just now: send it again' },
  failed: { code: 'internal_error', message: 'the picture could not be judged' },
};

/** Pictures of one session: each is answered by itself, in the order in which they came. */
export class VideoMedium implements Medium {
  readonly source = 'camera';
  readonly modality = 'face';
  readonly declares = { face: true, voice: false, words: false };
  readonly #env: MediumEnv;
  readonly #rate: TokenBucket;
  readonly #ids = new FaceIds();
  #face = { ...FACE_DEFAULTS };
  #track: DirectTrack | undefined;
  #pending: Pending[] = [];
  #next = 1;
  #lastMs = 0;
  #received = 0;
  #results = 0;
  #measured = 0;
  #failures = 0;
  #cancelDeadline: () => void = () => undefined;
  #onDone: (() => void) | undefined;

  constructor(env: MediumEnv) {
    this.#env = env;
    this.#rate = new TokenBucket(FRAMES.burst, FRAMES.perSecond, env.clock);
  }

  get config() {
    return { image: PICTURE_FORMAT, face: this.#face };
  }

  get totals() {
    return { received: { frames: this.#received }, produced: { measurements: this.#measured } };
  }

  configure(message: unknown): Agreement | undefined {
    const { face, consent } = read(videoUpdateSchema, message);
    this.#face = {
      threshold: face?.threshold ?? FACE_DEFAULTS.threshold,
      min_size: face?.min_size ?? FACE_DEFAULTS.min_size,
    };
    return declared(consent);
  }

  frame(data: Buffer): boolean {
    const waiting = this.#pending.reduce((sum, { bytes }) => sum + bytes, data.byteLength);
    if (data.byteLength === 0) return this.#answered(data, 'malformed');
    if (!this.#rate.take() || this.#pending.length >= MAX_PENDING || waiting > MAX_PENDING_BYTES) {
      return this.#answered(data, 'rate');
    }
    const { clock, consentedMs } = this.#env;
    this.#track ??= this.#env.track({
      codec: 'JPEG',
      clockRate: CLOCK_RATE,
      answered: (answer) => this.#take(answer),
      taken: (taken) => {
        if (!taken) this.#takeAll(this.#env.consents ? 'overloaded' : 'consent');
      },
    });
    const now = clock();
    const mediaTime = (this.#lastMs = Math.max(now, consentedMs + 1, this.#lastMs + 1));
    const pending = this.#enqueue(data);
    const sent = this.#track.send({ data, mediaTime, arrivalMs: now, question: pending.id });
    if (!sent) this.#take({ question: pending.id, refused: 'overloaded' });
    return true;
  }

  finish(done: () => void): void {
    this.#onDone = done;
    this.#flush();
  }

  close(): void {
    this.#cancelDeadline();
    this.#pending = [];
    this.#track?.close();
  }

  /** Refused here: the answer waits for its turn, like any. */
  #answered(data: Buffer, refused: PictureRefusal): false {
    const { id } = this.#enqueue(data);
    this.#take({ question: id, refused });
    return false;
  }

  #enqueue(data: Buffer): Pending {
    const pending = { id: this.#next++, bytes: data.byteLength, sentMs: this.#env.clock(), answer: undefined };
    this.#pending.push(pending);
    if (this.#pending.length === 1) this.#watch();
    return pending;
  }

  #take(answer: PictureAnswer): void {
    const pending = this.#pending.find(({ id }) => id === answer.question);
    // It was given up, or is answered already.
    if (!pending || pending.answer) return;
    pending.answer = answer;
    this.#flush();
  }

  #takeAll(refused: PictureRefusal): void {
    for (const { id } of [...this.#pending]) this.#take({ question: id, refused });
  }

  #flush(): void {
    while (this.#pending[0]?.answer) this.#tell(this.#pending.shift()!.answer!);
    this.#watch();
    if (this.#pending.length > 0 || !this.#onDone) return;
    const done = this.#onDone;
    this.#onDone = undefined;
    done();
  }

  #watch(): void {
    this.#cancelDeadline();
    const [oldest] = this.#pending;
    if (!oldest) return;
    const leftMs = Math.max(0, oldest.sentMs + DEADLINE_MS - this.#env.clock());
    this.#cancelDeadline = this.#env.later(leftMs, () => this.#take({ question: oldest.id, refused: 'overloaded' }));
  }

  #tell(answer: PictureAnswer): void {
    if ('refused' in answer) return this.#refuse(answer.refused);
    this.#failures = 0;
    this.#received++;
    const faces = answer.face && this.#isListed(answer.face) ? [this.#describe(answer.face)] : [];
    this.#measured += faces.length;
    const result: VideoMessage = { type: 'measurement.result', frame_id: this.#results++, faces };
    this.#env.send(result);
  }

  #refuse(refused: PictureRefusal): void {
    if (refused === 'consent') return this.#env.failForConsent();
    const { code, message } = REFUSALS[refused];
    if (code === 'internal_error') this.#received++;
    this.#failures = code === 'internal_error' ? this.#failures + 1 : 0;
    if (this.#failures >= MAX_FAILURES) return this.#env.fail(code, `${message}; so many in a row end the session`);
    this.#env.refuse(code, message);
  }

  #isListed({ box, certainty }: JudgedFace): boolean {
    return certainty >= this.#face.threshold && Math.min(box.width, box.height) >= this.#face.min_size;
  }

  #describe({ box, certainty, probabilities, valence, arousal, confidence, uncertain }: JudgedFace) {
    return {
      face_id: this.#ids.of(box, this.#env.clock()),
      bbox: [box.x, box.y, box.x + box.width, box.y + box.height],
      confidence: Math.min(1, Math.max(0, certainty)),
      expressions: expressions(probabilities),
      descriptions: [],
      emostream: { valence, arousal, confidence, uncertain },
    };
  }
}
