"""What is done anew to a strip each time it is shown: cheap, and only what hands and scanners do."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

# Standard deviations; widths as factors, the rest in pixels of a strip 32 high.
_WIDER, _TALLER = 0.10, 0.06
_SLANT = 0.15
_UP = 1.2
_BEND = 0.7
_BEND_STEP_PX = 12
_NARROWEST = 0.88
_LEAST_STRENGTH = 0.6
_THICKENED, _THINNED, _ERASED = 0.06, 0.05, 0.12


def augment(strips: Tensor, generator: torch.Generator) -> Tensor:
    """Change a batch of strips a little.

    Args:
        strips: (N, 32, W) uint8 with air at both ends: at least a sixteenth of the width.

    Returns:
        Strips of the same shape and type.
    """
    ink = _bent(strips.to(torch.float32).unsqueeze(1), generator)
    chance = torch.rand(len(ink), generator=generator)
    thick, thin = chance < _THICKENED, chance > 1 - _THINNED
    grown = functional.pad(ink, (1, 0, 1, 0))
    ink[thick] = functional.max_pool2d(grown[thick], 2, 1)
    ink[thin] = 0.5 * (ink[thin] - functional.max_pool2d(-grown[thin], 2, 1))
    ink = ink * (1 - _gaps(ink, generator))
    strength = torch.rand((len(ink), 1, 1, 1), generator=generator).square() * (_LEAST_STRENGTH - 1.0) + 1.0
    return (ink * strength).clamp(0, 255).to(torch.uint8).squeeze(1)


def _bent(ink: Tensor, generator: torch.Generator) -> Tensor:
    """Stretched, slanted, lifted, and bent by a smooth random field, in one resampling."""
    count, _, height, width = ink.shape

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    wide = (1.0 + normal(count) * _WIDER).clamp(_NARROWEST, 1.4)
    tall = 1.0 + normal(count) * _TALLER
    slant = normal(count) * _SLANT * height / width
    none = torch.zeros(count)
    plane = torch.stack(
        [
            torch.stack([wide, slant, none], dim=1),
            torch.stack([none, tall, normal(count) * _UP * 2 / height], dim=1),
        ],
        dim=1,
    )
    where = functional.affine_grid(plane, [count, 1, height, width], align_corners=False)
    field = normal(count, 2, 1 + height // _BEND_STEP_PX, 1 + width // _BEND_STEP_PX) * _BEND
    bend = functional.interpolate(field, (height, width), mode="bilinear", align_corners=True)
    step = torch.tensor((2.0 / width, 2.0 / height))
    return functional.grid_sample(ink, where + bend.permute(0, 2, 3, 1) * step, align_corners=False)


def _gaps(ink: Tensor, generator: torch.Generator) -> Tensor:
    """(N, 1, 32, W) 1 where a stroke is interrupted: a skip of the pen, a line taken out with too much."""
    count, _, height, width = ink.shape
    rows = _band(count, height, 3, generator)[:, None, :, None]
    columns = _band(count, width, width // 2, generator)[:, None, None, :]
    chosen = (torch.rand(count, generator=generator) < _ERASED)[:, None, None, None]
    return (rows & columns & chosen).to(ink.dtype)


def _band(count: int, side: int, longest: int, generator: torch.Generator) -> Tensor:
    """(N, side) True on a run of 1 to ``longest`` pixels."""
    start = torch.randint(0, side, (count, 1), generator=generator)
    length = torch.randint(1, longest + 1, (count, 1), generator=generator)
    position = torch.arange(side)[None, :]
    return (position >= start) & (position < start + length)
