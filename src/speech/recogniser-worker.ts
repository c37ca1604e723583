import { workerData } from 'node:worker_threads';
import { answerRequests } from '../common/answer-requests.js';
import type { SpeechModel } from './model.js';
import { createRecogniser, type PieceSound } from './recogniser.js';
import type { Recognised } from './word-times.js';

/** Entry of the thread in which speech is recognised: one piece after the other, as they are handed to it. */
const recogniser = createRecogniser(workerData as SpeechModel);
answerRequests<PieceSound, Recognised>({ thread: 'speech', answer: (piece) => recogniser.recognise(piece) });
