"""
Trains the voice's two networks on log-mel on a GPU, all runs of a plan at once, with JAX (0.11.2 with numpy 2.5 made the shipped ones).

    python3 train.py DATA OUT [--steps 8000] [--batch 32] [--limit SECONDS]

DATA is what `emostream train voice --pack-log-mel DATA` wrote. OUT gets the weights of each run, for `train voice --log-mel OUT`.
With a limit all runs take as many steps as there is time for, as timed first; how many is in each record.
"""

import argparse
import datetime
import json
import os
import time
import zlib
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from columns import read_columns, write_columns
from network import answers, initial
from windows import draw_windows

CHUNK = 250
WARM_UP = 100
# As in src/training/train-voice.ts, but for the decay: six times as strong was no worse on validation speakers, each part better.
HIGHEST_RATE, DECAY, CLIP_NORM, AVERAGE_DECAY = 3e-3, 0.3, 2.0, 0.995
SMOOTHING = 0.08


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('data')
    parser.add_argument('out')
    parser.add_argument('--steps', type=int, default=8000)
    parser.add_argument('--batch', type=int, default=32)
    parser.add_argument('--limit', type=float, default=float('inf'))
    parser.add_argument('--chunk', type=int, default=CHUNK)
    asked = parser.parse_args()
    began = time.time()
    say = lambda *what: print(f'{time.time() - began:6.1f} s', *what, flush=True)

    with open(os.path.join(asked.data, 'log-mel-plan.json'), encoding='utf8') as file:
        plan = json.load(file)
    columns = read_columns(os.path.join(asked.data, 'log-mel'))
    data, runs = on_device(columns, plan), plan['runs']
    say(f'{len(columns["labels"])} clips, {len(runs)} runs, {jax.devices()[0].device_kind}')

    drawn = [of_run(columns, set(run['speakers'])) for run in runs]
    drawn = {name: jnp.asarray(np.stack([each[name] for each in drawn])) for name in drawn[0]}
    state = jax.vmap(begin)(jnp.stack([jax.random.PRNGKey(run['seed']) for run in runs]))
    go = partial(some_steps, drawn=drawn, data=data, batch=asked.batch)

    # Compiles, then times; the state of both is thrown away.
    still = jnp.zeros(asked.chunk)
    jax.block_until_ready(go(state, still))
    say('compiled')
    started = time.time()
    jax.block_until_ready(go(state, still))
    a_step = (time.time() - started) / asked.chunk
    steps = asked.steps
    if np.isfinite(asked.limit):
        steps = min(steps, int((asked.limit - (time.time() - began)) / a_step / 1.05) // asked.chunk * asked.chunk)
    if steps <= 0:
        raise SystemExit('There is no time for a step.')
    say(f'{1000 * a_step:.1f} ms a step of all runs, {steps} steps')

    for at in range(0, steps, asked.chunk):
        state, losses = go(state, jnp.asarray(rates(steps)[at : at + asked.chunk], jnp.float32))
        if at // asked.chunk % 4 == 3:
            say(f'step {at + asked.chunk}, loss {float(losses.mean()):.3f}')
    jax.block_until_ready(state)
    taken = {
        **{'steps': steps, 'batch': asked.batch, 'seconds': round(time.time() - began), 'runs': len(runs)},
        **{'device': jax.devices()[0].device_kind, 'jax': jax.__version__},
        'finishedAt': datetime.datetime.now(datetime.UTC).strftime('%Y-%m-%dT%H:%M:%SZ'),
    }
    os.makedirs(asked.out, exist_ok=True)
    for k, run in enumerate(runs):
        keep(asked.out, run, taken, {name: np.asarray(each[k], np.float32) for name, each in {**state['average'], **state['statistics']}.items()})
    say(f'{len(runs)} runs in {asked.out}')


def on_device(columns, plan):
    """Frames are differences over time of differences over bands, deflated: a third of the bytes."""
    mel = np.frombuffer(zlib.decompress(columns['mel'].tobytes()), np.uint8).reshape(-1, 64)
    mel = np.cumsum(np.cumsum(mel, axis=1, dtype=np.uint8), axis=0, dtype=np.uint8)
    offsets = columns['offsets'].astype(np.int32)
    return {
        **{'mel': jnp.asarray(mel), 'offsets': jnp.asarray(offsets[:-1]), 'lengths': jnp.asarray(np.diff(offsets))},
        **{'noise': jnp.asarray(columns['noise'].reshape(plan['colours'], -1, 64)), 'step': plan['step'], 'low': plan['low']},
        **{'labels': jnp.asarray(columns['labels']), 'affect': jnp.asarray(columns['affect'].reshape(7, 2))},
    }


def of_run(columns, speakers):
    """What a run draws from: a corpus by the root of its size; within it each emotion counts alike, and the mean is 1."""
    labels, corpora = columns['labels'], columns['corpora']
    trained = np.isin(columns['speakers'], list(speakers))
    groups = [np.flatnonzero(trained & (corpora == corpus)) for corpus in np.unique(corpora)]
    weights = np.zeros(len(labels), np.float32)
    for own in groups:
        counts = np.bincount(labels[own], minlength=7)
        weights[own] = len(own) / ((counts > 0).sum() * counts[labels[own]])
    sizes = np.array([len(own) for own in groups], np.int32)
    order = np.zeros(len(labels), np.int32)
    order[: sizes.sum()] = np.concatenate(groups)
    upto = np.cumsum(np.sqrt(sizes) / np.sqrt(sizes).sum()).astype(np.float32)
    return {'order': order, 'sizes': sizes, 'starts': (np.cumsum(sizes) - sizes).astype(np.int32), 'upto': upto, 'weights': weights}


def begin(key):
    first, key = jax.random.split(key)
    weights, statistics = initial(first)
    zeros = {name: jnp.zeros_like(value) for name, value in weights.items()}
    return {'weights': weights, 'statistics': statistics, 'first': zeros, 'second': zeros, 'average': weights, 'step': jnp.float32(0), 'key': key}


def rates(steps):
    """Rises over the first epoch, then falls along a cosine, as in src/training/fit.ts."""
    at = np.arange(steps)
    fall = 0.5 * (1 + np.cos(np.pi * (at - WARM_UP) / max(steps - WARM_UP, 1)))
    return HIGHEST_RATE * np.where(at < WARM_UP, (at + 1) / WARM_UP, fall)


@partial(jax.jit, static_argnames='batch')
def some_steps(state, rates, drawn, data, batch):
    one = jax.vmap(partial(one_step, data=data, batch=batch), in_axes=(0, 0, None))
    return jax.lax.scan(lambda now, rate: one(now, drawn, rate), state, rates)


def one_step(state, drawn, rate, data, batch):
    key, group, place, looks, dropout = jax.random.split(state['key'], 5)
    corpus = jnp.searchsorted(drawn['upto'], jax.random.uniform(group, (batch,)), side='right')
    corpus = jnp.minimum(corpus, drawn['upto'].shape[0] - 1)
    clips = jnp.floor(jax.random.uniform(place, (batch,)) * drawn['sizes'][corpus]).astype(jnp.int32)
    clips = drawn['order'][drawn['starts'][corpus] + jnp.minimum(clips, drawn['sizes'][corpus] - 1)]
    x = draw_windows(looks, clips, data)
    targets = jax.nn.one_hot(data['labels'][clips], 7) * (1 - SMOOTHING) + SMOOTHING / 7
    counts = drawn['weights'][clips]

    def loss(weights):
        said, moved = answers(weights, state['statistics'], x, dropout)
        # Each network has to answer alone (src/training/loss.ts).
        return sum(head_loss(logits, affect, targets, targets @ data['affect'], counts) for logits, affect in said), moved

    (value, moved), gradients = jax.value_and_grad(loss, has_aux=True)(state['weights'])
    return {**adam_w(state, gradients, rate), 'statistics': moved, 'key': key}, value


def head_loss(logits, affect, targets, affects, counts):
    crossed = -(targets * jax.nn.log_softmax(logits)).sum(1)
    return (counts * crossed).mean() + 0.5 * (counts * ((affect - affects) ** 2).mean(1)).mean()


def adam_w(state, gradients, rate):
    """src/training/optimiser.ts."""
    step = state['step'] + 1
    norm = jnp.sqrt(sum((each**2).sum() for each in gradients.values()))
    scale = jnp.minimum(1, CLIP_NORM / (norm + 1e-6))
    correction = rate * jnp.sqrt(1 - 0.999**step) / (1 - 0.9**step)
    kept = jnp.minimum(AVERAGE_DECAY, (1 + step) / (10 + step))
    out = {name: {} for name in ('weights', 'first', 'second', 'average')}
    for name, gradient in gradients.items():
        first = 0.9 * state['first'][name] + 0.1 * scale * gradient
        second = 0.999 * state['second'][name] + 0.001 * (scale * gradient) ** 2
        before = state['weights'][name] * ((1 - rate * DECAY) if name.endswith('/kernel') else 1)
        weight = before - correction * first / (jnp.sqrt(second) + 1e-7)
        out['weights'][name], out['first'][name], out['second'][name] = weight, first, second
        out['average'][name] = kept * state['average'][name] + (1 - kept) * weight
    return {**out, 'step': step}


def keep(folder, run, taken, weights):
    """A trained part as src/training/weights-store.ts keeps it."""
    name = f'log-mel-{run["name"]}'
    write_columns(os.path.join(folder, name), {key: values.reshape(-1) for key, values in weights.items()})
    record = {'part': name, 'seed': run['seed'], 'speakers': run['speakers'], **taken}
    with open(os.path.join(folder, f'{name}.record.json'), 'w', encoding='utf8') as file:
        json.dump({'record': record, 'shapes': {key: list(values.shape) for key, values in weights.items()}}, file)


if __name__ == '__main__':
    main()
