"""Fits a digit network to labelled glyphs."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from training.augmentation import augment
from training.glyphs import LabelledGlyphs
from training.network import DigitNetwork, Widths

_BATCH = 256
_PEAK_RATE = 4e-3
_LATER_PEAK_RATE = 2.5e-3
_WEIGHT_DECAY = 0.02
_AVERAGE_DECAY = 0.998
_LARGEST_GRADIENT = 2.0
_RISE = 0.2


@dataclass(frozen=True, slots=True)
class Effort:
    """How to train.

    Attributes:
        epochs, minutes: Whole passes, cut short to what fits into the minutes on this machine.
        threads: Of this machine.
        strength: How much glyphs are bent each time they are shown; 1 is usual.
    """

    epochs: float
    minutes: float
    threads: int
    strength: float = 1.0


def fit(
    training: LabelledGlyphs,
    widths: Widths,
    effort: Effort,
    seed: int,
    start: DigitNetwork | None = None,
) -> DigitNetwork:
    """Train a network and return the moving average of its weights, ready to be used.

    Labels are not smoothed: how sure a clear digit is must be seen down to one in a thousand and beyond.
    AdamW with a one-cycle rate (Smith & Topin 2018); the average of weights stands in for the last ones
    (Polyak & Juditsky 1992). The same seed, data and threads give the same network, unless time runs out.

    Args:
        start: A network to train on, at a lower rate, instead of one that knows nothing.
    """
    torch.manual_seed(seed)
    torch.set_num_threads(effort.threads)
    steps = math.ceil(effort.epochs * len(training) / _BATCH)
    network, peak = (_untrained(widths), _PEAK_RATE) if start is None else (start, _LATER_PEAK_RATE)
    return _Run(network, training, seed, peak, effort.strength).through(steps, effort.minutes * 60)


def _untrained(widths: Widths) -> DigitNetwork:
    """In the memory layout in which convolutions run half again as fast on a CPU."""
    return DigitNetwork(widths).to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def rate_at(progress: float, peak: float = _PEAK_RATE) -> float:
    """One cycle: up along a cosine over the first fifth, down to nothing over the rest."""
    if progress < _RISE:
        return peak * (0.52 - 0.48 * math.cos(math.pi * progress / _RISE))
    return peak * 0.5 * (1 + math.cos(math.pi * (progress - _RISE) / (1 - _RISE)))


class _Run:
    """One fit from the first step to the last."""

    def __init__(
        self, network: DigitNetwork, training: LabelledGlyphs, seed: int, peak: float, strength: float
    ) -> None:
        self._network = network
        self._peak = peak
        self._strength = strength
        self._glyphs = torch.from_numpy(training.glyphs)
        self._labels = torch.from_numpy(training.to_be_read.astype(np.int64))
        self._generator = torch.Generator().manual_seed(seed)
        self._loss = nn.CrossEntropyLoss()

    def through(self, steps: int, seconds: float) -> DigitNetwork:
        """The averaged network after that many steps; where time runs short, the cycle is shortened."""
        optimizer = torch.optim.AdamW(self._network.parameters(), self._peak, weight_decay=_WEIGHT_DECAY)
        average = AveragedModel(self._network, multi_avg_fn=averaged, use_buffers=True)
        self._network.train()
        started = time.monotonic()
        for step, chosen in enumerate(self._batches()):
            progress = max(step / steps, (time.monotonic() - started) / seconds)
            if progress >= 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = rate_at(progress, self._peak)
            self._step(optimizer, chosen)
            average.update_parameters(self._network)
        return cast("DigitNetwork", average.module.eval())

    def _step(self, optimizer: torch.optim.Optimizer, chosen: Tensor) -> None:
        logits, _ = self._network(augment(self._glyphs[chosen], self._generator, self._strength))
        loss = self._loss(logits, self._labels[chosen])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self._network.parameters(), _LARGEST_GRADIENT)
        optimizer.step()

    def _batches(self) -> Iterator[Tensor]:
        """Shuffled passes without end; what does not fill a batch waits for the next shuffle."""
        batch = min(_BATCH, len(self._labels))
        while True:
            order = torch.randperm(len(self._labels), generator=self._generator)
            for start in range(0, len(order) - batch + 1, batch):
                yield order[start : start + batch]


def averaged(averages: Sequence[Tensor], currents: Sequence[Tensor], seen: Tensor | int) -> None:
    """Move the average a little towards the weights of now, faster while few have been seen."""
    count = int(seen)
    share = 1.0 - min(_AVERAGE_DECAY, (1 + count) / (10 + count))
    for average, current in zip(averages, currents, strict=True):
        if average.is_floating_point():
            average.lerp_(current, share)
        else:
            average.copy_(current)
