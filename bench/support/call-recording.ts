import { readFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { projectFile } from './project-file.js';
import type { VideoSource } from './encode-video.js';
import { makeRecording, type Recording } from './recording.js';
import { OPUS_RATE } from './encode-audio.js';

const WIDTH = 320;
const HEIGHT = 180;
/** What the tap takes of a browser's simulcast: its lowest spatial layer, at the rate of the lowest temporal layer. */
const FRAMES_PER_SECOND = 7.5;
const SECONDS = 8;
/** Packets of 20 ms until the sentence is over. */
const SPOKEN_PACKETS = 190;

/**
 * Eight seconds of a call, over and over: a public-domain portrait that sways as a person in front of a camera does, and
 * a synthetic voice that speaks and pauses (see test/fixtures/README.md).
 */
export function callRecording(): Recording {
  return makeRecording({ video: callVideo(), audio: callSound() });
}

/**
 * The same, of somebody who speaks a share of the time only, their sentence beginning at another time than others': of N people
 * with places spread from 0 to 1, the share of N speak at once.
 */
export function inTurn(recording: Recording, share: number, place: number): Recording {
  if (!recording.audio) return recording;
  const { packets } = recording.audio;
  const spoken = packets.slice(0, SPOKEN_PACKETS);
  const silent = packets.slice(SPOKEN_PACKETS);
  const total = Math.round(spoken.length / share);
  const all = [...spoken, ...Array.from({ length: total - spoken.length }, (_, i) => silent[i % silent.length]!)];
  const first = Math.round(place * total);
  return { ...recording, audio: { packets: [...all.slice(first), ...all.slice(0, first)] } };
}

/** Packets in which the sentence is spoken; before and after it is half a second of silence. */
const SPEECH = { from: 25, to: 163 };

/** The same, of somebody who never pauses: every second has a voice. With the silence between, the emptiest second has 230 ms of it. */
export function withoutPause(recording: Recording): Recording {
  return recording.audio
    ? { ...recording, audio: { packets: recording.audio.packets.slice(SPEECH.from, SPEECH.to) } }
    : recording;
}

/** The pictures of it. */
export function callVideo(): VideoSource {
  const portrait = PNG.sync.read(readFileSync(projectFile('test/fixtures/astronaut.png')));
  const frames = Math.round(SECONDS * FRAMES_PER_SECOND);
  return {
    codec: 'VP8',
    width: WIDTH,
    height: HEIGHT,
    framesPerSecond: FRAMES_PER_SECOND,
    frames,
    keyFrameEvery: frames,
    bitRate: 150_000,
    draw: (index, rgb) => {
      const phase = (2 * Math.PI * index) / frames;
      drawPortrait(portrait, rgb, 12 * Math.sin(phase), 6 * Math.sin(2 * phase));
    },
  };
}

/** The upper part of the portrait fills the height; nearest neighbour will do, the encoder smooths it. */
function drawPortrait(portrait: PNG, rgb: Uint8Array, dx: number, dy: number): void {
  const scale = 300 / HEIGHT;
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const sx = Math.min(portrait.width - 1, Math.max(0, Math.round((x - WIDTH / 2 - dx) * scale + 225)));
      const sy = Math.min(portrait.height - 1, Math.max(0, Math.round((y - dy) * scale)));
      const from = (sy * portrait.width + sx) * 4;
      const to = (y * WIDTH + x) * 3;
      for (let c = 0; c < 3; c++) rgb[to + c] = portrait.data[from + c] ?? 0;
    }
  }
}

/** The spoken fixture at 48 kHz (each 16 kHz sample thrice, linearly joined), with silence up to the whole length. */
export function callSound(): Float32Array {
  const wav = readFileSync(projectFile('test/fixtures/speech-16k.wav'));
  const dataAt = wav.indexOf('data', 12, 'latin1') + 8;
  const samples = Math.floor((wav.length - dataAt) / 2);
  const out = new Float32Array(SECONDS * OPUS_RATE);
  const at = (i: number) => (i < samples ? wav.readInt16LE(dataAt + 2 * i) / 32_768 : 0);
  for (let i = 0; i < samples && 3 * i + 2 < out.length; i++) {
    const [a, b] = [at(i), at(i + 1)];
    for (let k = 0; k < 3; k++) out[3 * i + k] = a + ((b - a) * k) / 3;
  }
  return out;
}
