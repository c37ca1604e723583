import { seeded } from '../support/random.js';

/**
 * Sounds that a microphone in a call hears and that are nobody's voice, each of 30 s at 16 kHz over the noise of a quiet room. The
 * first seven were once judged as emotions, for certain.
 */
export const RATE = 16_000;
const SECONDS = 30;
const LENGTH = RATE * SECONDS;
/** Standard deviation of the room's noise. */
const ROOM = 1e-4;

type Random = () => number;
type Sound = (random: Random) => Float32Array;

export const SOUNDS: Record<string, Sound> = {
  // 120 claps a second: short noise that dies away.
  applause: (random) => {
    const out = silence();
    for (let n = 0; n < 120 * SECONDS; n++) {
      burst(out, random() * SECONDS, { seconds: 0.02, level: 0.3 + 0.7 * random(), random });
    }
    return finish(bandPass(out, 1500, 0.7), -15, random);
  },
  // Sheets being turned: hiss that swells and breaks off at random.
  paper: (random) => {
    const noise = bandPass(white(random), 4000, 1);
    let level = 0;
    let aim = 0;
    for (let i = 0; i < LENGTH; i++) {
      if (random() < 12 / RATE) aim = random() < 0.4 ? 0 : random() ** 2;
      level += (aim - level) * 0.004;
      noise[i]! *= level;
    }
    return finish(noise, -18, random);
  },
  laughter: (random) => finish(laugh(random), -12, random),
  // Seven keys a second, each a press and a release.
  keyboard: (random) => {
    const out = silence();
    for (let t = 0; t < SECONDS; t += (0.6 + 0.8 * random()) / 7) {
      burst(out, t, { seconds: 0.004, level: 0.6 + 0.4 * random(), random });
      burst(out, t + 0.05 + 0.03 * random(), { seconds: 0.003, level: 0.4 * random(), random });
    }
    return finish(bandPass(out, 2500, 0.6), -15, random);
  },
  drums: (random) => {
    const out = silence();
    for (let beat = 0; beat < SECONDS * 4; beat++) {
      const t = beat / 4;
      if (beat % 2 === 0) tone(out, t, { hz: 60, to: 45, seconds: 0.18, level: 1 });
      if (beat % 4 === 2) burst(out, t, { seconds: 0.08, level: 0.6, random });
      burst(out, t, { seconds: 0.02, level: 0.2, random });
    }
    return finish(out, -12, random);
  },
  // A chord of a piano every second.
  chords: (random) => {
    const out = silence();
    const roots = [220, 174.6, 261.6, 196];
    for (let t = 0; t < SECONDS; t++) {
      for (const step of [1, 1.26, 1.5]) note(out, t, { hz: roots[t % 4]! * step, seconds: 0.95, level: 0.3 });
    }
    return finish(out, -12, random);
  },
  fan: (random) => {
    const out = lowPass(white(random), 600);
    for (let i = 0; i < LENGTH; i++) out[i]! += 0.02 * Math.sin((2 * Math.PI * 120 * i) / RATE);
    return finish(out, -25, random);
  },

  // A tune on a wind instrument: one voice, harmonics, vibrato.
  melody: (random) => {
    const out = silence();
    const scale = [262, 294, 330, 349, 392, 440, 494, 523];
    for (let t = 0; t < SECONDS;) {
      const seconds = [0.25, 0.25, 0.5, 0.75][Math.floor(4 * random())]!;
      note(out, t, { hz: 2 * scale[Math.floor(8 * random())]!, seconds, level: 0.5, vibrato: 0.008, held: true });
      t += seconds;
    }
    return finish(out, -12, random);
  },
  // Melody, chords and drums together.
  band: (random) => {
    const parts = ['melody', 'chords', 'drums'].map((name) => SOUNDS[name]!(random));
    return finish(
      Float32Array.from({ length: LENGTH }, (_, i) => parts.reduce((sum, part) => sum + part[i]!, 0)),
      -10,
      random,
    );
  },
  // A cough every 1.5 s: a burst, then a short voiced end.
  coughs: (random) => {
    const out = silence();
    for (let t = 0.3; t < SECONDS - 1; t += 1.2 + 0.6 * random()) {
      burst(out, t, { seconds: 0.05, level: 1, random });
      burst(out, t + 0.08, { seconds: 0.15, level: 0.4, random });
      voiced(out, t + 0.1, { hz: 130, to: 95, seconds: 0.12, level: 0.15 });
    }
    return finish(bandPass(out, 900, 0.4), -12, random);
  },
  // In and out, at the microphone.
  breathing: (random) => {
    const inward = bandPass(white(random), 1800, 0.7);
    const outward = bandPass(white(random), 900, 0.5);
    const out = silence();
    for (let i = 0; i < LENGTH; i++) {
      const phase = (i / RATE / 3.4) % 1;
      if (phase < 0.35) out[i] = inward[i]! * 0.6 * Math.sin((Math.PI * phase) / 0.35);
      else if (phase > 0.42 && phase < 0.9) out[i] = outward[i]! * Math.sin((Math.PI * (phase - 0.42)) / 0.48);
    }
    return finish(out, -20, random);
  },
  barks: (random) => {
    const out = silence();
    for (let t = 0.2; t < SECONDS - 1; t += 0.45 + (random() < 0.25 ? 1.2 : 0.2 * random())) {
      voiced(out, t, { hz: 380, to: 620, seconds: 0.07, level: 0.8, formants: [900, 1800] });
      voiced(out, t + 0.06, { hz: 620, to: 330, seconds: 0.1, level: 1, formants: [1000, 2000] });
      burst(out, t + 0.02, { seconds: 0.08, level: 0.25, random });
    }
    return finish(out, -10, random);
  },
  // Traffic that comes and goes, and a horn every eight seconds.
  street: (random) => {
    const out = lowPass(white(random), 900);
    for (let i = 0; i < LENGTH; i++) out[i]! *= 0.3 + 0.7 * Math.sin((Math.PI * i) / RATE / 5) ** 4;
    const horns = silence();
    for (let t = 3; t < SECONDS - 1; t += 8) {
      for (const hz of [370, 440]) note(horns, t, { hz, seconds: 0.7, level: 0.5, held: true });
    }
    const loudest = peak(out);
    for (let i = 0; i < LENGTH; i++) out[i] = out[i]! / loudest + 0.4 * horns[i]!;
    return finish(out, -18, random);
  },
  knocks: (random) => {
    const out = silence();
    for (let t = 0.2; t < SECONDS - 1; t += 1.6) {
      for (let k = 0; k < 3; k++) {
        tone(out, t + 0.22 * k, { hz: 180, to: 150, seconds: 0.05, level: 1 });
        burst(out, t + 0.22 * k, { seconds: 0.006, level: 0.5, random });
      }
    }
    return finish(lowPass(out, 1500), -12, random);
  },
  dishes: (random) => {
    const out = silence();
    for (let t = 0; t < SECONDS; t += 0.1 + 0.7 * random()) {
      for (let k = 0; k < 4; k++)
        tone(out, t, { hz: 1500 + 4500 * random(), seconds: 0.15 * random(), level: random() });
      burst(out, t, { seconds: 0.003, level: 0.5, random });
    }
    return finish(out, -14, random);
  },
  // A telephone: two tones in turn, a second on and two off.
  ringing: (random) => {
    const out = silence();
    for (let t = 0; t < SECONDS; t += 3) {
      for (let k = 0; k < 20; k++)
        tone(out, t + 0.05 * k, { hz: k % 2 ? 1330 : 1000, seconds: 0.05, level: 0.5, held: true });
    }
    return finish(out, -15, random);
  },
};

