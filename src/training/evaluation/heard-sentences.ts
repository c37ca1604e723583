/**
 * What a recogniser wrote for the sentences of own-sentences.ts: spoken by espeak-ng (five voices in turn: en-us, en-gb, en-us+f3,
 * en-gb+f2, en-us+m3; 140 to 176 words a minute), heard by Moonshine Tiny, English, version 2, in sherpa-onnx, each alone. A line: as
 * written, and as heard.
 */
const LINES = `
I am not happy. | I am not happy.
I'm not happy. | I'm not happy.
I don't love you. | I don't love you.
I can't say I enjoyed it. | I can't say I enjoyed it.
I'm far from happy. | I'm far from happy.
It wasn't fun. | It wasn't fun.
That is not funny. | That is not funny.
I didn't like it. | I didn't like it.
This isn't good. | This isn't Claude.
We are not excited. | We are not excited.
She wasn't pleased. | She wasn't pleased.
It was never great. | It was never great.
I am not proud of this. | I am not proud of this.
He didn't enjoy the party. | He didn't enjoy the party.
Nothing about this is wonderful. | Nothing about this is wonderful.
It's not a nice day. | It's not a nice day.
I never liked him. | I never liked him.
They weren't glad to see us. | They weren't glad to see us.
The food was not delicious. | The food was not delicious.
I am hardly thrilled. | I am hardly frail.
I am not sad. | I am not dead.
I am not angry. | I am not angry.
That's not sad. | Let's not dig.
He was never angry. | He was never angry.
I wasn't scared. | I wasn't cared.
It isn't disgusting. | It isn't disgusting.
I'm not afraid of you. | I'm not afraid of you.
I don't hate it. | I don't hate it.
She isn't mad at you. | She isn't mad at you.
We weren't worried. | We weren't worried.
It's not gross. | It's not close.
I'm not disappointed. | I'm not disappointed.
They aren't upset. | The one took a seat.
It wasn't scary. | It wanted carries.
You don't annoy me. | You don't annoy me.
I don't feel lonely. | I don't feel lonely.
He is not furious. | He does not fury us.
There is nothing to be afraid of. | There is nothing to be afraid of.
I never cried. | I never cried.
No one is angry with you. | No one is angry with you.
I wouldn't call that a success. | I wouldn't call that a success.
We didn't have a good time. | We didn't have a good time.
I'm not enjoying this at all. | I'm not enjoying this at all.
It doesn't make me happy. | It doesn't make me happy.
Nobody laughed at his joke. | Nobody laughed at his dog.
I am not really in the mood for a party. | I am not really in the mood for a party.
That's not what I call fun. | That's not what I call for.
I don't think this is great. | I don't think this is great.
Not exactly the best day of my life. | Not enactly, but rest me on my life.
i didnt like the movie | I didn't like the movie.
i'm not feeling great | I'm not feeling great.
that wasn't a nice thing to say | That wasn't a nice thing to say.
She has never been kind to me. | She has never been kind to me.
There was no joy in that house. | And was no joy in that house.
It's hardly a reason to celebrate. | It's hardly a reason to celebrate.
I no longer love my job. | I no longer love my job.
We are less than pleased with the result. | We are less unpleased with the result.
The concert was not amazing. | The concert was not amazing.
I'm not a fan of this. | I'm not a fan of this.
You did not do well. | You did not do well.
I've never enjoyed dancing. | I've never enjoyed dancing.
it isn't fun any more | It isn't fun anymore.
I can't be happy about that. | I can't be happy about merit.
My boss was not satisfied with the report. | My boss was not satisfied with the report.
None of this is exciting. | None of this is exciting.
I don't feel good about it. | I don't feel good about it.
I'm not upset about it any more. | I'm not a set amount, it any more.
Don't worry, I'm not mad. | Don't worry, I'm not mad.
We're not scared of the dark. | We are not scared of the knack.
I am not worried about the exam. | I am not worried about the exam.
It doesn't bother me. | It doesn't bother me.
There's no need to panic. | As no need to panic.
i am not angry with you | I am not angry with you.
i dont hate you | I don't hate you.
she wasnt upset | She was in top set.
I have no fear of flying. | I have no fear of unflying.
He isn't a bad man. | He isn't a bad man.
It's not a tragedy. | It's not a tragic idea.
I wasn't hurt. | I wasn't hurt.
Nobody was injured, thank God. | Nobody was injured. Thank God.
I don't mind the smell. | I don't mind the smell.
You're not stupid. | You're not stupid.
I haven't cried in years. | I haven't cried in years.
It was not as terrible as I feared. | It was not as terrible as I feared.
They never yelled at us. | They never yell at us.
I'm not ashamed of it. | I'm out ashamed of it.
That's nothing to be sad about. | That's nothing to be said about.
I don't dread Mondays any more. | I don't read Monday anymore.
We had no trouble at all. | We had no trouble at all.
The ending isn't depressing. | The ending isn't the pressing.
I wouldn't say it's disgusting. | I wouldn't say it's disgusting.
That spider isn't dangerous. | At Piedelizant, dangerous.
You shouldn't be nervous. | You shot and tweener, Miss.
It wasn't painful. | It wasn't painful.
I can't be angry at you. | I can't be angry at you.
He didn't make me cry. | He didn't make me cry.
I'm not jealous. | I'm not a journalist.
My father never hit anyone. | My father never did any one.
I am no longer depressed. | I am no longer depressed.
We don't resent you for it. | We don't remember to forget it.
I'm not surprised. | I'm not surprised.
That didn't shock anybody. | Not limited to shock and inaudit.
It came as no surprise. | It came as no surprise.
It's not unexpected. | It's not unexpected.
I wasn't even startled. | I wasn't even started old.
That's hardly a shock. | That's hardly a shock.
I'm not keen on the idea. | I'm not keen on the idea.
It did not go well. | It's been hot going well.
I haven't been happy in months. | I haven't been happy in months.
This is not how I wanted to spend my birthday, and it isn't fun. | This is not how I wanted to spend my birthday and it isn't fun.
We're not friends any more. | We are not friends anymore.
Nothing makes me smile these days. | Nothing makes me smile these days.
I couldn't enjoy the holiday. | I couldn't enjoy the harley made.
The service wasn't good. | The service was its blood.
He never says anything nice. | He never sent anything ice.
I do not appreciate your tone. | I do not appreciate your tone.
It isn't exactly paradise. | It is an enactable paradise.
The jokes weren't funny. | The jokes weren't funny.
I'm not impressed. | I'm not impressed.
You're not being very helpful. | You're not being very helpful.
She doesn't love him. | She not untlearned him.
There is nothing good on television. | There is nothing glued on television.
Neither of them was pleased. | Neither of them was pleased.
I'm anything but relaxed. | I'm anything but relaxed.
im not happy with this | In our tapping with this.
it was not a good experience | It was at a door next to the arena's.
we did not win | We did not win.
I can't pretend I'm glad. | I can't pretend I'm glad.
He hardly ever laughs. | He hardly had my laughs.
I don't think anyone had a great time. | I don't think anyone had a great time.
It's been a long time since I wasn't proud to work here, but I'm not proud now. | It's been a long time since I wasn't proud to work here, but I'm not proud now.
Our trip was far from perfect. | Our trip was far from perfect.
That's no way to treat a friend, and it's not nice. | Let snow wait a treat of wind and it's not high.
I didn't find the gift very thoughtful. | I didn't find a gift very thoughtful.
I'm not comfortable with that. | I not comfortable with that.
The cake didn't taste good. | I can't live in a taste of God.
I'm not bothered by it. | I'm not bothered by it.
She's not cross with you. | She's not cross with you.
I didn't cry at the wedding. | I didn't cry at the wedding.
The dog isn't aggressive. | The dog is intub-massive.
It's not sad at all, really. | It's not fair at all, really.
He doesn't frighten me. | He doesn't frighten me.
I'm not in pain. | I'm not in pain.
We were never in danger. | We were never in danger.
Nobody's mad at you, honey. | Nobody's mad at you, hurly.
I don't regret a thing. | I don't regret a thing.
I wasn't offended. | I wasn't offended.
There is no reason to be anxious. | There is no reason to be anxious.
It's not the end of the world. | It's not the end of the world.
You don't have to be afraid. | You don't have to be afraid.
i wasn't angry just tired | I will then thank me just tired.
im not scared of him | He not cared of him.
it wasnt disgusting at all | It wasn't disgusting at all.
I don't feel sick any more. | I don't feel sick anymore.
The smell isn't nasty. | The smell isn't nasty.
I never get annoyed with the kids. | I never get annoyed with the kids.
I am not miserable here. | I am not miserable here.
We didn't fight. | We let it hide.
He wasn't rude to me. | He wanted food to me.
It doesn't hurt any more. | It doesn't hurt anymore.
I'm not freaking out. | I'm not freaking out.
That isn't gross, it's just mud. | That isn't close. It's just mud.
I won't be sad when it's over. | I want to be charged when it's over.
No, I'm not furious. | No, I'm not furious.
I stopped worrying about it. | I stopped worrying about it.
They are not enemies. | They are not enemies.
The film isn't scary. | The film isn't carried.
I hold no grudge against him. | I hold no blood against him.
I have nothing against your sister, I don't hate her. | I have nothing against your sister. I don't hate her.
My daughter is no longer afraid of the water. | My daughter is no longer afraid of the wargo.
That wasn't a problem. | That wasn't a problem.
It's far from tragic. | It's far from tragic.
I can't say that surprises me. | I can't say that surprise of me.
Nobody was amazed. | No, but it was amazed.
We weren't shocked by the price. | We went shocked by the prize.
There was nothing unusual about it. | There was nothing unusual about it.
I am very happy today. | I am very happy to-may.
What a lovely evening, thank you! | What a lovely evening thank you
I'm so glad you came. | I'm so glad you came.
We had a great time. | We have a great time.
i love this song | I love this song.
I can't wait to see you! | I can't wait to see you.
It couldn't have been better. | It cognitive being bad.
I've never been so proud of you. | I've never been so proud of you.
I am so sad today. | I am so sad today.
I miss my grandmother so much. | I miss my grandmother so much.
I feel so alone. | I feel so alone.
That breaks my heart. | Let me make my art.
I cried the whole night. | I cried the foul diet.
My cat died yesterday. | My cat died yesterday.
I'm really angry with you. | I merely angry with you.
I hate this stupid machine! | I hate Liszt to open machine.
You make me so mad. | You make me so mad.
i am sick of your lies | I am sick of your lies.
I can't stand him. | I can't stand him.
I'm scared of the dark. | I'm scared of the dark.
I am terrified of spiders. | I am terrified of spiders.
I'm worried sick about him. | I'm worried to come out, him.
that was so creepy | That wants to repeat.
That is disgusting. | That is disgusting.
Gross, it smells like vomit. | Bros, it smells like vomit.
This food is revolting. | This food is revolting.
Wow, I didn't expect that! | Well, I did a textbook to add.
I can't believe it! | I can't believe it.
What a surprise, you are here! | What a surprise you are here!
The train leaves at half past nine. | The train leads at half past high.
I'm delighted with the result. | I'm delighted with the result.
Thank you so much, you made my day. | Thank you so much. You made my day.
I really enjoyed the concert. | I really enjoyed the concert.
This is the best present ever! | This is the best present ever.
I couldn't be happier for you. | I called him to be happier for you.
we had so much fun | We had so much fun.
Isn't she adorable? | Isn't she adorable?
I never felt better in my life. | I never felt better in my life.
I'm heartbroken. | I'm hard-blockin'.
I've been feeling really down lately. | I've been feeling really dumb lately.
It's so sad that he is gone. | It's so sad that he is gone.
I lost my best friend. | I lost my best friend.
i feel miserable | I feel miserable.
I can't stop crying. | I can't stop crying.
I am furious about this. | I am furious about this.
How dare you talk to me like that! | How now you talk to me like that?
I'm so annoyed with my neighbours. | I'm so annoyed with my neighbours.
Shut up, you idiot! | Shut up, you leave it.
Don't you ever lie to me again! | Don't you ever lie to me again.
I am afraid of what will happen. | I am afraid not what will happen.
I'm so nervous about tomorrow. | I'm so nervous about it tomorrow.
i was frightened to death | I was frightened to get.
Help, somebody is in the house! | Help somebody in the house.
Yuck, that's nasty. | Yuck, that's nasty.
Ew, there is a hair in my soup. | You, there is a theorem in my soup.
it made me want to throw up | It made me want to throw up.
Oh my God, really? I had no idea! | Oh my god, really, I have no idea.
I'm amazed, how did you do that? | I'm amazed how did you do that?
We moved the meeting to Thursday. | We moved amid him to Thursday.
Please send me the file when it's ready. | Please send me my file when it's ready.`;

/** By the sentence as written. */
export const HEARD: ReadonlyMap<string, string> = new Map(
  LINES.trim()
    .split('\n')
    .map((line) => {
      const [written = '', heard = ''] = line.split(' | ');
      return [written, heard] as const;
    }),
);
