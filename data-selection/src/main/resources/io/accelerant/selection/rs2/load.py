"""Draws the ids of a round anew with numpy alone: python python/load.py ROUND"""
import json
import os
import sys

import numpy as np

U = np.uint64


def mix(z):
    """SplitMix64 on an array of 64-bit words."""
    z = z + U(0x9E3779B97F4A7C15)
    z = (z ^ (z >> U(30))) * U(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> U(27))) * U(0x94D049BB133111EB)
    return z ^ (z >> U(31))


def positions(rows, seed, number, table):
    """pi_p(id) of all ids 0 .. rows-1."""
    key = mix(np.array([seed & (2**64 - 1)], U) ^ mix(np.array([number], U)))
    if table:
        words = mix(key + np.arange(rows, dtype=U))
        pi = np.arange(rows)
        for i in range(rows - 1, 0, -1):
            j = int(words[i] % U(i + 1))
            pi[i], pi[j] = pi[j], pi[i]
        return pi
    half = max(1, (int(rows - 1).bit_length() + 1) // 2)
    mask, x = U(2**half - 1), np.arange(rows, dtype=U)
    walking = np.arange(rows)
    while walking.size:  # cycle walking: those that fell outside go on
        left, right = x[walking] >> U(half), x[walking] & mask
        for i in range(6):
            left, right = right, left ^ (mix(right ^ mix(key + U(i))) & mask)
        x[walking] = left << U(half) | right
        walking = walking[x[walking] >= U(rows)]
    return x.astype(np.int64)


def ids(sampler, e):
    """Ids of round e in order of their position; not for stratified subsets."""
    assert "strata" not in sampler, "read the table round, or permute within each class"
    n, k, m = sampler["rows"], sampler["size"], sampler["roundsPerPass"]
    without = sampler["mode"] == "without-replacement"
    number, slot = divmod(e, m) if without else (0 if sampler["mode"] == "static" else e, 0)
    bounds = [-(-s * n // m) for s in (slot, slot + 1)] if sampler["balanced"] else [slot * k, slot * k + k]
    pi = positions(n, sampler["seed"], number, sampler["permutation"] == "TABLE")
    return np.argsort(pi, kind="stable")[bounds[0] : bounds[1]]


if __name__ == "__main__":
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "sampler.json")) as file:
        for i in ids(json.load(file), int(sys.argv[1]) if len(sys.argv) > 1 else 0):
            print(i)