/** The sounds by name, the same at every run. */
export function makeSound(name: string): Float32Array {
  const at = Object.keys(SOUNDS).indexOf(name);
  return SOUNDS[name]!(seeded(1000 + at));
}

/** Bursts of 4.5 a second at 270 Hz with breath between, for 1.6 s, and as long nothing. */
function laugh(random: Random): Float32Array {
  const out = silence();
  for (let round = 0; round < SECONDS / 3.2; round++) {
    for (let k = 0; k < 7; k++) {
      const t = round * 3.2 + k / 4.5;
      const hz = 270 * (1 - 0.02 * k) * (0.97 + 0.06 * random());
      voiced(out, t, { hz: hz * 1.05, to: hz * 0.92, seconds: 0.11, level: 1 - 0.06 * k, formants: [700, 1300, 2500] });
      breath(out, t + 0.1, { seconds: 0.11, level: 0.2, random });
    }
  }
  return out;
}

const silence = () => new Float32Array(LENGTH);
const peak = (samples: Float32Array) => samples.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
const white = (random: Random) => Float32Array.from({ length: LENGTH }, () => gaussian(random));

/** Box and Muller 1958. */
function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** To a peak in dBFS, with the room under it. */
function finish(samples: Float32Array, dbfs: number, random: Random): Float32Array {
  const gain = 10 ** (dbfs / 20) / peak(samples);
  return samples.map((value) => gain * value + ROOM * gaussian(random));
}

