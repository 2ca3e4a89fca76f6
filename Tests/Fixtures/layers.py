"""Writes layers.json: outputs of PyTorch's layers and losses in float64 for fixed inputs.

    pip install torch==2.13.0 && python layers.py
"""
import json
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(1)
cases = {}


def flat(tensor):
    return {"shape": list(tensor.shape), "values": tensor.detach().flatten().tolist()}


def record(name, **tensors):
    cases[name] = {key: flat(value) for key, value in tensors.items()}


x, h, c = torch.randn(3, 4), torch.randn(3, 5), torch.randn(3, 5)

linear = nn.Linear(4, 5)
record("linear", x=x, weight=linear.weight.T, bias=linear.bias, y=linear(x))

for name, cell in [("gru", nn.GRUCell(4, 5)), ("rnn", nn.RNNCell(4, 5))]:
    record(name, x=x, h=h, inputWeight=cell.weight_ih.T, inputBias=cell.bias_ih,
           recurrentWeight=cell.weight_hh.T, recurrentBias=cell.bias_hh, y=cell(x, h))
cell = nn.LSTMCell(4, 5)
hidden, memory = cell(x, (h, c))
record("lstm", x=x, h=h, c=c, inputWeight=cell.weight_ih.T, inputBias=cell.bias_ih,
       recurrentWeight=cell.weight_hh.T, recurrentBias=cell.bias_hh, y=hidden, memory=memory)

scale, shift = torch.randn(4), torch.randn(4)
record("layerNorm", x=x, scale=scale, shift=shift, y=F.layer_norm(x, [4], scale, shift, 1e-5))
image = torch.randn(2, 4, 5, 6)  # torch: batch, channels, height, width
record("groupNorm", x=image.permute(0, 2, 3, 1), scale=scale, shift=shift,
       y=F.group_norm(image, 2, scale, shift, 1e-5).permute(0, 2, 3, 1))
kernel, bias = torch.randn(3, 4, 3, 3), torch.randn(3)  # torch: out, in, height, width
record("convolution", x=image.permute(0, 2, 3, 1), weight=kernel.permute(2, 3, 1, 0), bias=bias,
       y=F.conv2d(image, kernel, bias, stride=2, padding=1).permute(0, 2, 3, 1))

for name, function in {
    "identity": lambda x: x, "tanh": torch.tanh, "softplus": F.softplus, "relu": F.relu,
    "elu": F.elu, "silu": F.silu, "gelu": F.gelu, "sigmoid": torch.sigmoid,
}.items():
    record(name, x=3 * x, y=function(3 * x))

target = torch.randn(3, 4)
labels = torch.tensor([2, 0, 3])
variance = torch.exp(torch.randn(3, 4))
record("meanSquaredError", x=x, target=target, y=F.mse_loss(x, target))
record("meanAbsoluteError", x=x, target=target, y=F.l1_loss(x, target))
record("huber", x=x, target=target, y=F.huber_loss(x, target, delta=0.7))
record("crossEntropy", x=x, target=labels.double(), y=F.cross_entropy(x, labels))
record("binaryCrossEntropy", x=x, target=(target > 0).double(),
       y=F.binary_cross_entropy_with_logits(x, (target > 0).double()))
record("gaussian", x=x, target=target, logVariance=variance.log(),
       y=F.gaussian_nll_loss(x, target, variance, full=True))

p = torch.distributions.Normal(x, variance.sqrt())
q = torch.distributions.Normal(target, variance.flip(0).sqrt())
standard = torch.distributions.Normal(torch.zeros(3, 4), torch.ones(3, 4))
record("normal", mean=p.mean, deviation=p.stddev, otherMean=q.mean, otherDeviation=q.stddev,
       x=target, density=p.log_prob(target), entropy=p.entropy(),
       divergence=torch.distributions.kl_divergence(p, q),
       standard=torch.distributions.kl_divergence(p, standard))

with open("layers.json", "w") as file:
    json.dump(cases, file)
    file.write("\n")
