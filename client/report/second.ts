import { EMOTIONS, MODALITIES } from '../../src/common/emotions';
import type { ReportData } from '../../src/report/report-data';
import { el } from './dom';
import { clock, nameOf } from './format';
import { spoken } from './languages/spoken';

const { emotions, moments, page } = spoken;
const { capital, likelihood, percent, signed } = spoken.format;

const part = (value: number | null | undefined): number | null => (typeof value === 'number' ? value / 1000 : null);

/** All that is known of one second of one person. */
export function describeSecond(data: ReportData, index: number, second: number): HTMLElement {
  const person = data.people[index];
  const label = person?.label[second];
  const emotion = typeof label === 'number' ? capital(emotions[EMOTIONS[label]!]) : page.nothing;
  const heading = person?.uncertain[second] === 1 && typeof label === 'number' ? page.uncertain(emotion) : emotion;
  const name = data.people.length > 1 ? `${nameOf(data, index, spoken)} · ` : '';
  const box = el('div', { className: 'second' });
  const title = el(
    'div',
    { className: 'second-title' },
    el('b', {}, heading),
    el('span', {}, `${name}${clock(second)}`),
  );
  if (typeof label === 'number') title.style.setProperty('--colour', `var(--${EMOTIONS[label]!})`);
  box.append(title);
  if (!person || typeof label !== 'number') return box;
  const bars = el('div', { className: 'bars' });
  for (const emotion of EMOTIONS) {
    const score = part(person.scores[emotion][second]) ?? 0;
    const fill = el('i');
    fill.style.width = `${100 * score}%`;
    fill.style.background = `var(--${emotion})`;
    bars.append(
      el('span', {}, emotions[emotion]),
      el('span', { className: 'bar' }, fill),
      el('span', { className: 'number' }, likelihood(score)),
    );
  }
  box.append(bars);
  const weights = MODALITIES.flatMap((modality) => {
    const weight = part(person.weight[modality][second]);
    const quality = part(person.quality[modality][second]);
    return weight === null ? [] : [page.counted(modality, percent(weight), quality === null ? null : percent(quality))];
  });
  box.append(
    el(
      'div',
      { className: 'facts' },
      page.mood(signed(part(person.valence[second])), signed(part(person.arousal[second]))),
    ),
    el('div', { className: 'facts' }, weights.join(', ')),
  );
  const said = data.words
    .filter((words) => words.person === index && words.from < second + 1 && words.to > second)
    .map(({ text }) => text)
    .join(' ');
  if (said !== '') box.append(el('div', { className: 'said' }, el('bdi', {}, moments.quoted(said))));
  return box;
}
