/** A tenth of a second at 16 kHz, and how finely places are tried. */
const SPAN = 1600;
const STEP = 160;

/** Where sound is quietest in [from, to): the middle of the tenth of a second with the least power; of several, nearest to the middle. */
export function quietestPlace(samples: Float32Array, from: number, to: number): number {
  const middle = Math.floor((from + to) / 2);
  const most = Math.max(0, Math.floor((to - from - SPAN) / 2));
  let best = middle;
  let quietest = Infinity;
  for (let away = 0; away <= most; away += STEP) {
    for (const place of [middle - away, middle + away]) {
      const power = powerAround(samples, place);
      if (power >= quietest) continue;
      quietest = power;
      best = place;
    }
  }
  return best;
}

function powerAround(samples: Float32Array, place: number): number {
  let power = 0;
  for (let i = place - SPAN / 2; i < place + SPAN / 2; i++) power += (samples[i] ?? 0) ** 2;
  return power;
}
