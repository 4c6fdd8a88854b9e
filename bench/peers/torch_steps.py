"""The steps of bench/graph.ts in PyTorch, one CPU thread: a line "NAME STEPS" in, a line of JSON with seconds and loss out.

Reads what bench/graph.ts wrote into FOLDER (the only argument): the same initial parameters, the same batch.
"""
import json
import sys
import time
from pathlib import Path

import torch
from torch.nn import functional as F

torch.set_num_threads(1)
FOLDER = Path(sys.argv[1])
LAYOUT = json.loads((FOLDER / "layout.json").read_text())


def read(file, shape, kind=torch.float32):
    data = bytearray((FOLDER / file).read_bytes())
    return torch.frombuffer(data, dtype=kind).reshape(shape).clone()


def load(name):
    return {key: read(f"{name}.{key}", shape) for key, shape in LAYOUT[name].items()}


def trained(values, names):
    return [values[name].requires_grad_() for name in names]


def mlp():
    v = load("mlp")
    names = ["a.weight", "a.bias", "b.weight", "b.bias", "c.weight", "c.bias"]
    optimizer = torch.optim.Adam(trained(v, names), lr=0.001)

    def step():
        optimizer.zero_grad()
        h = F.relu(torch.addmm(v["a.bias"], v["x"], v["a.weight"]))
        h = F.relu(torch.addmm(v["b.bias"], h, v["b.weight"]))
        logits = torch.addmm(v["c.bias"], h, v["c.weight"])
        loss = F.binary_cross_entropy_with_logits(logits, v["y"])
        loss.backward()
        optimizer.step()
        return loss

    return step


def embedding():
    v = load("embedding")
    ids = read("embedding.ids", [-1], torch.int32).long()
    table = torch.nn.Embedding(*LAYOUT["embedding"]["table"], sparse=True)
    table.weight.data = v["table"]
    optimizer = torch.optim.SparseAdam(table.parameters(), lr=0.001)

    def step():
        optimizer.zero_grad()
        rows = table(ids)
        half = len(ids) // 2
        logits = (rows[:half] * rows[half:]).sum(-1)
        loss = F.binary_cross_entropy_with_logits(logits, v["y"])
        loss.backward()
        optimizer.step()
        return loss

    return step


def ensemble(folded):
    v = load("ensemble")
    names = ["a.weight", "a.r", "a.s", "a.bias", "b.weight", "b.bias"]
    optimizer = torch.optim.Adam(trained(v, names), lr=0.001)

    def scaled():
        return ((v["x"] * v["a.r"][:, None]) @ v["a.weight"]) * v["a.s"][:, None] + v["a.bias"][:, None]

    def products():
        weights = v["a.r"][:, :, None] * v["a.s"][:, None, :] * v["a.weight"]
        return torch.baddbmm(v["a.bias"][:, None], v["x"].expand(len(weights), -1, -1), weights)

    def step():
        optimizer.zero_grad()
        h = F.relu(products() if folded else scaled())
        logits = torch.baddbmm(v["b.bias"][:, None], h, v["b.weight"])
        loss = F.binary_cross_entropy_with_logits(logits, v["y"].expand(len(logits), -1, -1))
        loss.backward()
        optimizer.step()
        return loss

    return step


# The ensemble in the two ways to write it; the faster one counts.
STEPS = {"mlp": mlp, "embedding": embedding, "ensemble": lambda: ensemble(False), "folded": lambda: ensemble(True)}
opened = {}
print(json.dumps({"torch": torch.__version__}), flush=True)
for line in sys.stdin:
    name, count = line.split()
    if name not in opened:
        opened[name] = STEPS[name]()
    started = time.perf_counter()
    for _ in range(int(count)):
        loss = opened[name]()
    print(json.dumps({"seconds": time.perf_counter() - started, "loss": loss.item()}), flush=True)
