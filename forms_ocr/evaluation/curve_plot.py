"""The curves as a picture: accepted share against the bound on errors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import log10
from xml.sax.saxutils import escape

from forms_ocr.evaluation.curve import Curve, Point

_WIDTH, _HEIGHT = 720.0, 420.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 64.0, 20.0, 54.0, 48.0
_COLOURS = ("#1a5fb4", "#c64600", "#613583")
_SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_ERRORS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)


def plot_curves(title: str, found: Sequence[Curve]) -> str:
    """Draw the curves as SVG: to the right more errors, up more slips accepted."""
    return "\n".join(_svg(title, found)) + "\n"


def _svg(title: str, found: Sequence[Curve]) -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" '
        'font-family="sans-serif" font-size="12">'
    )
    yield f'<rect width="{_WIDTH:g}" height="{_HEIGHT:g}" fill="#ffffff"/>'
    yield f'<text x="{_LEFT:g}" y="20" font-size="13">{escape(title)}</text>'
    yield from _axes()
    for number, (curve, colour) in enumerate(zip(found, _COLOURS, strict=False)):
        yield from _drawn(curve, colour)
        x = _LEFT + 210 * number
        yield f'<rect x="{x:g}" y="32" width="12" height="12" fill="{colour}"/>'
        yield f'<text x="{x + 18:g}" y="42">{escape(curve.name)}</text>'
    yield "</svg>"


def _axes() -> Iterator[str]:
    for share in _SHARES:
        y = _y(share)
        yield f'<line x1="{_LEFT:g}" x2="{_WIDTH - _RIGHT:g}" y1="{y:.1f}" y2="{y:.1f}" stroke="#dddddd"/>'
        yield f'<text x="{_LEFT - 8:g}" y="{y + 4:.1f}" text-anchor="end">{share:.0%}</text>'
    for error in _ERRORS:
        x = _x(error)
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP:g}" y2="{_HEIGHT - _BOTTOM:g}" stroke="#eeeeee"/>'
        yield f'<text x="{x:.1f}" y="{_HEIGHT - _BOTTOM + 16:g}" text-anchor="middle">{error * 1000:g}</text>'
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    yield (
        f'<text x="{middle:g}" y="{_HEIGHT - 10:g}" text-anchor="middle">'
        "wrong in 1,000 accepted, at most (95 % certain)</text>"
    )
    yield (
        f'<text transform="translate(16 {(_TOP + _HEIGHT - _BOTTOM) / 2:g}) rotate(-90)" '
        'text-anchor="middle">accepted</text>'
    )


def _drawn(curve: Curve, colour: str) -> Iterator[str]:
    places = [(_x(point.bound), _y(point.accepted_share)) for point in curve.points if _is_shown(point)]
    if len(places) > 1:
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
    for x, y in places:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>'


def _is_shown(point: Point) -> bool:
    return _ERRORS[0] <= point.bound <= _ERRORS[-1]


def _x(error: float) -> float:
    low, high = log10(_ERRORS[0]), log10(_ERRORS[-1])
    return _LEFT + (_WIDTH - _RIGHT - _LEFT) * (log10(error) - low) / (high - low)


def _y(share: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _BOTTOM - _TOP) * share
