"""Runs the policy (config.json and model.safetensors beside this folder) with numpy alone.

load()(observations [rows, n]) -> actions [rows, m]
"""
import json
import pathlib
import struct
import numpy as np


def tensors(path):
    """All F32 tensors of a safetensors file."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    out = {}
    for name, t in header.items():
        if name != "__metadata__":
            if t["dtype"] != "F32":
                raise ValueError(f"{name} is {t['dtype']}, expected F32")
            start, end = (8 + size + o for o in t["data_offsets"])
            out[name] = np.frombuffer(data[start:end], "<f4").reshape(t["shape"])
    return out


def load(folder=pathlib.Path(__file__).resolve().parent.parent):
    c = json.loads((folder / "config.json").read_text())
    w = tensors(folder / "model.safetensors")
    if c.get("squash") != "tanh" or c["activation"] != "relu":
        raise ValueError("not a policy that this file can run")

    def policy(observations):
        x = (np.asarray(observations, float) - c["observation_mean"]) / c["observation_deviation"]
        layers = len(c["hidden"]) + 1
        for i in range(layers):
            x = x @ w[f"layers.{i}.weight"].T.astype(float) + w[f"layers.{i}.bias"]
            x = np.maximum(x, 0) if i < layers - 1 else x
        return c["action_bound"] * np.tanh(x)

    return policy


if __name__ == "__main__":
    policy = load()
    config = json.loads((pathlib.Path(__file__).resolve().parent.parent / "config.json").read_text())
    print(config["environment"], policy(np.zeros((1, config["in"]))))
