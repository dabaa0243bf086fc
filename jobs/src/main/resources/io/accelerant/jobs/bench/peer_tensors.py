"""The tensors that a peer starts from: float32, of the file that the bench writes into its folder."""
import json
import pathlib

import numpy as np
import torch


def read(folder):
    """Name to tensor."""
    path = pathlib.Path(folder) / "tensors.safetensors"
    with open(path, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        numbers = np.fromfile(path, "<f4", (end - begin) // 4, offset=8 + size + begin)
        tensors[name] = torch.from_numpy(numbers).view(entry["shape"])
    return tensors
