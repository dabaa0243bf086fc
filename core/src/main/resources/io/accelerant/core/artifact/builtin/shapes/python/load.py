"""Reads the model beside this folder with numpy alone: python python/load.py"""
import json
import os
import sys

import numpy as np

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4"}


def load(path):
    """Tensors of a safetensors file by name."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        start = file.tell()
        tensors = {}
        for name, entry in header.items():
            if name == "__metadata__":
                continue
            begin, end = entry["data_offsets"]
            file.seek(start + begin)
            numbers = np.frombuffer(file.read(end - begin), TYPES[entry["dtype"]])
            if entry["dtype"] == "BF16":  # the upper half of a float32
                numbers = (numbers.astype("<u4") << 16).view("<f4")
            tensors[name] = numbers.reshape(entry["shape"])
    return tensors


if __name__ == "__main__":
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..")
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    weights = load(os.path.join(folder, "model.safetensors"))
    for name, numbers in weights.items():
        print(name, list(numbers.shape))
    total = sum(numbers.size for numbers in weights.values())
    print(config["model_type"], total, "parameters")
