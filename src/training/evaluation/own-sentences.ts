import { NO_EMOTION_WORD } from './no-emotion-word.js';
import { sentences, type OwnSentence } from './sentence-lines.js';

/**
 * Sentences of our own, by hand; training can make none of them but an emoji alone (test/training/made-sentences.test.ts). `plain`
 * are forty of the plainest kind; features and recipe were chosen on `tuned`; `kept apart` was judged when all was chosen. What is
 * denied may be neutral or the opposite: of pleasant things sad, angry or disgusted, of unpleasant ones happy. `no emotion word`:
 * ten of each of the six emotions, that tell what happened and name no feeling; nothing was chosen on them, but training's own lines of that kind (words/situations.ts) are by
 * the same hand.
 */
export const OWN_SENTENCES: Readonly<Record<string, readonly OwnSentence[]>> = {
  'negated, plain': sentences(`
NSAD I am not happy.
NSAD I'm not happy.
NSAD I don't love you.
NSAD I can't say I enjoyed it.
NSAD I'm far from happy.
NSAD It wasn't fun.
NSAD That is not funny.
NSAD I didn't like it.
NSAD This isn't good.
NSAD We are not excited.
NSAD She wasn't pleased.
NSAD It was never great.
NSAD I am not proud of this.
NSAD He didn't enjoy the party.
NSAD Nothing about this is wonderful.
NSAD It's not a nice day.
NSAD I never liked him.
NSAD They weren't glad to see us.
NSAD The food was not delicious.
NSAD I am hardly thrilled.
NH I am not sad.
NH I am not angry.
NH That's not sad.
NH He was never angry.
NH I wasn't scared.
NH It isn't disgusting.
NH I'm not afraid of you.
NH I don't hate it.
NH She isn't mad at you.
NH We weren't worried.
NH It's not gross.
NH I'm not disappointed.
NH They aren't upset.
NH It wasn't scary.
NH You don't annoy me.
NH I don't feel lonely.
NH He is not furious.
NH There is nothing to be afraid of.
NH I never cried.
NH No one is angry with you.`),
  'negated, tuned': sentences(`
NSAD I wouldn't call that a success.
NSAD We didn't have a good time.
NSAD I'm not enjoying this at all.
NSAD It doesn't make me happy.
NSAD Nobody laughed at his joke.
NSAD I am not really in the mood for a party.
NSAD That's not what I call fun.
NSAD I don't think this is great.
NSAD Not exactly the best day of my life.
NSAD i didnt like the movie
NSAD i'm not feeling great
NSAD that wasn't a nice thing to say
NSAD She has never been kind to me.
NSAD There was no joy in that house.
NSAD It's hardly a reason to celebrate.
NSAD I no longer love my job.
NSAD We are less than pleased with the result.
NSAD The concert was not amazing.
NSAD I'm not a fan of this.
NSAD You did not do well.
NSAD I've never enjoyed dancing.
NSAD it isn't fun any more
NSAD I can't be happy about that.
NSAD My boss was not satisfied with the report.
NSAD None of this is exciting.
NSAD I don't feel good about it.
NH I'm not upset about it any more.
NH Don't worry, I'm not mad.
NH We're not scared of the dark.
NH I am not worried about the exam.
NH It doesn't bother me.
NH There's no need to panic.
NH i am not angry with you
NH i dont hate you
NH she wasnt upset
NH I have no fear of flying.
NH He isn't a bad man.
NH It's not a tragedy.
NH I wasn't hurt.
NH Nobody was injured, thank God.
NH I don't mind the smell.
NH You're not stupid.
NH I haven't cried in years.
NH It was not as terrible as I feared.
NH They never yelled at us.
NH I'm not ashamed of it.
NH That's nothing to be sad about.
NH I don't dread Mondays any more.
NH We had no trouble at all.
NH The ending isn't depressing.
NH I wouldn't say it's disgusting.
NH That spider isn't dangerous.
NH You shouldn't be nervous.
NH It wasn't painful.
NH I can't be angry at you.
NH He didn't make me cry.
NH I'm not jealous.
NH My father never hit anyone.
NH I am no longer depressed.
NH We don't resent you for it.
N I'm not surprised.
N That didn't shock anybody.
N It came as no surprise.
N It's not unexpected.
N I wasn't even startled.
N That's hardly a shock.`),
  'negated, kept apart': sentences(`
NSAD I'm not keen on the idea.
NSAD It did not go well.
NSAD I haven't been happy in months.
NSAD This is not how I wanted to spend my birthday, and it isn't fun.
NSAD We're not friends any more.
NSAD Nothing makes me smile these days.
NSAD I couldn't enjoy the holiday.
NSAD The service wasn't good.
NSAD He never says anything nice.
NSAD I do not appreciate your tone.
NSAD It isn't exactly paradise.
NSAD The jokes weren't funny.
NSAD I'm not impressed.
NSAD You're not being very helpful.
NSAD She doesn't love him.
NSAD There is nothing good on television.
NSAD Neither of them was pleased.
NSAD I'm anything but relaxed.
NSAD im not happy with this
NSAD it was not a good experience
NSAD we did not win
NSAD I can't pretend I'm glad.
NSAD He hardly ever laughs.
NSAD I don't think anyone had a great time.
NSAD It's been a long time since I wasn't proud to work here, but I'm not proud now.
NSAD Our trip was far from perfect.
NSAD That's no way to treat a friend, and it's not nice.
NSAD I didn't find the gift very thoughtful.
NSAD I'm not comfortable with that.
NSAD The cake didn't taste good.
NH I'm not bothered by it.
NH She's not cross with you.
NH I didn't cry at the wedding.
NH The dog isn't aggressive.
NH It's not sad at all, really.
NH He doesn't frighten me.
NH I'm not in pain.
NH We were never in danger.
NH Nobody's mad at you, honey.
NH I don't regret a thing.
NH I wasn't offended.
NH There is no reason to be anxious.
NH It's not the end of the world.
NH You don't have to be afraid.
NH i wasn't angry just tired
NH im not scared of him
NH it wasnt disgusting at all
NH I don't feel sick any more.
NH The smell isn't nasty.
NH I never get annoyed with the kids.
NH I am not miserable here.
NH We didn't fight.
NH He wasn't rude to me.
NH It doesn't hurt any more.
NH I'm not freaking out.
NH That isn't gross, it's just mud.
NH I won't be sad when it's over.
NH No, I'm not furious.
NH I stopped worrying about it.
NH They are not enemies.
NH The film isn't scary.
NH I hold no grudge against him.
NH I have nothing against your sister, I don't hate her.
NH My daughter is no longer afraid of the water.
NH That wasn't a problem.
NH It's far from tragic.
N I can't say that surprises me.
N Nobody was amazed.
N We weren't shocked by the price.
N There was nothing unusual about it.`),
  'affirmed, tuned': sentences(`
H I am very happy today.
H What a lovely evening, thank you!
H I'm so glad you came.
H We had a great time.
H i love this song
H I can't wait to see you!
H It couldn't have been better.
H I've never been so proud of you.
S I am so sad today.
S I miss my grandmother so much.
SN I feel so alone.
S That breaks my heart.
SA I cried the whole night.
S My cat died yesterday.
AD I'm really angry with you.
AD I hate this stupid machine!
AD You make me so mad.
AD i am sick of your lies
AD I can't stand him.
F I'm scared of the dark.
F I am terrified of spiders.
FS I'm worried sick about him.
F that was so creepy
D That is disgusting.
D Gross, it smells like vomit.
DA This food is revolting.
U Wow, I didn't expect that!
U I can't believe it!
UH What a surprise, you are here!
N The train leaves at half past nine.`),
  'affirmed, kept apart': sentences(`
H I'm delighted with the result.
H Thank you so much, you made my day.
H I really enjoyed the concert.
H This is the best present ever!
H I couldn't be happier for you.
H we had so much fun
H Isn't she adorable?
H I never felt better in my life.
S I'm heartbroken.
S I've been feeling really down lately.
S It's so sad that he is gone.
S I lost my best friend.
S i feel miserable
SA I can't stop crying.
AD I am furious about this.
AD How dare you talk to me like that!
AD I'm so annoyed with my neighbours.
AD Shut up, you idiot!
AD Don't you ever lie to me again!
F I am afraid of what will happen.
F I'm so nervous about tomorrow.
F i was frightened to death
F Help, somebody is in the house!
D Yuck, that's nasty.
D Ew, there is a hair in my soup.
D it made me want to throw up
U Oh my God, really? I had no idea!
UH I'm amazed, how did you do that?
N We moved the meeting to Thursday.
N Please send me the file when it's ready.`),
  emoji: sentences(`
A \u{1f621}
A \u{1f620}
A \u{1f92c}\u{1f92c}
N \u{1f610}
N \u{1f611}
H \u{1f600}
H \u{1f602}
H \u{1f60a}
H \u{1f970}
H ❤️
H \u{1f44d}\u{1f3fd}
H \u{1f389}\u{1f389}\u{1f389}
S \u{1f622}
S \u{1f62d}
S \u{1f494}
S \u{1f61e}
F \u{1f631}
F \u{1f628}
D \u{1f922}
D \u{1f92e}
U \u{1f632}
U \u{1f92f}
A He took my seat again \u{1f621}
S They closed the library \u{1f622}
H I got the keys \u{1f60a}
D Look at this sandwich \u{1f922}`),
  'hidden characters': sentences(`
AD Stop ye\u200blling at me, I ha\u200bte you!
H I am so hap\u00adpy to see you!
S I am so s\u2060a\u2060d, I miss h\u2060er
F I am ter\ufeffrified, that was sc\u200dary
D That is disgus\u200cting and gro\u200fss
AD \u202aI ha\u202cte you, this makes me so ang\u061cry!
H I l\u034fove this so much, th\u180eank you!
H Ｉ ａｍ ｓｏ ｈａｐｐｙ ｔｏ ｓｅｅ ｙｏｕ！
S I’m so sàd, I miss her so múch
AD I \u{1d421}\u{1d41a}\u{1d42d}\u{1d41e} you, you make me so \u{1d41a}\u{1d427}\u{1d420}\u{1d42b}\u{1d432}!
NH I´m not sad.
NH I am n\u200bot an\u00adgry.`),
  'no emotion word': NO_EMOTION_WORD,
};
