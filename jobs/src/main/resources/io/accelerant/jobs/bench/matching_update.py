"""The peer of `accelerant bench fastlightgen`: the same update in PyTorch, on tensors and numbers from files.

Usage: matching_update.py FOLDER REPEATS. Prints one line of JSON: seconds of each update, of the clock and of the
processor, and losses of the first update, whose random numbers are those of the files.
"""
import json
import math
import sys
import time

import torch
import torch.nn.functional as F

import peer_tensors

folder, repeats = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(1)
spec = json.load(open(folder + "/spec.json"))
tensors = peer_tensors.read(folder)
kept, patch, depth, classes = (spec[k] for k in ("kept", "patch", "framePatch", "classes"))
whole = list(range(spec["layers"]))
frequencies = 10000.0 ** (-torch.arange(128) / 128)
start = {k[8:]: v for k, v in tensors.items() if k.startswith("network.")}
lacks = lambda name: name.startswith("blocks.") and int(name.split(".")[1]) not in kept


def copy(trained, blocks):
    names = [k for k in start if blocks is whole or not lacks(k)]
    return {k: start[k].clone().requires_grad_(trained and not k.endswith("_embed")) for k in names}


teacher, weak = copy(False, whole), copy(False, kept)
generator, fake = copy(True, kept), copy(True, whole)
trained = lambda w: [v for v in w.values() if v.requires_grad]
average = [v.detach().clone() for v in trained(generator)]
adam = torch.optim.Adam(trained(generator), lr=spec["rate"], betas=(0, 0.99))
fake_adam = torch.optim.Adam(trained(fake), lr=spec["fakeRate"], betas=(0, 0.99))


def norm(h):
    return F.layer_norm(h, h.shape[-1:], eps=1e-6)


def network(w, blocks, x, t, label):
    batch, frames, n = len(x), x.shape[2] // depth, x.shape[-1] // patch
    linear = lambda name, h: F.linear(h, w[name + ".weight"], w[name + ".bias"])
    angles = 1000 * t[:, None] * frequencies
    c = linear("t_embedder.mlp.2", F.silu(linear("t_embedder.mlp.0", torch.cat([angles.cos(), angles.sin()], 1))))
    c = F.silu(c + w["y_embedder.embedding_table.weight"][torch.full((batch,), label)])
    parts = lambda name, count: linear(name + ".adaLN_modulation.1", c)[:, None].chunk(count, -1)
    step = (depth, patch, patch)
    h = F.conv3d(x, w["x_embedder.proj.weight"], w["x_embedder.proj.bias"], stride=step).flatten(2).transpose(1, 2)
    h = (h.view(batch, frames, n * n, -1) + w["pos_embed"][:, None] + w["temp_embed"][:, :, None]).view(h.shape)
    for i in blocks:
        b = f"blocks.{i}."
        shift, scale, gate, shift2, scale2, gate2 = parts(f"blocks.{i}", 6)
        qkv = linear(b + "attn.qkv", norm(h) * (1 + scale) + shift).view(batch, h.shape[1], 3, spec["heads"], -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        mixed = ((q @ k.transpose(-1, -2)) / math.sqrt(q.shape[-1])).softmax(-1) @ v
        h = h + gate * linear(b + "attn.proj", mixed.transpose(1, 2).reshape(h.shape))
        u = F.gelu(linear(b + "mlp.fc1", norm(h) * (1 + scale2) + shift2), approximate="tanh")
        h = h + gate2 * linear(b + "mlp.fc2", u)
    shift, scale = parts("final_layer", 2)
    out = linear("final_layer.linear", norm(h) * (1 + scale) + shift)
    out = out.view(batch, frames, n, n, depth, patch, patch, 1)
    return out.permute(0, 7, 1, 4, 2, 5, 3, 6).reshape(x.shape)


def drawn(prefix, first, low, high):
    if first:
        return [tensors[prefix + k] for k in ("start", "levels", "noise")]
    like = tensors["generator.start"]
    return torch.randn_like(like), low + (high - low) * torch.rand(len(like)), torch.randn_like(like)


def wide(t):
    return t[:, None, None, None, None]


def noised(x, t, noise):
    return (1 - wide(t)) * x + wide(t) * noise


def fake_loss(first, k):
    z, t, noise = drawn(f"fake.{k}.", first, 0, 1)
    with torch.no_grad():
        x = z - network(generator, kept, z, torch.ones(len(z)), 0)
    loss = F.mse_loss(network(fake, whole, noised(x, t, noise), t, 0), noise - x)
    loss.backward()
    return loss.item()


def generator_loss(first):
    z, t, noise = drawn("generator.", first, 0.02, 0.98)
    x = z - network(generator, kept, z, torch.ones(len(z)), 0)
    with torch.no_grad():
        if first:
            guidance, contrast = wide(tensors["generator.guidance"]), wide(tensors["generator.contrast"])
        else:
            guidance, contrast = wide(1.5 + torch.rand(len(z))), wide(0.5 * torch.rand(len(z)))
        y = noised(x, t, noise)
        v, free = network(teacher, whole, y, t, 0), network(teacher, whole, y, t, classes)
        v = free + guidance * (v - free) + contrast * (v - network(weak, kept, y, t, 0))
        real = y - wide(t) * v
        g = (y - wide(t) * network(fake, whole, y, t, 0) - real) / (x - real).abs().flatten(1).mean(1).clamp(min=1e-3)[
            :, None, None, None, None
        ]
        loss = 0.5 * g.square().mean()
    x.backward(g / g.numel())
    return loss.item()


def stepped(optimizer, w):
    torch.nn.utils.clip_grad_norm_(trained(w), 1)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)


def update(first=False):
    losses = []
    for k in range(5):
        losses.append(fake_loss(first, k))
        if k == 4:
            losses.append(generator_loss(first))
            stepped(adam, generator)
            with torch.no_grad():
                for mean, v in zip(average, trained(generator)):
                    mean.lerp_(v, 1 - spec["ema"])
        stepped(fake_adam, fake)
    return losses


losses = update(True)
update()
clock, processor = [], []
for _ in range(repeats):
    began, used = time.perf_counter(), time.process_time()
    update()
    clock.append(time.perf_counter() - began)
    processor.append(time.process_time() - used)
print(
    json.dumps(
        {
            "seconds": clock,
            "processorSeconds": processor,
            "fakeLoss": losses[0],
            "lastFakeLoss": losses[4],
            "loss": losses[5],
        }
    )
)
