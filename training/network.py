"""The digit networks: a small one for every cell, a larger one for cells in doubt."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from forms_ocr.model import CLASSES, GLYPH_SIDE_PX

_DROPOUT = 0.2


@dataclass(frozen=True, slots=True)
class Widths:
    """Channels of a network.

    Attributes:
        stem: On a half of the glyph's side.
        low: On a quarter.
        top: On an eighth.
        hidden: Of the dense layer.
        is_deep: Two residual convolutions follow on a quarter and on an eighth, instead of one plain one.
    """

    stem: int
    low: int
    top: int
    hidden: int
    is_deep: bool


FIRST_LOOK = Widths(16, 32, 64, 64, is_deep=False)
"""1.9 million multiply-adds and 136,000 weights a glyph: thirty glyphs take two milliseconds on one core."""

SECOND_LOOK = Widths(24, 48, 96, 96, is_deep=True)
"""6.9 million multiply-adds and 408,000 weights a glyph."""


class DigitNetwork(nn.Module):
    """Convolutions that halve the picture three times, and two dense layers.

    The input is what the pipeline cuts out, (N, 32, 32) uint8; the output is (N, 12) float32 logits in the
    order of ``CLASSES``.
    """

    def __init__(self, widths: Widths) -> None:
        super().__init__()
        on = _Residual if widths.is_deep else _plain
        self.pictures = nn.Sequential(
            _convolution(1, widths.stem, side=5, stride=2),
            _convolution(widths.stem, widths.low, stride=2),
            on(widths.low),
            _convolution(widths.low, widths.top, stride=2),
            on(widths.top),
        )
        cells = (GLYPH_SIDE_PX // 8) ** 2
        self.description = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(_DROPOUT),
            nn.Linear(widths.top * cells, widths.hidden),
            nn.ReLU(),
        )
        self.answer = nn.Sequential(nn.Dropout(_DROPOUT), nn.Linear(widths.hidden, len(CLASSES)))

    def forward(self, glyphs: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 32, 32) uint8 to (N, 12) logits and the (N, hidden) features that they come from."""
        ink = glyphs.to(torch.float32).mul(1.0 / 255.0).unsqueeze(1)
        features: Tensor = self.description(self.pictures(ink))
        return self.answer(features), features


class _Residual(nn.Module):
    """Two convolutions beside a straight way (He et al., "Deep Residual Learning", 2016)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            _convolution(channels, channels),
            nn.Conv2d(channels, channels, 3, 1, 1, bias=False),
            nn.BatchNorm2d(channels),
        )

    def forward(self, pictures: Tensor) -> Tensor:
        return torch.relu(pictures + self.change(pictures))


def _plain(channels: int) -> nn.Module:
    return _convolution(channels, channels)


def _convolution(inputs: int, outputs: int, side: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, side, stride, side // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )
