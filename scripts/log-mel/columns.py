"""Columns of numbers as `writePrepared` (src/training/data/prepared.ts) writes them: NAME.bin with NAME.json beside."""

import json

import numpy as np

TYPES = {
    'Uint8Array': np.uint8,
    'Int16Array': np.int16,
    'Uint16Array': np.uint16,
    'Int32Array': np.int32,
    'Float32Array': np.float32,
}
NAMES = {np.dtype(dtype): name for name, dtype in TYPES.items()}


def read_columns(path):
    """The columns of PATH.bin, by name."""
    with open(f'{path}.json', encoding='utf8') as heads, open(f'{path}.bin', 'rb') as file:
        data = file.read()
        columns, at = {}, 0
        for head in json.load(heads):
            dtype = np.dtype(TYPES[head['type']])
            columns[head['name']] = np.frombuffer(data, dtype, head['length'], at)
            at += -(-head['length'] * dtype.itemsize // 4) * 4
    return columns


def write_columns(path, columns):
    """Writes columns of one dimension as PATH.bin and PATH.json."""
    heads = [{'name': name, 'type': NAMES[values.dtype], 'length': values.size} for name, values in columns.items()]
    with open(f'{path}.bin', 'wb') as file:
        for values in columns.values():
            file.write(values.tobytes() + bytes(-values.nbytes % 4))
    with open(f'{path}.json', 'w', encoding='utf8') as file:
        json.dump(heads, file)
