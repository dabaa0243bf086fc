"""The peer of `accelerant bench dc-solver`: the same greedy fit with PyTorch's autograd and AdamW.

Usage: dc_solver.py INPUT.json THREADS. Prints one line of JSON: median seconds of a fit, ratios.
The derivative goes through the one evaluation of the corrector, as published; what does not depend on the
ratio is computed once, outside the graph.
"""
import json
import math
import sys
import time

import numpy as np
import torch

spec = json.load(open(sys.argv[1]))
torch.set_num_threads(int(sys.argv[2]))
torch.set_default_dtype(torch.float64)
t, alpha, sigma, lam = (spec[k] for k in ("times", "alpha", "sigma", "lambda"))
steps = len(t) - 1
mixture = spec["mixture"]
mu, deviation, weight = (torch.tensor(mixture[k]) for k in ("means", "deviations", "weights"))
size = mu.shape[1]
noise = torch.tensor(spec["noise"]).view(-1, size)
truth = torch.tensor(spec["truth"]).view(steps + 1, -1, size)
everything = torch.arange(len(weight))
own = everything[torch.tensor(mixture["classes"]) == 0]
# per time and set of components: what does not depend on x
constant = [
    [
        (a * mu[keep], v := a * a * deviation[keep] ** 2 + s * s, weight[keep].log() - size / 2 * v.log())
        for keep in (everything, own)
    ]
    for a, s in zip(alpha, sigma)
]


def exact(x, i, which):
    mean, v, log = constant[i][which]
    d = x[:, None, :] - mean
    r = torch.softmax(log - d.square().sum(-1) / (2 * v), 1) / v
    return sigma[i] * (r[:, :, None] * d).sum(1)


def data(x, i):
    free = exact(x, i, 0)
    guided = free + spec["guidance"] * (exact(x, i, 1) - free)
    return (x - sigma[i] * guided) / alpha[i]


def update(x, old, i, rho):
    """UniPC-2 bh2 from i - 1 to i with the newest output compensated; returns state and outputs."""
    if rho is not None:
        a, b, c = t[i - 1], t[i - 2], t[i - 3]
        u = rho * a + (1 - rho) * b
        mixed = (u - b) * (u - c) / ((a - b) * (a - c)) * old[0] + (u - a) * (u - c) / ((b - a) * (b - c)) * old[1]
        old = [mixed + (u - a) * (u - b) / ((c - a) * (c - b)) * old[2]] + old[1:]
    m, h = old[0], lam[i] - lam[i - 1]
    g = math.expm1(-h)
    base = sigma[i] / sigma[i - 1] * x - alpha[i] * g * m
    order = min(2, i, steps + 1 - i)
    if order == 2:
        r = (lam[i - 2] - lam[i - 1]) / h
        d = (old[1] - m) / r
    predicted = base - alpha[i] * g * 0.5 * d if order == 2 else base
    if i == steps:
        return predicted, old
    out = data(predicted, i)
    if order == 1:
        return base - alpha[i] * g * 0.5 * (out - m), [out] + old[:2]
    z, b1, b2 = -h, None, None
    phi2 = (g / z - 1) / z
    b1, b2 = z * phi2 / g, 2 * z * ((phi2 - 0.5) / z) / g
    c1 = (b2 - b1) / (r - 1)
    return base - alpha[i] * g * (c1 * d + (b1 - c1) * (out - m)), [out] + old[:2]


def fit():
    ratios = [1.0] * steps
    with torch.no_grad():
        x, old = noise, [data(noise, 0)]
    for i in range(1, steps + 1):
        rho = None
        if i > 2:
            rho = torch.ones((), requires_grad=True)
            adamw = torch.optim.AdamW([rho], lr=spec["learningRate"])
            for _ in range(spec["iterations"]):
                adamw.zero_grad(set_to_none=True)
                (update(x, old, i, rho)[0] - truth[i]).square().mean().backward()
                adamw.step()
            ratios[i - 1] = rho.item()
            rho = ratios[i - 1]
        with torch.no_grad():
            x, old = update(x, old, i, rho)
    return ratios


seconds = []
for repeat in range(spec["repeats"] + 2):
    start = time.perf_counter()
    ratios = fit()
    seconds.append(time.perf_counter() - start)
print(json.dumps({"seconds": float(np.median(seconds[2:])), "ratios": ratios}))
