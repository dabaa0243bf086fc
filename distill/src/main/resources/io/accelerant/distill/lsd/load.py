"""Applies a learned sampler (sampler.json beside this file) with numpy alone.

score(x, t) -> [batch, length, symbols]: your model's concrete scores, own entry 1.
"""
import json
import pathlib
import numpy as np


def load(steps=None, folder=pathlib.Path(__file__).resolve().parent.parent):
    s = json.loads((folder / "sampler.json").read_text())
    return s["schedules"][f"m{steps}"] if steps else s


def transform(s, k, x, scores):
    """The scores of step k, changed as the sampler has learned it; the own entry stays 1."""
    phi, out, v = s["phi"][k], scores.copy(), s["vocabulary"]
    if s["coefficientMode"] == "scale":
        out *= phi
    elif s["coefficientMode"] == "exponent":
        out = np.where(out > 0, out, 0) ** phi
    else:  # posteriorExponent: sharpen the posterior, keep its rate
        c = scores[..., :v].sum(-1, keepdims=True)
        p = (scores[..., :v] / np.where(c > 0, c, 1)) ** phi
        out[..., :v] = c * p / np.maximum(p.sum(-1, keepdims=True), 1e-300)
    np.put_along_axis(out, x[..., None], 1.0, -1)
    return out


def step(s, k, x, scores):
    """Euler transition probabilities of step k: [batch, length, symbols]."""
    if s["predictor"] != "euler" or s["noise"]["kind"] != "loglinear":
        raise ValueError("this example covers the euler predictor with loglinear noise")
    t, u, e = s["times"][k], s["times"][k + 1], s["noise"]["eps"]
    rate = (1 - e) / ((1 - t) + e * t)
    mask = s["vocabulary"] if s["graph"] == "absorb" else None
    q = (x == mask)[..., None] if mask is not None else 1.0 / s["vocabulary"]
    p = (t - u) * rate * q * transform(s, k, x, scores)
    np.put_along_axis(p, x[..., None], 0.0, -1)
    stay = np.maximum(1 - p.sum(-1, keepdims=True), 0)
    np.put_along_axis(p, x[..., None], stay, -1)
    return p / p.sum(-1, keepdims=True)


if __name__ == "__main__":
    s = load()
    print(s["M"], "steps at", [round(t, 4) for t in s["times"]])
    print(s["coefficientMode"], [round(p, 3) for p in s["phi"]])
