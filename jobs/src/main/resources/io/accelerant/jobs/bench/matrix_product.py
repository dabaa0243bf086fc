"""How fast PyTorch multiplies matrices here, on one thread. Prints one line of JSON: GFLOP/s of 1024 x 1024 float32.

Debian's torch without libopenblas0-pthread multiplies by a loop, ten times slower than any that people use.
"""
import json
import time

import torch

torch.set_num_threads(1)
a, b = torch.rand(2, 1024, 1024)
best = float("inf")
for _ in range(4):
    start = time.perf_counter()
    a @ b
    best = min(best, time.perf_counter() - start)
print(json.dumps({"gflops": 2 * 1024**3 / best / 1e9}))
