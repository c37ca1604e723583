"""What the networks of a run of train.py say of windows, to compare with the product's: python3 answer.py FOLDER RUN WINDOWS.f32"""

import json
import sys

import jax
import jax.numpy as jnp
import numpy as np

from columns import read_columns
from network import answers

folder, run, path = sys.argv[1:]
with open(f'{folder}/log-mel-{run}.record.json', encoding='utf8') as file:
    shapes = json.load(file)['shapes']
weights = {name: jnp.asarray(values.reshape(shapes[name])) for name, values in read_columns(f'{folder}/log-mel-{run}').items()}
x = jnp.asarray(np.fromfile(path, np.float32).reshape(-1, 300, 64, 1))
with jax.default_matmul_precision('highest'):
    said, _ = answers(weights, weights, x)
print(json.dumps([{'logits': logits.tolist(), 'affect': affect.tolist()} for logits, affect in said]))
