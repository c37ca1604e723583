"""
Training windows drawn on the device: what src/training/voice-examples.ts and voice-augment.ts draw, but for Opus and clipping, with
speed, tilt, microphones and noise worked on log-mel instead of the waveform, so that no two windows are the same.
"""

import jax
import jax.numpy as jnp
import numpy as np

FRAMES, BANDS = 300, 64
RATE = 16_000
LOW_HZ, HIGH_HZ = 60.0, 7600.0
# Log mel power of what is not there: a clip's loud frames are about 0.
SILENCE = -30.0
# Share of windows whose clip is played by another speaker, microphone and room.
CHANGED = 2 / 3


def to_mel(hz):
    return 2595 * jnp.log10(1 + hz / 700)


MEL_STEP = (to_mel(HIGH_HZ) - to_mel(LOW_HZ)) / (BANDS + 1)
CENTRES = 700 * (10 ** ((to_mel(LOW_HZ) + MEL_STEP * (np.arange(BANDS) + 1)) / 2595) - 1)
OMEGA = 2 * jnp.pi * CENTRES / RATE


def draw_windows(key, clips, data):
    """
    clips: n indices. data: `mel` frames × 64 in steps of `step` from `low`, relative to its clip's level; `offsets`, `lengths` of
    clips; `noise` colours × frames × 64 of log mel power, mean 0
    Returns n × 300 × 64 × 1 as `normaliseLogMel` gives it.
    """
    keys = iter(jax.random.split(key, 32))
    count = clips.shape[0]
    between = lambda low=0.0, high=1.0: jax.random.uniform(next(keys), (count,), minval=low, maxval=high)
    chance = lambda share: between() < share
    changed = chance(CHANGED)

    speed = jnp.where(changed, between(0.87, 1.15), 1)
    length = jnp.floor((data['lengths'][clips] - 1) / speed) + 1
    slack = jnp.where(chance(0.3), jnp.round(0.5 * jnp.minimum(length, FRAMES)), 0)
    first = jnp.minimum(0, FRAMES - length) - slack
    last = jnp.maximum(0, FRAMES - length) + slack
    at = first + jnp.floor(between() * (last - first + 1))
    frames = (jnp.arange(FRAMES) - at[:, None]) * speed[:, None]
    sound = played(frames, speed, clips, data)

    tilt = jnp.where(changed & chance(0.5), between(-0.25, 0.25), 0)[:, None]
    gain = jnp.log(1 + tilt**2 - 2 * tilt * jnp.cos(OMEGA))
    share = 1 - jnp.exp(-2 * jnp.pi * between(3000, 7000) / RATE)
    share = jnp.where(changed & chance(0.15), share, 1)[:, None]
    gain += 2 * jnp.log(share**2 / (1 + (1 - share) ** 2 - 2 * (1 - share) * jnp.cos(OMEGA)))
    sound = sound + gain[:, None]

    # A room (room-noise.ts), then a microphone's noise (voice-augment.ts): dB under the clip's level.
    for some, low, high in ((chance(0.6), 15, 60), (changed & chance(0.25), 12, 40)):
        colour = jax.random.randint(next(keys), (count,), 0, data['noise'].shape[0])
        start = jax.random.randint(next(keys), (count,), 0, data['noise'].shape[1] - FRAMES)
        noise = data['noise'][colour[:, None], start[:, None] + jnp.arange(FRAMES)]
        level = jnp.where(some, -np.log(10) / 10 * between(low, high), 2 * SILENCE)
        sound = jnp.logaddexp(sound, noise + level[:, None, None])

    window = normalise(sound)
    time = masked(between(), between(), 40, FRAMES)[..., None]
    bands = masked(between(), between(), 8, BANDS)[:, None]
    return jnp.where(time | bands, -3.0, window)[..., None]


def played(frames, speed, clips, data):
    """Clips at places between frames, faster or slower: what was at a frequency is at `speed` times it."""
    there = (frames >= 0) & (frames <= data['lengths'][clips][:, None] - 1)
    before = jnp.floor(frames).astype(jnp.int32)
    end = data['lengths'][clips][:, None] - 1
    row = lambda at: data['mel'][data['offsets'][clips][:, None] + jnp.clip(at, 0, end)].astype(jnp.float32)
    sound = row(before) + (frames - before)[..., None] * (row(before + 1) - row(before))
    hz = CENTRES / speed[:, None]
    band = jnp.clip((to_mel(hz) - to_mel(LOW_HZ)) / MEL_STEP - 1, 0, BANDS - 1)
    mixing = jnp.maximum(0, 1 - jnp.abs(band[:, None] - jnp.arange(BANDS)[:, None]))  # n × from × to
    sound = jnp.einsum('ntf,nfo->nto', sound, mixing) * data['step'] + data['low']
    sound = jnp.where((hz > RATE / 2)[:, None], data['low'], sound)
    return jnp.where(there[..., None], sound, SILENCE)


def normalise(sound):
    """`normaliseLogMel`: 9 nats around the 95th percentile of the frames, divided by 3."""
    level = jnp.sort(sound.mean(2), axis=1)[:, int(0.95 * (FRAMES - 1))]
    return jnp.clip(sound - level[:, None, None], -9, 9) / 3


def masked(share, place, most, size):
    """A stretch of at most so many, silenced (SpecAugment, Park et al. 2019)."""
    length = jnp.floor(share * most)
    start = jnp.floor(place * (size - length))
    at = jnp.arange(size)
    return (at >= start[:, None]) & (at < (start + length)[:, None])
