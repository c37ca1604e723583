import type { Emotion } from '../../common/emotions.js';

const list = (text: string): readonly string[] =>
  text
    .trim()
    .split(/\s*\|\s*/u)
    .filter(Boolean);

/** Who a situation is about, in place of `{kin}`. */
export const KIN = list(
  'my brother | my sister | my mum | my dad | my son | my daughter | my uncle | my best friend | our cat',
);

/**
 * What happened, without a word that names a feeling: of such lines corpora of comments have few, and most of them are labelled
 * neutral. By hand; the same of every emotion, and as many that tell of nothing.
 */
export const SITUATIONS: Readonly<Record<Emotion, readonly string[]>> = {
  neutral:
    list(`the shop opens at nine | I put the keys on the table | we take the second road on the left | {kin} lives in Leeds |
    she works in the office next door | the form is on the website | I'll bring the chairs | he has two cats | the door is open |
    there are three rooms upstairs | the bus stops near the school | I left the car behind the church | dinner is at seven |
    he read the letter | we talked on the phone | she went home after work | {kin} called this morning | the bread is in the kitchen |
    the doctor is in until four | he drove to the station | I sent him the file | there is a man at the door | she has a new phone |
    we met at the library`),
  happy:
    list(`we won the match | we got the house | my results are in and it's all top marks | I ran my first marathon | {kin} won the prize |
    the tests came back clean | we've got tickets for the front row | {kin} baked me a cake | we danced until four in the morning |
    he brought me breakfast in bed | long weekend ahead | my song is on the radio | free ice cream for everybody | I got a raise |
    we finally paid off the loan | the baby is smiling at me | {kin} got engaged | look at these puppies | school's out |
    they loved my talk, everybody clapped | snow day, no work | they picked my design | our team scored in the last minute | I made it`),
  sad: list(`{kin} passed away last night | the funeral is on Friday | he left without a word | she doesn't call any more | we broke up |
    {kin} is moving to the other side of the world | nobody came to my party | they closed the shop after forty years |
    I lost my job today | I found his old letters | the house is so empty now | {kin} doesn't know who I am any more |
    I didn't get in | all my photos are gone | it's the last time we're all together | I wish I had said goodbye |
    I eat alone every night | we lost everything in the flood | {kin} is in hospital and won't wake up | he forgot me |
    I gave it all and it wasn't enough | there's no one left to ask | the lights are off and nobody's home | she took off the ring`),
  angry:
    list(`he scratched my car and drove off | they cancelled my order again | my flatmate never washes up | somebody stole my bike |
    she read my messages | he keeps talking over me | they changed the rules without telling anybody | you promised and you did it again |
    who broke my phone? | he blames me for his mistake | they won't pay us | get your hands off my things | shut that dog up |
    this is the fifth time I've called you | he let me wait for two hours | they lost my luggage | leave {kin} alone |
    how many times do I have to say it | he pushed in front of everybody | my landlord kept the deposit | don't you dare touch that |
    you never listen to me | they raised the rent again | he laughed in my face`),
  fearful:
    list(`something is moving in the dark | there's a man outside the window | the lift is stuck and nobody answers |
    I heard a scream next door | the doctor wants to see me at once | the ground is shaking | he has a gun | we have to hide |
    I think someone is behind me | the ice is cracking under us | I can smell smoke and the door is locked | please don't leave me here |
    my hands shake before the exam | the dog is loose and it's coming at me | what if they find out | run, it's coming |
    I don't dare look down | {kin} isn't answering the phone and it's past midnight | the rope is slipping | I can't swim |
    what if it comes back | the engine just caught fire | it's too quiet in here | I keep hearing it scratch at the wall`),
  disgusted:
    list(`there's mould all over the bread | he picked his nose and ate it | the milk has gone to lumps | rats in the kitchen |
    someone threw up on the bus | he spits on the floor | it smells like a sewer in here | there was a fly in my drink |
    his breath smells of old fish | the sink is full of slime | he wiped his hands on the curtain | worms in my apple |
    {kin} hasn't washed in days | the bed was full of bugs | they put the dirty plates back | there's chewing gum in my hair |
    he chews with his mouth open | the meat was grey and sticky | there's something dead under the floor | he burped in my face |
    she never changes her socks | the towel was still wet from someone else | pus came out of it | the bin has been leaking for days`),
  surprised:
    list(`wait, what? | you did what? | he's your brother? | I thought you were in Paris | and then the door opened by itself |
    she's back? already? | it works, and on the first try? | they got married? | so it was you? | the price went up tenfold overnight |
    hang on, that's my old teacher | he shaved it all off? | no one saw that coming | {kin} can sing like that? | what is he doing here? |
    out of nowhere there was a deer on the road | I had no clue | I never knew that | you're leaving? today? | is that real? |
    I look up and there she is | how did you get in? | that's twice the size it was | they gave it to me, of all people`),
};
