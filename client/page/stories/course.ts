import { Conversation } from '../session/conversation.js';
import { OwnCourse } from '../session/own-course.js';
import { adoptEmotionColours } from '../ui/emotion-colours.js';
import { t } from '../languages/current.js';
import { CoursePanel } from '../views/course-panel.js';
import { SummaryView } from '../views/summary.js';
import { minute, words } from './events.js';
import { root } from './stage.js';

const START = Date.UTC(2026, 10, 27, 9, 30);
const PEOPLE: Record<string, string> = {
  me: 'NNNNNNNNNNNNnnNNNNNNHHHHHHHHhhNNNNNN--NNNNNNWWWWwwHHHHHHHHHH',
  Eileen: 'NNNNNNHHHHHHHHHHHHHHHHHHhhnnNNNNNNNNHHHHHHHHHHHHHHHHHHHHHHHH',
  Grace: '..............NNNNNNNNNNNNNNSSSSSSSSSSssssNNNNNNNNAAAAAAaaNN',
  Katherine: 'NNNNNNNNNN..........WWWWWWWW.......hhhhhhhhNNNNNN....nnNNNNN',
};

/** Some minutes of four people. */
function conversation(): Conversation {
  const heard = new Conversation();
  heard.own = 'me';
  for (const [participant, seconds] of Object.entries(PEOPLE)) {
    for (const event of minute(seconds.repeat(5), {}, participant, START)) heard.push(event);
  }
  const say = (participant: string, second: number, text: string) =>
    heard.pushWords(
      words(participant, second, text, {
        ...{ final: true, startMs: START + 1000 * second, endMs: START + 1000 * second + 2400 },
      }),
    );
  say('me', 20, 'Oh, that is good news!');
  say('Eileen', 26, 'I told you so.');
  say('me', 45, 'Wait, who else knows about it?');
  say('Eileen', 51, 'Nobody yet. You are the first, and I would like to keep it that way until Monday.');
  return heard;
}

export function coursePanel(): CoursePanel {
  adoptEmotionColours();
  return new CoursePanel({
    conversation: conversation(),
    nameOf: (participant) => (participant === 'me' ? t().you('Ada') : participant),
  });
}

export function panel(): void {
  const made = coursePanel();
  made.element.hidden = false;
  made.show();
  root.replaceChildren(made.element);
}

export function summary(): void {
  adoptEmotionColours();
  const course = OwnCourse.of({
    ...{ conversation: conversation(), participant: 'me', name: 'Ada', title: 'Ada in team-1', version: '0' },
  });
  if (!course) return;
  const view = new SummaryView({
    ...{ course, room: 'team-1', ended: null },
    reportScript: () => Promise.reject(new Error('this is only a story')),
    onAgain: () => undefined,
  });
  root.replaceChildren(view.element);
}
