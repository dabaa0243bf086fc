"""Samples with the fitted ratios of sampler.json with numpy alone: sample(noise, eps, nfe, guidance).

eps(x, t) is your model's guided noise prediction, e_u + s (e_c - e_u), for x [batch, ...] at t in (0, 1]; a network of
1000 discrete steps (diffusers) takes 1000 t - 1, not rounded: "networkTimes" of sampler.json.
"""
import json, math, pathlib
import numpy as np

def load(folder=pathlib.Path(__file__).resolve().parent.parent):
    return json.loads((folder / "sampler.json").read_text())

def ratios(s, nfe, guidance):
    """The fitted ratios; of a setting that was not fitted, those of the polynomial (KeyError: there is none)."""
    if f"nfe{nfe}.cfg{guidance:g}" in s["ratios"]:
        return s["ratios"][f"nfe{nfe}.cfg{guidance:g}"]
    u, v = nfe / 50, guidance / 12
    by_step = np.reshape(s["cpr"], (4, 3, 3)) @ [u * u, u, 1] @ [v * v, v, 1]
    return [1.0 if i < 3 else float((i / nfe) ** np.arange(4) @ by_step) for i in range(1, nfe + 1)]

def weights(r, z, b, fixed):  # sum_j r_j^(k-1) c_j = k! z phi_{k+1}(z) / b, but 1/2 where the order fixes it
    phi = lambda k: sum(z**n / math.factorial(n + k) for n in range(30))
    right = [math.factorial(k) * z * phi(k + 1) / b for k in range(1, len(r) + 1)]
    return [0.5] if fixed else np.linalg.solve(np.vander(r, increasing=True).T, right)

def sample(x, eps, nfe, guidance=1, s=None, grid=None):  # grid: {"times", "logAlpha"} where nfe was not fitted
    s = s or load()
    if s["threshold"] or "dualFast" in s: raise ValueError("fitted with thresholding or dualFast, which this file lacks")
    t, la = (np.array((grid or s["grids"][f"nfe{nfe}"])[k]) for k in ("times", "logAlpha"))
    alpha, sigma, rho = np.exp(la), np.sqrt(-np.expm1(2 * la)), ratios(s, nfe, guidance)
    lam, late = la - np.log(sigma), s["lowerOrderFinal"] == "always" or s["lowerOrderFinal"] != "never" and nfe < 10
    data = lambda x, i: (x - sigma[i] * eps(x, t[i])) / alpha[i]
    old = [(t[0], lam[0], data(x, 0))]  # newest first: time, lambda, data prediction
    for i in range(1, nfe + 1):
        if rho[i - 1] != 1 and len(old) > 2:  # the newest output becomes an interpolation at a shifted time
            a, b, c = (o[0] for o in old[:3])
            u, part = rho[i - 1] * a + (1 - rho[i - 1]) * b, lambda u, p, q, w: (u - q) * (u - w) / ((p - q) * (p - w))
            mixed = part(u, a, b, c) * old[0][2] + part(u, b, a, c) * old[1][2] + part(u, c, a, b) * old[2][2]
            old[0] = (*old[0][:2], mixed)
        order, h, m = min(s["order"], i, nfe + 1 - i if late else nfe), lam[i] - lam[i - 1], old[0][2]
        b = -h if (s["solver"], s["variant"]) == ("unipc", "bh1") else np.expm1(-h)
        r = [(old[j][1] - lam[i - 1]) / h for j in range(1, order)]
        d = [(old[j][2] - m) / r[j - 1] for j in range(1, order)]
        step = lambda c, d: sigma[i] / sigma[i - 1] * x - alpha[i] * (np.expm1(-h) * m + b * sum(w * e for w, e in zip(c, d)))
        new = step(weights(r, -h, b, order == 2), d)
        if i < nfe:  # the output is stored as it is at the prediction, also where that is corrected
            old = [(t[i], lam[i], data(new, i))] + old[:3]
            if s["corrector"] == "true" or s["corrector"] == "after-first" and i > 1:
                new = step(weights(r + [1], -h, b, order == 1), d + [old[0][2] - m])
        x = new
    return x
