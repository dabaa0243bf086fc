"""The peer of `accelerant bench checkpoint`: a Llama in PyTorch, one thread.

Usage: checkpoint.py TASK.json generate|step, beside tensors.safetensors. Prints one line of JSON.
generate: best seconds of three runs after a warm-up, keys and values kept, and the log-probability of a
given text after the prompt. step: best seconds of an update of the adapters by AdamW, loss and gradient
norm of the first. Both: the largest resident size of this process in bytes.
"""
import json
import pathlib
import sys
import time

import torch
import torch.nn.functional as F

import peer_tensors

torch.set_num_threads(1)
task = json.loads(pathlib.Path(sys.argv[1]).read_text())
w = peer_tensors.read(pathlib.Path(sys.argv[1]).parent)
heads, groups, layers, d = task["heads"], task["groups"], task["layers"], task["headWidth"]
table = w["model.embed_tokens.weight"]
width = table.shape[1]
scale = task["alpha"] / task["rank"]
angles = torch.arange(task["length"])[:, None] * task["base"] ** (-torch.arange(d // 2).double() / (d // 2))
cos, sin = angles.cos().float(), angles.sin().float()
adapted = {}


def linear(name, x):
    y = F.linear(x, w[name + ".weight"])
    if name in adapted:
        a, b = adapted[name]
        y = y + F.linear(F.linear(x, a), b) * scale
    return y


def norm(name, x):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + task["epsilon"]) * w[name + ".weight"]


def turn(x, at):
    """x [batch, heads, n, d]; the first row is at position `at`."""
    c, s = cos[at : at + x.shape[2]], sin[at : at + x.shape[2]]
    re, im = x[..., : d // 2], x[..., d // 2 :]
    return torch.cat([re * c - im * s, im * c + re * s], -1)


def read(tokens, at=0, cache=None):
    """Behind the last norm, of all tokens [batch, n]."""
    batch, n = tokens.shape
    x = F.embedding(tokens, table)
    for layer in range(layers):
        p = f"model.layers.{layer}."
        h = norm(p + "input_layernorm", x)
        cut = lambda name, count: linear(p + "self_attn." + name, h).view(batch, n, count, d).transpose(1, 2)
        q, k, v = turn(cut("q_proj", heads), at), turn(cut("k_proj", groups), at), cut("v_proj", groups)
        if cache is not None:
            cache[layer][0][:, :, at : at + n] = k
            cache[layer][1][:, :, at : at + n] = v
            k, v = cache[layer][0][:, :, : at + n], cache[layer][1][:, :, : at + n]
        q = q.reshape(batch, groups, heads // groups * n, d)
        scores = (q @ k.transpose(-1, -2) / d**0.5).view(batch, heads, n, -1)
        if n > 1:
            scores = scores.masked_fill(torch.ones(n, at + n, dtype=torch.bool).triu(1 + at), float("-inf"))
        mixed = scores.softmax(-1).view(batch, groups, heads // groups * n, -1) @ v
        mixed = mixed.view(batch, heads, n, d).transpose(1, 2).reshape(batch, n, heads * d)
        x = x + linear(p + "self_attn.o_proj", mixed)
        h = norm(p + "post_attention_layernorm", x)
        x = x + linear(p + "mlp.down_proj", F.silu(linear(p + "mlp.gate_proj", h)) * linear(p + "mlp.up_proj", h))
    return norm("model.norm", x)


def peak():
    """Not getrusage, which counts what the process that started this one had."""
    for line in pathlib.Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return 1024 * int(line.split()[1])


def best(work, runs):
    seconds = []
    for run in range(runs + 1):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds[1:])


def generate():
    prompt, text = torch.tensor([task["prompt"]]), torch.tensor(task["text"])
    count = len(text)

    def write():
        cache = [torch.zeros(2, 1, groups, prompt.shape[1] + count, d) for _ in range(layers)]
        logits = F.linear(read(prompt, 0, cache)[:, -1], table)
        for i in range(count - 1):
            drawn = torch.multinomial(logits.softmax(-1), 1)
            logits = F.linear(read(drawn, prompt.shape[1] + i, cache)[:, -1], table)

    with torch.inference_mode():
        seconds = best(write, 3)
        memory = peak()
        whole = torch.cat([prompt[0], text])[None]
        said = F.linear(read(whole)[0, prompt.shape[1] - 1 : -1], table).double().log_softmax(-1)
        score = said.gather(1, text[:, None]).sum().item()
    return {"seconds": seconds, "bytes": memory, "logProbability": score}


def step():
    for name in task["adapted"]:
        a, b = (w.pop(f"base_model.model.{name}.lora_{x}.weight").requires_grad_() for x in "AB")
        adapted[name] = (a, b)
    moving = [t for pair in adapted.values() for t in pair]
    optimizer = torch.optim.Adam(moving, lr=task["learningRate"], betas=(0.9, 0.999), eps=1e-8)
    tokens = torch.tensor(task["rows"])
    first = {}

    def update():
        optimizer.zero_grad(set_to_none=True)
        logits = F.linear(read(tokens[:, :-1]), table)
        loss = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        loss.backward()
        length = sum(t.grad.double().pow(2).sum() for t in moving).sqrt()
        optimizer.step()
        if not first:
            first.update(loss=loss.item(), gradientNorm=length.item())

    seconds = best(update, 3)
    return {"seconds": seconds, "bytes": peak(), **first}


print(json.dumps(generate() if sys.argv[2] == "generate" else step()))
