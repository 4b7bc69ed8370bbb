"""The network that reads a line of digits whole."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from forms_ocr.recognition.numbers import SYMBOLS

_STEM, _LOW, _TOP, _ALONG = 16, 40, 72, 112
_DROPOUT = 0.2


class NumberNetwork(nn.Module):
    """Convolutions that keep the place along the line, and fold its height away.

    The input is what ``forms_ocr.recognition.number_strip`` lays out, (N, 32, W) uint8; the output is
    (N, W / 4, 12) float32 logits: ten digits, what is no digit, nothing new. A symbol is seen with some two
    digits to its left and right. Some 250,000 weights; a strip of eight digits takes 40 million
    multiply-adds.
    """

    def __init__(self) -> None:
        super().__init__()
        self.pictures = nn.Sequential(
            _convolution(1, _STEM, (5, 5), (2, 2)),
            _convolution(_STEM, _LOW, (3, 3), (2, 2)),
            _convolution(_LOW, _LOW, (3, 3), (1, 1)),
            _convolution(_LOW, _TOP, (3, 3), (2, 1)),
            _convolution(_TOP, _TOP, (3, 3), (1, 1)),
        )
        self.fold = nn.Sequential(
            nn.Dropout2d(_DROPOUT / 2),
            nn.Conv2d(_TOP, _ALONG, (4, 3), padding=(0, 1), bias=False),
            nn.BatchNorm2d(_ALONG),
            nn.ReLU(),
        )
        self.along = nn.Sequential(
            nn.Conv2d(_ALONG, _ALONG, (1, 3), padding=(0, 2), dilation=(1, 2), bias=False),
            nn.BatchNorm2d(_ALONG),
        )
        self.answer = nn.Sequential(nn.Dropout(_DROPOUT), nn.Conv2d(_ALONG, SYMBOLS, 1))

    def forward(self, strips: Tensor) -> Tensor:
        """(N, 32, W) uint8 to (N, W / 4, 12) logits."""
        ink = strips.to(torch.float32).mul(1.0 / 255.0).unsqueeze(1)
        folded = self.fold(self.pictures(ink))
        seen = torch.relu(folded + self.along(folded))
        logits: Tensor = self.answer(seen)
        return logits.squeeze(2).transpose(1, 2)


def _convolution(inputs: int, outputs: int, side: tuple[int, int], stride: tuple[int, int]) -> nn.Sequential:
    padding = side[0] // 2, side[1] // 2
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, side, stride, padding, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )
