"""The digit network: small enough that a whole slip costs three milliseconds on one core."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from forms_ocr.model import CLASSES, GLYPH_SIDE_PX

# Widths chosen for the time budget: 3.7 million multiply-adds and 175,000 weights a glyph.
_WIDTHS = (16, 24, 48, 48, 96)
_HIDDEN = 64
_DROPOUT = 0.2


class DigitNetwork(nn.Module):
    """Five convolutions and two dense layers.

    The input is what the pipeline cuts out, (N, 32, 32) uint8; the output is (N, 12) float32 logits in the
    order of ``CLASSES``.
    """

    def __init__(self) -> None:
        super().__init__()
        stem, low, middle, deep, top = _WIDTHS
        self.features = nn.Sequential(
            _convolution(1, stem, side=5, stride=2),
            _convolution(stem, low),
            nn.MaxPool2d(2),
            _convolution(low, middle),
            _convolution(middle, deep),
            nn.MaxPool2d(2),
            _convolution(deep, top),
        )
        cells = (GLYPH_SIDE_PX // 8) ** 2
        self.classifier = nn.Sequential(
            nn.Flatten(),
            nn.Dropout(_DROPOUT),
            nn.Linear(top * cells, _HIDDEN),
            nn.ReLU(),
            nn.Dropout(_DROPOUT),
            nn.Linear(_HIDDEN, len(CLASSES)),
        )

    def forward(self, glyphs: Tensor) -> Tensor:
        """(N, 32, 32) uint8 to (N, 12) logits."""
        ink = glyphs.to(torch.float32).mul(1.0 / 255.0).unsqueeze(1)
        logits: Tensor = self.classifier(self.features(ink))
        return logits


def _convolution(inputs: int, outputs: int, side: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, side, stride, side // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )
