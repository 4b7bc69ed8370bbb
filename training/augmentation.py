"""What is done anew to a glyph each time it is shown: cheap, and only what hands and scanners do."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from forms_ocr.model import GLYPH_SIDE_PX

# Standard deviations; shifts are in half widths of the glyph and small, since extraction centres the ink.
_TURN_RAD = math.radians(6.0)
_SHEAR = 0.15
_SCALE = 0.07
_SHIFT = 0.05
_BEND = 0.04
_BEND_GRID = 5

_PALEST = 0.65
_LONGEST_ERASED_PX = 7


def augment(glyphs: Tensor, generator: torch.Generator, strength: float = 1.0) -> Tensor:
    """Change a batch of glyphs a little.

    Args:
        glyphs: (N, 32, 32) uint8.
        strength: What slants, sizes and bends are multiplied by.

    Returns:
        Glyphs of the same shape and type.
    """
    ink = _bent(glyphs.to(torch.float32).unsqueeze(1), generator, strength)
    for share, change in _CHANGES:
        chosen = torch.rand(len(ink), generator=generator) < share
        ink[chosen] = change(ink[chosen], generator)
    shade = torch.rand((len(ink), 1, 1, 1), generator=generator).square() * (_PALEST - 1.0) + 1.0
    return (ink * shade).clamp(0, 255).to(torch.uint8).squeeze(1)


def _bent(ink: Tensor, generator: torch.Generator, strength: float) -> Tensor:
    """Turned, slanted, stretched, shifted, and bent by a smooth random field, in one resampling."""

    def normal(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    count = len(ink)
    turn, shear = normal(count) * _TURN_RAD, normal(count) * _SHEAR * strength
    wide, tall = (1.0 + normal(2, count) * _SCALE * strength).unbind()
    plane = torch.stack(
        [
            torch.stack([wide * turn.cos(), shear - turn.sin(), normal(count) * _SHIFT], dim=1),
            torch.stack([turn.sin(), tall * turn.cos(), normal(count) * _SHIFT], dim=1),
        ],
        dim=1,
    )
    where = functional.affine_grid(plane, [count, 1, GLYPH_SIDE_PX, GLYPH_SIDE_PX], align_corners=False)
    bend = functional.interpolate(
        normal(count, 2, _BEND_GRID, _BEND_GRID) * _BEND * strength,
        GLYPH_SIDE_PX,
        mode="bilinear",
        align_corners=True,
    )
    return functional.grid_sample(ink, where + bend.permute(0, 2, 3, 1), align_corners=False)


def _thickened(ink: Tensor, _: torch.Generator) -> Tensor:
    return functional.max_pool2d(functional.pad(ink, (1, 0, 1, 0)), 2, 1)


def _thinned(ink: Tensor, _: torch.Generator) -> Tensor:
    """Half way to an erosion; a whole one would take thin strokes away."""
    eroded = -functional.max_pool2d(functional.pad(-ink, (1, 0, 1, 0)), 2, 1)
    return 0.5 * (ink + eroded)


def _erased(ink: Tensor, generator: torch.Generator) -> Tensor:
    """A gap in a stroke: a skip of the pen, a fold, a line taken out with too much."""
    rows, columns = _band(len(ink), generator), _band(len(ink), generator)
    return ink * (~(rows[:, None, :, None] & columns[:, None, None, :])).to(ink.dtype)


def _with_remnant(ink: Tensor, generator: torch.Generator) -> Tensor:
    """The rest of a printed line, a neighbour's stroke: a thin bar near one of the four edges."""
    side = GLYPH_SIDE_PX
    depth = torch.randint(1, 5, (len(ink), 1), generator=generator)
    across = torch.arange(side)[None, :].eq(depth)
    bar = (across[:, None, :, None] & _band(len(ink), generator, 16)[:, None, None, :]).to(ink.dtype)
    turns = int(torch.randint(0, 4, (1,), generator=generator))
    shade = 255.0 * (0.3 + 0.7 * torch.rand((len(ink), 1, 1, 1), generator=generator))
    return torch.maximum(ink, torch.rot90(bar, turns, (2, 3)) * shade)


def _band(count: int, generator: torch.Generator, longest: int = _LONGEST_ERASED_PX) -> Tensor:
    """(N, 32) True on a run of 1 to ``longest`` pixels."""
    start = torch.randint(0, GLYPH_SIDE_PX, (count, 1), generator=generator)
    length = torch.randint(1, longest + 1, (count, 1), generator=generator)
    position = torch.arange(GLYPH_SIDE_PX)[None, :]
    return (position >= start) & (position < start + length)


_CHANGES: tuple[tuple[float, Callable[[Tensor, torch.Generator], Tensor]], ...] = (
    (0.06, _thickened),
    (0.05, _thinned),
    (0.12, _erased),
    (0.05, _with_remnant),
)
"""How often each happens."""
