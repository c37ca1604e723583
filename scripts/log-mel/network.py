"""The two networks on log-mel, in JAX: those of `melParts` (src/inference/network/voice-encoder.ts), the same names, the same answers."""

import jax
import jax.numpy as jnp
import numpy as np

# Kernels of the convolutions; the stem goes by twos.
CONVOLUTIONS = {'stem': (5, 5, 1, 16), 'conv2': (3, 3, 16, 32), 'conv3': (3, 3, 32, 64), 'conv4': (3, 3, 64, 96)}
STEP = 96
# Numbers of the embedding that each network has.
WIDTH = 16
NETWORKS = ('plain', 'centred')
EPSILON = 1e-3
MOVING_AVERAGE = 0.97


def initial(key):
    """He-normal kernels; the heads' variance as if all four parts of the embedding were there. Returns weights, statistics."""
    weights, statistics = {}, {}
    keys = iter(jax.random.split(key, 32))
    normal = lambda shape, fan_in: jax.random.normal(next(keys), shape) * np.sqrt(2 / fan_in)
    for network in NETWORKS:
        for name, shape in CONVOLUTIONS.items():
            base = f'voice/{network}/{name}'
            weights[f'{base}/kernel'] = normal(shape, np.prod(shape[:3]))
            weights[f'{base}/gamma'], weights[f'{base}/beta'] = jnp.ones(shape[3]), jnp.zeros(shape[3])
            statistics[f'{base}/mean'], statistics[f'{base}/variance'] = jnp.zeros(shape[3]), jnp.ones(shape[3])
        for name, shape, gain in (
            ('step', (4 * CONVOLUTIONS['conv4'][3], STEP), 1),
            ('score', (STEP, 1), 2),
            ('embedding', (2 * STEP, WIDTH), 1),
        ):
            weights[f'voice/{network}/{name}/kernel'] = normal(shape, shape[0] * gain)
            weights[f'voice/{network}/{name}/bias'] = jnp.zeros(shape[1])
        for name, size in (('logits', 7), ('affect', 2)):
            weights[f'voice/{network}/{name}/kernel'] = normal((WIDTH, size), 8 * WIDTH)
    return weights, statistics


def answers(weights, statistics, x, dropout=None):
    """
    What each network says of windows alone. A head has no bias: it is one for all parts of the embedding, and stays 0.
    x: n × 300 × 64 × 1, normalised; dropout: a key, in training
    Returns logits and affect of each network, and the statistics moved towards this batch's (in training).
    """
    keys = (None,) * 4 if dropout is None else jax.random.split(dropout, 4)
    plain, of_plain = listen(weights, statistics, 'plain', x, keys[:2])
    other, of_centred = listen(weights, statistics, 'centred', centred(x), keys[2:])
    return (plain, other), {**of_plain, **of_centred}


def listen(weights, statistics, network, x, keys):
    training, moved, y = keys[0] is not None, {}, x
    for name in CONVOLUTIONS:
        base = f'voice/{network}/{name}'
        y = convolve(y, weights[f'{base}/kernel'], 2 if name == 'stem' else 1)
        mean, variance = statistics[f'{base}/mean'], statistics[f'{base}/variance']
        if training:
            moved[f'{base}/mean'], moved[f'{base}/variance'] = mean, variance
            mean = y.mean((0, 1, 2))
            variance = jnp.maximum((y * y).mean((0, 1, 2)) - mean * mean, 0)
            for leaf, value in (('mean', mean), ('variance', variance)):
                moved[f'{base}/{leaf}'] = MOVING_AVERAGE * moved[f'{base}/{leaf}'] + (1 - MOVING_AVERAGE) * value
        scale = weights[f'{base}/gamma'] * jax.lax.rsqrt(variance + EPSILON)
        y = jax.nn.relu((y - mean) * scale + weights[f'{base}/beta'])
        if name != 'conv4':
            y = pool(y)
    dense = lambda name, values: values @ weights[f'voice/{network}/{name}/kernel']
    biased = lambda name, values: dense(name, values) + weights[f'voice/{network}/{name}/bias']
    flat = drop(keys[0], y.reshape(*y.shape[:2], -1), 0.1)
    features = jax.nn.relu(biased('step', flat))
    attention = jax.nn.softmax(biased('score', features), axis=1)
    mean = (features * attention).sum(1)
    variance = ((features - mean[:, None]) ** 2 * attention).sum(1)
    pooled = jnp.concatenate([mean, jnp.sqrt(variance + 1e-4)], 1)
    embedding = jax.nn.relu(biased('embedding', drop(keys[1], pooled, 0.3)))
    return (dense('logits', embedding), jnp.tanh(dense('affect', embedding))), moved


def centred(x):
    """Without the mean over the loud frames of each band."""
    loudness = jnp.clip(x.mean(2, keepdims=True) + 1.5, 0, 1)
    mean = (x * loudness).sum(1, keepdims=True) / jnp.maximum(loudness.sum(1, keepdims=True), 1)
    return jnp.clip(x - mean, -3, 3)


def convolve(x, kernel, stride):
    """
    TensorFlow's `same` convolution as one matrix product: under `vmap` a convolution of JAX is one of groups, and those are slow.
    """
    height, width, inputs, filters = kernel.shape
    rows, columns = -(-x.shape[1] // stride), -(-x.shape[2] // stride)
    missing = [max((out - 1) * stride + side - size, 0) for out, side, size in zip((rows, columns), kernel.shape, x.shape[1:])]
    x = jnp.pad(x, [(0, 0), *[(each // 2, each - each // 2) for each in missing], (0, 0)])
    patches = [
        x[:, row : row + stride * (rows - 1) + 1 : stride, column : column + stride * (columns - 1) + 1 : stride]
        for row in range(height)
        for column in range(width)
    ]
    return jnp.concatenate(patches, 3) @ kernel.reshape(height * width * inputs, filters)


def pool(y):
    """The maximum of each two by two; y is not negative, so what is padded never is the maximum alone."""
    n, rows, columns, channels = y.shape
    y = jnp.pad(y, [(0, 0), (0, rows % 2), (0, columns % 2), (0, 0)])
    return y.reshape(n, -(-rows // 2), 2, -(-columns // 2), 2, channels).max((2, 4))


def drop(key, x, rate):
    return x if key is None else x * jax.random.bernoulli(key, 1 - rate, x.shape) / (1 - rate)
