import { sentences } from './sentence-lines.js';

/** Short lines, as people type them, that tell what happened and name no feeling: ten of each emotion but neutral. */
export const NO_EMOTION_WORD = sentences(`
H guess who just got the job!!
H She said yes. We're getting married in June.
H first day of the holidays and the sun is out
H Grandma is coming home from the hospital tomorrow
H we're having twins!
H passed my driving test on the first try
H my baby just took her first steps
H Pizza, a film and the whole evening to ourselves
H three nil, we're going to the final!!
HU look who finally came home after two years abroad
S his chair is still at the table and nobody sits in it
S Dad would have turned sixty today
S we had to put the dog to sleep this morning
SA she moved out and took the cat with her
S another birthday and not a single call
SF the doctors say there is nothing more they can do
SA ten years together and now he won't even look at me
S they're pulling apart the house I grew up in
S I keep typing her number and then I remember
S everyone went home for Christmas and I'm here with the telly
AD he parked across my drive AGAIN
AD forty minutes on hold and then they hung up on me
A who ate my lunch out of the office fridge?
A You read my diary? Get out of my room!
AD they charged me twice and won't give the money back
AD stop interrupting me when I'm talking
AD my neighbour is drilling at six on a Sunday morning
AD she took all the credit for my work in front of the boss
AD that's the third time you've lied to my face
AD so I do all the cleaning and you just sit there?
FU somebody is trying the handle of my front door
F there are footsteps upstairs and I live alone
FU the plane just dropped and the lights went out
F I can't find my son anywhere in this crowd
F the brakes aren't working
F they're calling me about the biopsy in an hour
F that car has been following us since the motorway
F he knows where I live now
F I go under the knife tomorrow and I can't sleep
F water is coming in under the door and it's rising
D there was a cockroach leg in my soup
DA he clips his toenails on the train
DU found something green and furry at the back of the fridge
DA the toilet here hasn't been cleaned in weeks
DA she licked the spoon and put it back in the pot
D maggots. in the bin. so many maggots
DA someone left a used plaster in the swimming pool
DA he sneezed right into the salad bowl
D the dog ate it, brought it up and ate it again
D there's hair all over the soap and it isn't mine
U wait, you two know each other??
U hold on, that was you on the phone?
U it snowed. in July.
UH I opened the door and the whole family was standing there
U since when do you speak Japanese?
U she's HOW old??
UH the quiet kid from school is on national television
U he ran it in under two hours, how??
U turns out my boss is my cousin
UH I looked at my lottery ticket again and it's all six numbers`);
