"""Samples with the fitted ratios of sampler.json (beside this folder) and numpy alone.

eps(x, t) is your model's guided noise prediction, e_u + s (e_c - e_u), for x [batch, ...] at time t in (0, 1].
"""
import json
import pathlib
from math import factorial

import numpy as np


def load(folder=pathlib.Path(__file__).resolve().parent.parent):
    return json.loads((folder / "sampler.json").read_text())


def ratios(s, nfe, guidance):
    """The fitted ratios; of a setting that was not fitted, those of the polynomial, if there is one."""
    key = f"nfe{nfe}.cfg{guidance:g}"
    if key in s["ratios"]:
        return s["ratios"][key]
    if "cpr" not in s:
        raise KeyError(f"{key}: fitted are {list(s['ratios'])}, and there is no cpr")
    u, v, c = nfe / 50, guidance / 12, np.reshape(s["cpr"], (4, 3, 3))
    by_step = c @ [u * u, u, 1] @ [v * v, v, 1]
    return [1.0 if i < 3 else float((i / nfe) ** np.arange(4) @ by_step) for i in range(1, nfe + 1)]


def weights(r, z, b):  # sum_j r_j^(k-1) c_j = k! z phi_{k+1}(z) / b
    phi = lambda k: sum(z**n / factorial(n + k) for n in range(30))
    right = [factorial(k) * z * phi(k + 1) / b for k in range(1, len(r) + 1)]
    return np.linalg.solve(np.vander(r, increasing=True).T, right)


def sample(x, eps, nfe, guidance=1, s=None, times=None, log_alpha=None):
    s = s or load()
    grid = s["grids"].get(f"nfe{nfe}") or {"times": times, "logAlpha": log_alpha}
    t, la = np.array(grid["times"]), np.array(grid["logAlpha"])
    alpha, sigma = np.exp(la), np.sqrt(-np.expm1(2 * la))
    lam, rho, old = la - np.log(sigma), ratios(s, nfe, guidance), []
    for i in range(1, nfe + 1):
        if i == 1:
            old = [(t[0], lam[0], (x - sigma[0] * eps(x, t[0])) / alpha[0])]
        if rho[i - 1] != 1 and len(old) > 2:  # the newest output, interpolated at a shifted time
            (a, l, m), (b, _, n), (c, _, o) = old[:3]
            u = rho[i - 1] * a + (1 - rho[i - 1]) * b
            lagrange = lambda p, q, w: (u - q) * (u - w) / ((p - q) * (p - w))
            old[0] = (a, l, lagrange(a, b, c) * m + lagrange(b, a, c) * n + lagrange(c, a, b) * o)
        late = s["lowerOrderFinal"] == "always" or (s["lowerOrderFinal"] == "below-10" and nfe < 10)
        order = min(s["order"], i, nfe + 1 - i if late else nfe)
        h, m = lam[i] - lam[i - 1], old[0][2]
        b = -h if s["variant"] == "bh1" and s["solver"] == "unipc" else np.expm1(-h)
        r = [(old[j][1] - lam[i - 1]) / h for j in range(1, order)]
        d = [(old[j][2] - m) / r[j - 1] for j in range(1, order)]
        base = sigma[i] / sigma[i - 1] * x - alpha[i] * np.expm1(-h) * m
        step = lambda c, d: base - alpha[i] * b * sum(w * e for w, e in zip(c, d))
        new = step([0.5] if order == 2 else weights(r, -h, b), d)
        if i < nfe:
            out = (new - sigma[i] * eps(new, t[i])) / alpha[i]
            if s["corrector"] == "true" or (s["corrector"] == "after-first" and i > 1):
                new = step([0.5] if order == 1 else weights(r + [1], -h, b), d + [out - m])
            old = [(t[i], lam[i], out)] + old[:3]
        x = new
    return x
