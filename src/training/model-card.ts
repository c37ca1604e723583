import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EMOTIONS } from '../common/emotions.js';
import { forWhom, WHAT_WOULD_CHANGE_IT } from './evaluation/for-whom.js';
import type { PartCost } from './evaluation/model-costs.js';
import { percent } from './evaluation/markdown.js';
import { partCards } from './evaluation/part-cards.js';
import type { TestFigures } from './evaluation/test-figures.js';
import { restrictions, userData, userFlags, userTerms } from './evaluation/user-card.js';
import type { Provenance } from './export-model.js';
import { COPIES } from './heard/clip-copies.js';
import { CORPUS_TITLES, FUSION_CONFLICT, MADE, RECOGNISED } from './train-options.js';
import { corporaSeen, type LogMelOrigin, type TrainingRecord } from './weights-store.js';

/** Writes the model card from what training recorded and what evaluation measured. */
export async function writeModelCard(
  folder: string,
  provenance: Provenance,
  results: Record<string, TestFigures>,
  costs: Record<string, PartCost>,
): Promise<void> {
  await writeFile(join(folder, 'README.md'), modelCard(provenance, results, costs));
}

/** What the corpora's terms mean for the weights. */
function terms(corpora: readonly string[]): string {
  const research = `FER2013 and EMO-DB are for research use.${restrictions(corpora)}`;
  const bound = ['RAVDESS', 'nEMO'].filter((name) => corpora.includes(name));
  if (bound.length === 0) return research;
  return `**${bound.join(' and ')} ${bound.length > 1 ? 'are' : 'is'} CC BY-NC-SA 4.0: these weights are offered under the same terms, for non-commercial use only.** ${research}
\`emostream train voice --without ${bound.map((name) => name.toLowerCase()).join(' ')}\`, and the same for fusion, makes weights without.`;
}

function onAGpu({ device, jax, steps, batch, seconds, runs, seed }: LogMelOrigin): string {
  return `
The voice's two networks on log-mel were trained by \`scripts/log-mel/train.py\` (JAX ${jax}) on one ${device}: ${steps} steps of ${batch} windows,
seed ${seed}, ${seconds} s together with the ${runs - 1} others of its plan (a second seed, the folds, the corpora left out).
`;
}

/** What only the read-outs learned of bursts. */
const bursts = `.
  Beside sixteen windows of speech the read-outs learned from one of EmoGator: laughs, sobs, gasps and growls without words, labelled as
  contributors were asked to act (amusement and elation as happy). Contributors whose number ends with 8 were for validation, with 9
  for testing. The networks on log-mel never heard a burst`;

/** A run and the one that it went on from, earliest first. */
function inOrder(record: TrainingRecord): TrainingRecord[] {
  return [...(record.before ? inOrder(record.before) : []), record];
}

