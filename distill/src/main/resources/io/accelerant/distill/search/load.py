"""Samples with the searched schedule of sampler.json with numpy alone: sample(noise, eps, nfe, guidance).

eps(x, t) is your model's guided noise prediction, e_u + s (e_c - e_u), for x [batch, ...] at t in (0, 1]; a network of
1000 discrete steps takes 1000 t - 1, not rounded: "networkTimes" of sampler.json.
"""
import json, math, pathlib
import numpy as np

def load(folder=pathlib.Path(__file__).resolve().parent.parent):
    return json.loads((folder / "sampler.json").read_text())

def phi(k, z):  # sum_n z^n / (n+k)!
    if abs(z) < 1: return sum(z**n / math.factorial(n + k) for n in range(20))
    return np.expm1(z) / z if k == 1 else (phi(k - 1, z) - 1 / math.factorial(k - 1)) / z

def relaxed(e, z):  # the factor of the first derivative
    return {"none": 1, "bh1": .5 / phi(2, z), "bh2": .5 * phi(1, z) / phi(2, z), "more": 1 + .5 * np.expm1(z),
            "less": 1 - .5 * np.expm1(z), "linear": 1 + e["c"] * abs(z)}[e["relaxation"]]

def update(x, e, kind, nodes, t):  # from nodes[0], by what is known at all nodes (alpha, sigma, lambda, x, eps), to t
    if kind == "v3":  # its coefficients, one a dimension
        c, shape, flat = e["coefficients"], x.shape, lambda a: a.reshape(len(x), -1)
        y = np.array(c["keep"]) * flat(x) + np.array(c["constant"])
        return (y + sum(np.array(p) * flat(n[3]) + np.array(q) * flat(n[4]) for p, q, n in zip(c["ofX"], c["ofNoise"], nodes))).reshape(shape)
    (a, s, l), h, data = nodes[0][:3], t[2] - nodes[0][2], kind == "data"
    f = [(n[3] - n[1] * n[4]) / n[0] if data else n[4] for n in nodes]
    z, scale, linear = (-h, t[0], t[1] / s) if data else (h, t[1], t[0] / a)
    r, total = [(n[2] - l) / h for n in nodes[1:]], phi(1, z) * f[0]
    for k, q in enumerate(e["differences"], 1):  # h^k d_k from q differences
        matrix = [[rj**i / math.factorial(i) for rj in r[:q]] for i in range(1, q + 1)]
        w = np.linalg.solve(matrix, [float(i == k) for i in range(1, q + 1)])
        derivative = sum(wj * (fj - f[0]) for wj, fj in zip(w, f[1:]))
        total = total + phi(k + 1, z) * (relaxed(e, z) if k == 1 else 1) * derivative
    return linear * x - scale * z * total

def sample(x, eps, nfe, guidance=1, s=None):
    s = s or load()
    g = s["schedules"][f"nfe{nfe}.cfg{guidance:g}"]  # KeyError: it was not searched
    if s["threshold"]: raise ValueError("searched with thresholding of the data prediction, which this file lacks")
    t, la = np.array(g["times"]), np.array(g["logAlpha"])
    alpha, sigma = np.exp(la), np.sqrt(-np.expm1(2 * la))
    at = list(zip(alpha, sigma, la - np.log(sigma)))
    known = [(*at[0], x, x if g["analyticStart"] else eps(x, t[0]))]  # newest first, the outputs as they were predicted
    for i, step in enumerate(g["steps"], 1):
        y = update(x, step["predictor"], step["expanded"], known, at[i])
        if i == len(g["steps"]): return y
        newest = (*at[i], y, eps(y, t[i]))
        corrected = "corrector" in step
        x = update(x, step["corrector"], step["expanded"], [known[0], newest, *known[1:]], at[i]) if corrected else y
        known = [newest, *known][:4]
