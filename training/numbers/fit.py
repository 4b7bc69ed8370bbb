"""Fits the number network to labelled strips."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel

from forms_ocr.recognition.numbers import NO_MARK
from training.fit import Effort, averaged, rate_at
from training.numbers.augmentation import augment
from training.numbers.material import LabelledStrip
from training.numbers.network import NumberNetwork

_BATCH = 64
_SORTED = 32 * _BATCH
"""Strips are shuffled, and so many at a time put in order of their width, so that little is padded."""

_PEAK_RATE = 3e-3
_WEIGHT_DECAY = 0.02
_LARGEST_GRADIENT = 2.0


def fit_numbers(
    training: Sequence[LabelledStrip], effort: Effort, seed: int, cycles: int = 1
) -> NumberNetwork:
    """Train the network and return the moving average of its weights, ready to be used.

    Connectionist temporal classification (Graves et al. 2006), AdamW with a one-cycle rate. A further cycle
    begins with the average of the one before, at half of its peak (warm restarts, Loshchilov & Hutter 2017).
    The same seed, data and threads give the same network, unless time runs out.

    Args:
        effort: Of each cycle.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(effort.threads)
    network = NumberNetwork().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    for cycle in range(cycles):
        network = _Run(network, training, seed + 1000 * cycle, _PEAK_RATE / 2**cycle).through(effort)
    return network


class _Run:
    """One fit from the first step to the last."""

    def __init__(
        self, network: NumberNetwork, training: Sequence[LabelledStrip], seed: int, peak: float
    ) -> None:
        self._network = network
        self._peak = peak
        self._strips = training
        self._widths = np.array([each.strip.shape[1] for each in training])
        self._generator = torch.Generator().manual_seed(seed)
        self._rng = np.random.default_rng(seed)

    def through(self, effort: Effort) -> NumberNetwork:
        """The averaged network; where time runs short, the cycle is shortened."""
        steps = math.ceil(effort.epochs * len(self._strips) / _BATCH)
        optimizer = torch.optim.AdamW(self._network.parameters(), self._peak, weight_decay=_WEIGHT_DECAY)
        average = AveragedModel(self._network, multi_avg_fn=averaged, use_buffers=True)
        self._network.train()
        started = time.monotonic()
        for step, chosen in enumerate(self._batches()):
            progress = max(step / steps, (time.monotonic() - started) / (effort.minutes * 60))
            if progress >= 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = rate_at(progress, self._peak)
            self._step(optimizer, [self._strips[int(index)] for index in chosen])
            average.update_parameters(self._network)
        return cast("NumberNetwork", average.module.eval())

    def _step(self, optimizer: torch.optim.Optimizer, strips: Sequence[LabelledStrip]) -> None:
        logits = self._network(augment(padded(strips), self._generator))
        loss = number_loss(logits, strips)
        optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self._network.parameters(), _LARGEST_GRADIENT)
        optimizer.step()

    def _batches(self) -> Iterator[np.ndarray[tuple[int], np.dtype[np.intp]]]:
        """Shuffled passes without end, in batches of strips about as wide as each other."""
        batch = min(_BATCH, len(self._strips))
        while True:
            order = self._rng.permutation(len(self._strips))
            for start in range(0, len(order), _SORTED):
                piece = order[start : start + _SORTED]
                piece = piece[np.argsort(self._widths[piece], kind="stable")]
                batches = [piece[i : i + batch] for i in range(0, len(piece) - batch + 1, batch)]
                yield from (batches[int(i)] for i in self._rng.permutation(len(batches)))


def padded(strips: Sequence[LabelledStrip]) -> Tensor:
    """(N, 32, W) uint8: the strips in the middle of paper that leaves each some air."""
    widest = max(each.strip.shape[1] for each in strips)
    width = 4 * math.ceil(widest * 9 / 8 / 4)
    batch = np.zeros((len(strips), strips[0].strip.shape[0], width), np.uint8)
    for row, each in zip(batch, strips, strict=True):
        left = (width - each.strip.shape[1]) // 2
        row[:, left : left + each.strip.shape[1]] = each.strip
    return torch.from_numpy(batch)


def number_loss(logits: Tensor, strips: Sequence[LabelledStrip]) -> Tensor:
    """How surprising the labels are, a symbol: (N, T, 12) logits of a batch."""
    count, places, _ = logits.shape
    labels = torch.tensor([label for each in strips for label in each.labels], dtype=torch.long)
    lengths = torch.tensor([len(each.labels) for each in strips], dtype=torch.long)
    return functional.ctc_loss(
        functional.log_softmax(logits, dim=2).transpose(0, 1),
        labels,
        torch.full((count,), places, dtype=torch.long),
        lengths,
        blank=NO_MARK,
        zero_infinity=True,
    )
