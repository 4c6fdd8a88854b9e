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


def transformer(spelled):
    v = load("transformer")
    given = ["events", "positives", "negatives", "present"]
    # As torch.nn.Linear keeps them: [out, in].
    v |= {name: values.T.contiguous() for name, values in v.items() if name.endswith(".weight")}
    names = [name for name in v if name not in given]
    optimizer = torch.optim.Adam(trained(v, names), lr=0.001, fused=True)
    rows = trained(v, given[:3])
    present = v["present"]
    batch, length, width = v["events"].shape
    future = torch.full((length, length), -1e9).triu(1)
    n = len(v["negatives"])
    alpha = n / 99_999
    beta = alpha * (0.75 * (1 - 1 / alpha) + 1 / alpha)

    def linear(x, name):
        return F.linear(x, v[f"{name}.weight"], v[f"{name}.bias"])

    def norm(x, name):
        return F.layer_norm(x, (width,), v[f"{name}.scale"], v[f"{name}.shift"])

    def attention(x, name, hidden):
        q, k, values = linear(x, f"{name}.qkv").view(batch, length, 3, 2, width // 2).permute(2, 0, 3, 1, 4)
        if spelled:
            mixed = torch.softmax(q @ k.transpose(-1, -2) * (width // 2) ** -0.5 + hidden, -1) @ values
        else:
            mixed = F.scaled_dot_product_attention(q, k, values, attn_mask=hidden)
        return linear(mixed.transpose(1, 2).reshape(batch, length, width), f"{name}.out") * present[..., None]

    def step():
        optimizer.zero_grad()
        for row in rows:
            row.grad = None
        hidden = ((present - 1) * 1e9)[:, None, None, :] + future
        h = v["events"] + v["positions"]
        for name in ["a", "b"]:
            h = h + attention(norm(h, f"{name}.norm1"), f"{name}.attention", hidden)
            h = h + linear(F.relu(linear(norm(h, f"{name}.norm2"), f"{name}.up")), f"{name}.down")
        h = norm(h, "norm")
        positive = (h * v["positives"]).sum(-1)
        negatives = h @ v["negatives"].T
        each = (beta * F.softplus(-positive) + F.softplus(negatives).sum(-1)) / (n + 1)
        loss = (each * present).sum() / present.sum()
        loss.backward()
        optimizer.step()
        return loss

    return step


# Where there are two ways to write a step, the faster one counts.
STEPS = {
    "mlp": mlp,
    "embedding": embedding,
    "ensemble": lambda: ensemble(False),
    "folded": lambda: ensemble(True),
    "transformer": lambda: transformer(False),
    "transformer_spelled": lambda: transformer(True),
}
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
