"""Makes the ONNX models of the tests and golden.json, their outputs under PyTorch.

Made with Debian's python3-torch 1.13.1:  /usr/bin/python3 make.py <a text file>
The text taught is the project's LICENSE, as symbols a-z and space (27), MASK = 27.
"""
import json
import re
import sys

import torch
from torch import nn
import torch.nn.functional as F

V, MASK = 27, 27
torch.manual_seed(1)
torch.set_num_threads(1)


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        b, n, w = x.shape
        q, k, v = self.qkv(self.norm1(x)).reshape(b, n, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        a = torch.softmax(q @ k.transpose(-1, -2) * (w // self.heads) ** -0.5, -1) @ v
        x = x + self.out(a.transpose(1, 2).reshape(b, n, w))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Text(nn.Module):
    """tokens int64 [batch, length <= 64] -> logits [batch, length, V + 1]; not given the time."""

    def __init__(self, width=64, heads=4, layers=2):
        super().__init__()
        self.embed, self.place = nn.Embedding(V + 1, width), nn.Embedding(64, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, V + 1)

    def forward(self, tokens):
        x = self.embed(tokens) + self.place.weight[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class TimedText(nn.Module):
    """tokens int32 [4, 16], time [4] -> logits [4, 16, V]: fixed batch, no column for MASK."""

    def __init__(self, width=16):
        super().__init__()
        self.embed, self.time = nn.Embedding(V + 1, width), nn.Linear(1, width)
        self.mix, self.head = nn.Conv1d(width, width, 5, padding=2), nn.Linear(width, V)

    def forward(self, tokens, time):
        x = self.embed(tokens.long()) + self.time(time[:, None])[:, None]
        return self.head(torch.tanh(self.mix(x.transpose(1, 2)).transpose(1, 2)))


class ScoreText(TimedText):
    """tokens int64 [batch, length], sigma scalar -> log scores [batch, length, V + 1]."""

    def __init__(self, width=16):
        super().__init__(width)
        self.head = nn.Linear(width, V + 1)

    def forward(self, tokens, sigma):
        return super().forward(tokens, sigma.reshape(1)) - torch.log(torch.exp(sigma) - 1)


class Image(nn.Module):
    """x [batch, 2, 4, 4], t [batch], label int64 [batch] (10: no label) -> [batch, 2, 4, 4]."""

    def __init__(self, width=8):
        super().__init__()
        self.enter, self.leave = nn.Conv2d(2, width, 3, padding=1), nn.Conv2d(width, 2, 3, padding=1)
        self.time, self.label = nn.Linear(1, width), nn.Embedding(11, width)

    def forward(self, x, t, label):
        c = self.time(t[:, None]) + self.label(label)
        return self.leave(torch.tanh(self.enter(x) + c[:, :, None, None]))


def train(model, text):
    data = torch.tensor([26 if c == " " else ord(c) - 97 for c in text])
    optimizer = torch.optim.Adam(model.parameters(), 3e-3)
    for step in range(1500):
        start = torch.randint(0, len(data) - 64, (32,))
        x0 = torch.stack([data[s : s + 64] for s in start.tolist()])
        mask = torch.rand(32, 64) < torch.rand(32, 1)
        logits = model(torch.where(mask, MASK, x0))[..., :V]
        loss = F.cross_entropy(logits[mask], x0[mask])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * (1 - step / 1500)
    print("loss %.3f nats a masked symbol" % loss.item(), file=sys.stderr)


def masked(*shape):
    return torch.where(torch.rand(*shape) < 0.5, MASK, torch.randint(0, V, shape))


def export(model, name, arguments, inputs, output, dynamic):
    torch.onnx.export(model, arguments, name + ".onnx", input_names=inputs, output_names=[output],
                      dynamic_axes=dynamic, opset_version=14)


def golden(model, **inputs):
    with torch.no_grad():
        y = model(*inputs.values())
    return {"inputs": {k: v.tolist() for k, v in inputs.items()}, "shape": list(y.shape),
            "output": [float("%.9g" % v) for v in y.flatten().tolist()]}


def main():
    text = re.sub("[^a-z]+", " ", open(sys.argv[1]).read().lower()).strip()
    models = {"text": Text(), "timed-text": TimedText(), "score-text": ScoreText(), "image": Image()}
    train(models["text"], text)
    for model in models.values():
        model.eval()
    free = {0: "batch", 1: "length"}
    tokens, fixed = masked(3, 12), masked(4, 16).int()
    times, sigma, x = torch.rand(4), torch.tensor(0.7), torch.randn(3, 2, 4, 4)
    label = torch.tensor([0, 10, 3])
    export(models["text"], "text", (tokens,), ["tokens"], "logits", {"tokens": free, "logits": free})
    export(models["timed-text"], "timed-text", (fixed, times), ["ids", "t"], "prediction", {})
    export(models["score-text"], "score-text", (tokens, sigma), ["tokens", "sigma"], "logScore",
           {"tokens": free, "logScore": free})
    batch = {0: "batch"}
    export(models["image"], "image", (x, times[:3], label), ["x", "t", "label"], "velocity",
           {"x": batch, "t": batch, "label": batch, "velocity": batch})
    results = {
        "text": golden(models["text"], tokens=tokens),
        "timed-text": golden(models["timed-text"], ids=fixed, t=times),
        "score-text": golden(models["score-text"], tokens=tokens, sigma=sigma),
        "image": golden(models["image"], x=x, t=times[:3], label=label)}
    with open("golden.json", "w") as out:
        json.dump(results, out, separators=(",", ":"))


main()