function add(out: Float32Array, at: number, seconds: number, value: (t: number) => number): void {
  const from = Math.round(at * RATE);
  const to = Math.min(out.length, from + Math.round(seconds * RATE));
  for (let i = Math.max(0, from); i < to; i++) out[i]! += value((i - from) / RATE);
}

/** Noise that dies away to a thousandth in seven times `seconds`. */
function burst(out: Float32Array, at: number, of: { seconds: number; level: number; random: Random }): void {
  add(out, at, 7 * of.seconds, (t) => of.level * Math.exp(-t / of.seconds) * gaussian(of.random));
}

function breath(out: Float32Array, at: number, of: { seconds: number; level: number; random: Random }): void {
  add(out, at, of.seconds, (t) => 0.3 * of.level * Math.sin((Math.PI * t) / of.seconds) * gaussian(of.random));
}

/** A sine that dies away, or is held; it may glide to another pitch. */
function tone(
  out: Float32Array,
  at: number,
  of: { hz: number; to?: number; seconds: number; level: number; held?: boolean },
): void {
  const { hz, to = hz, seconds, level, held = false } = of;
  add(out, at, held ? seconds : 3 * seconds, (t) => {
    const phase = held ? hz * t : to * t + (hz - to) * seconds * (1 - Math.exp(-t / seconds));
    return level * (held ? 1 : Math.exp(-t / seconds)) * Math.sin(2 * Math.PI * phase);
  });
}

/** A tone with harmonics, struck or held. */
function note(
  out: Float32Array,
  at: number,
  of: { hz: number; seconds: number; level: number; vibrato?: number; held?: boolean },
): void {
  const { hz, seconds, level, vibrato = 0, held = false } = of;
  for (let k = 1; k * hz < RATE / 2 && k <= 8; k++) {
    add(out, at, seconds, (t) => {
      const phase = hz * k * (t + (vibrato / (2 * Math.PI * 5.5)) * Math.sin(2 * Math.PI * 5.5 * t));
      const attack = Math.min(1, t / 0.015, (seconds - t) / 0.03);
      return ((level * attack) / k ** 1.3) * (held ? 1 : Math.exp(-2.5 * t)) * Math.sin(2 * Math.PI * phase);
    });
  }
}

/** Pulses of a glottis through resonances: what a throat makes. */
function voiced(
  out: Float32Array,
  at: number,
  of: { hz: number; to: number; seconds: number; level: number; formants?: number[] },
): void {
  const { hz, to, seconds, level, formants = [600, 1200, 2400] } = of;
  const harmonics = Math.floor(4000 / Math.max(hz, to));
  const gains = Array.from({ length: harmonics }, (_, k) => {
    const at = (k + 1) * ((hz + to) / 2);
    return formants.reduce((sum, f, n) => sum + 1 / (n + 1) / (1 + ((at - f) / 130) ** 2), 0.03) / Math.sqrt(k + 1);
  });
  add(out, at, seconds, (t) => {
    const phase = hz * t + ((to - hz) * t * t) / 2 / seconds;
    let sum = 0;
    for (let k = 0; k < harmonics; k++) sum += gains[k]! * Math.sin(2 * Math.PI * (k + 1) * phase);
    return level * Math.sin((Math.PI * t) / seconds) * sum;
  });
}

/** A biquad with its peak at `hz` (R. Bristow-Johnson, Audio EQ cookbook). */
function bandPass(samples: Float32Array, hz: number, q: number): Float32Array {
  const w = (2 * Math.PI * hz) / RATE;
  const alpha = Math.sin(w) / (2 * q);
  const [b0, a0, a1, a2] = [alpha, 1 + alpha, -2 * Math.cos(w), 1 - alpha];
  let [x1, x2, y1, y2] = [0, 0, 0, 0];
  return samples.map((x) => {
    const y = (b0 * x - b0 * x2 - a1 * y1 - a2 * y2) / a0;
    [x2, x1, y2, y1] = [x1, x, y1, y];
    return y;
  });
}

function lowPass(samples: Float32Array, hz: number): Float32Array {
  const share = 1 - Math.exp((-2 * Math.PI * hz) / RATE);
  let [first, second] = [0, 0];
  return samples.map((x) => {
    first += share * (x - first);
    second += share * (first - second);
    return second;
  });
}
