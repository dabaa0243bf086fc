"""Advantage weights of n transitions on one machine: python trajectory_weights.py N LENGTH"""
import json
import sys
import time
import numpy as np

n, length = int(sys.argv[1]), int(sys.argv[2])
i = np.arange(n)
episode = i // length
reward = (i * 7919 % 1009 - 1009 + np.where(episode % 20 == 0, 300, 0)).astype(float)
observation = np.stack([i * 31 % 997, i * 37 % 991, i * 41 % 983], 1).astype(float)
end = i % length == length - 1

best = np.inf
for _ in range(3):
    start = time.perf_counter()
    first = np.concatenate([[0], np.flatnonzero(end)[:-1] + 1])
    assert np.isfinite(reward).all() and np.isfinite(observation).all()
    g = np.add.reduceat(reward, first)
    t = np.diff(np.append(first, n))
    x = np.column_stack([np.ones(len(first)), observation[first]])
    a = g - x @ np.linalg.lstsq(x, g, rcond=None)[0]
    score = (a - a.min()) / (a.max() - a.min())
    q = np.exp((score - 1) / 0.1)
    mass = t * q / (t * q).sum()
    best = min(best, time.perf_counter() - start)
print(json.dumps({"seconds": best, "weightedReturn": float((mass * g).sum())}))