export function modelCard(
  { version, bytes, weightsType = 'float16', parameters, parts }: Provenance,
  results: Record<string, TestFigures>,
  costs: Record<string, PartCost>,
): string {
  const corpora = parts.flatMap(corporaSeen);
  const made = parts
    .flatMap(inOrder)
    .map(
      ({ part, command, seed, epochs, bestEpoch, cpuSeconds, corpora }) =>
        `| ${part} | \`${command}\` | ${seed} | ${bestEpoch} of ${epochs} | ${(cpuSeconds / 60).toFixed(1)} | ${corpora.join(', ')} |`,
    );
  const onGpu = parts.flatMap(inOrder).flatMap(({ logMel }) => (logMel ? [logMel] : []));
  const figures = Object.entries(results).map(([name, r]) => {
    const cells = [r.accuracy, r.uar, r.macro_f1, r.weighted_f1].map(percent).join(' | ');
    const certain = r.certain ? `${percent(r.certain.coverage)} | ${percent(r.certain.accuracy)}` : '– | –';
    return `| ${name} | ${r.n} | ${cells} | ${r.ece.toFixed(3)} | ${certain} | ${r.own_head ? percent(r.own_head.accuracy) : '–'} |`;
  });
  const recalls = Object.entries(results).map(
    ([name, { recall }]) =>
      `| ${name} | ${recall.map((value) => (value === null ? '–' : percent(value))).join(' | ')} |`,
  );
  const protocols = Object.entries(results).map(([name, { protocol }]) => `- ${name}: ${protocol}.`);
  return `# Model card: emostream-fusion ${version}

${forWhom(corpora)}

This page is written by \`emostream evaluate\` from \`training.json\` and the figures that it measured; do not edit it.

A network that reads up to 4 face crops (48×48 grey), the trailing 3 s of speech (64-band log-mel) and the trailing words of
one participant, and gives a distribution over ${EMOTIONS.join(', ')}, with valence and arousal. Any of the three may be
absent. ${parameters.toLocaleString('en')} parameters, ${(bytes / 1e6).toFixed(2)} MB (kernels and tables in ${weightsType}).

## How it was made

Trained from random initial values with the commands of this project, nothing copied from elsewhere:

\`emostream data prepare --data DIR${userFlags(corpora)}\`, then

| part | command | seed | best epoch | CPU minutes | corpora |
| --- | --- | --- | --- | --- | --- |
${made.join('\n')}
${onGpu.map(onAGpu).join('\n')}
then \`emostream model export\` and \`emostream evaluate\`. The epoch was chosen on validation data; the test sets were read by
\`emostream evaluate\` alone.

- Face: FER+ vote shares as soft labels. Pictures of the training split that are byte for byte in the validation or test
  split were dropped, and those of the validation split that are in the test split.
- Voice: RAVDESS, EMO-DB and nEMO split by speaker. Test: RAVDESS actors 18-20, EMO-DB speakers 15, 16, nEMO KD0. Validation: actors
  15-17, speakers 12, 13, TP0. "Calm" counts as neutral; boredom is left out. ${COPIES} copies of each clip were heard by the two
  pretrained encoders, which stayed as they are; a linear read-out of mean and deviation over the window was trained on them, each
  encoder's alone, the windows moved from their speaker's mean towards another's.
  Clips were also heard at other speeds, through filters, with noise${onGpu.length > 0 ? '' : ', clipped, and coded with Opus at 10 to 32 kbit/s'};
  six windows of ten lay in the noise of a room, 15 to 60 dB under the voice${corpora.includes(CORPUS_TITLES.emogator) ? bursts : ''}.
- Words: GoEmotions with Ekman's labels, and MELD, each of its lines four times. In training a second head learned the 28 labels
  as annotated; it is not shipped. ${percent(RECOGNISED)} % of the texts were given as a speech recogniser might have written them (words that
  sound alike, lost, joined or torn; no punctuation). ${percent(MADE)} % of the examples were sentences made of frames and word lists
  (\`src/training/words\`), with shares of the emotions set by hand: emotions denied and affirmed, set phrases, things
  that happened told without naming a feeling, emoji. The head's logits were adjusted for the classes' unequal shares (Menon et al. 2021),
  as strongly as did best on validation.
${userData(corpora)}- Fusion: no corpus here has face, voice and words of one person. Fusion and the attention over crops were trained on triples
  matched by label, of different people, ${percent(FUSION_CONFLICT)} % of the companions of a random label, modalities left out at random; on one
  half of the validation data, because encoders are too sure on what they were trained on. The other half chose the epoch,
  the temperatures and the \`uncertain\` threshold.
- Valence and arousal were not annotated in these corpora. They are the expected place of the emotions on the circumplex
  (Russell 1980), so they add no information to the distribution.

${partCards(parts, results, costs)}

## Figures

Intervals, confusion matrices, calibration, published figures, peers and conflict tests are on the
[accuracy page](../README.md). In percent, ECE as a fraction. UAR: mean recall of the classes that occur. "Certain": answers that are not \`uncertain\`. "Without
fusion": the modality's own head, to show that fusion does no harm where one modality is alone.

| test set | n | accuracy | UAR | macro-F1 | weighted F1 | ECE | certain | accuracy of the certain | accuracy without fusion |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${figures.join('\n')}

Recall by emotion:

| test set | ${EMOTIONS.join(' | ')} |
| --- |${EMOTIONS.map(() => ' --- |').join('')}
${recalls.join('\n')}

Protocols:

${protocols.join('\n')}

## Data and terms

| corpus | terms |
| --- | --- |
| FER2013 pictures | gathered from the web, for research |
| FER+ votes (Barsoum et al. 2016) | MIT |
| RAVDESS (Livingstone and Russo 2018) | CC BY-NC-SA 4.0, non-commercial |
| EMO-DB (Burkhardt et al. 2005) | free for research |
| nEMO (Christop 2024) | CC BY-NC-SA 4.0, non-commercial |
| EmoGator (Buhl 2023) | Apache-2.0 |
| GoEmotions (Demszky et al. 2020) | CC BY 4.0 |
| MELD (Poria et al. 2019) | GPL-3 |
${userTerms(corpora)}
${terms(corpora)} The code of the project is not bound by this.

${WHAT_WOULD_CHANGE_IT}

## Intended use and limits

For research, demonstration and self-observation in calls whose participants were told and agreed. What it gives is how an
expression would be labelled by annotators, not what a person feels.

- Voices are acted, by few speakers, in English, German and Polish; spontaneous speech is harder. Words are English.
- "Disgusted" and "fearful" are rare in all corpora: see their recalls.
- Accuracy by skin tone, age, gender, culture, glasses or beard was not measured; the face corpus is known to be unbalanced.
- Light from behind, profiles, and small or covered faces are outside of what was measured.
- Probabilities with several modalities present were calibrated on synthetic triples, and real ones disagree more.

## Legal note

Emotion recognition is regulated. The EU AI Act (Regulation 2024/1689) forbids it at work and in education, except for
medical or safety reasons (Art. 5(1)(f)), and demands elsewhere that people be told (Art. 50(3)). Biometric data also fall
under the GDPR (Art. 9). This is not legal advice.
`;
}
