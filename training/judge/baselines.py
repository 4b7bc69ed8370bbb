"""What others would use, each tuned: Tesseract, a convolutional network and an SVM that know MNIST alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pytesseract
import torch
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.svm import SVC
from torch import Tensor, nn
from torch.nn import functional

from forms_ocr.simulation.handwriting import GlyphSource, Role, load_source
from training.glyphs import LabelledGlyphs
from training.judge.contest import NO_DIGIT, Answers, Pictures, bounded

_SIDE, _BOX = 28, 20
_PIECE = 2048


def mnist_pictures(pictures: Pictures) -> NDArray[np.uint8]:
    """(N, h, w) pictures as MNIST has them: (N, 28, 28), ink in a box of 20, centre of mass in the middle.

    LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998. A blank stays blank.
    """
    return np.stack([_mnist_picture(picture) for picture in pictures])


def _mnist_picture(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    ink = bounded(picture)
    scale = _BOX / max(ink.shape)
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = cv2.resize(ink, size, interpolation=method) if scale != 1 else ink
    return _centred(np.asarray(small, np.uint8))


def _centred(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The centre of mass on the middle pixel, as far as the picture allows."""
    moments = cv2.moments(ink)
    mass = max(moments["m00"], 1.0)
    left = round(_SIDE / 2 - moments["m10"] / mass)
    top = round(_SIDE / 2 - moments["m01"] / mass)
    left, top = (min(max(0, at), _SIDE - side) for at, side in ((left, ink.shape[1]), (top, ink.shape[0])))
    whole = np.zeros((_SIDE, _SIDE), np.uint8)
    whole[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return whole


def upright(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(N, 28, 28) with the slant taken out by the second moments, as the best SVMs on MNIST do."""
    return np.stack([_upright(picture) for picture in pictures])


def _upright(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    moments = cv2.moments(picture)
    if moments["mu02"] < 1:
        return picture
    slant = float(np.clip(moments["mu11"] / moments["mu02"], -1, 1))
    plane = np.array([(1, slant, -slant * _SIDE / 2), (0, 1, 0)], np.float64)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(picture, plane, (_SIDE, _SIDE), flags=flags), np.uint8)


@dataclass(frozen=True, eq=False)
class Mnist:
    """MNIST's training and validation writers, those that the project's networks may know too."""

    training: GlyphSource
    validation: GlyphSource

    @classmethod
    def of(cls, data: Path) -> Mnist:
        """Out of the folder of handwriting."""
        source = load_source(data, "mnist")
        return cls(source.split(Role.TRAINING), source.split(Role.VALIDATION))


def _labels(source: GlyphSource) -> NDArray[np.int64]:
    return source.labels.astype(np.int64)


_COMPONENTS = 60
_PENALTIES = (3.0, 10.0, 30.0)
_GAMMAS = (0.01, 0.02, 0.04)
"""Of the RBF kernel, in inverse squares of the mean distance's scale; see :func:`_svm`."""
_TUNING, _CHECKING = 4000, 3000


@dataclass(frozen=True, eq=False)
class SvmReader:
    """A support vector machine with an RBF kernel on the principal components of upright pictures."""

    machine: Pipeline
    name: str
    most: int | None = None

    @classmethod
    def fitted(cls, mnist: Mnist, size: int, seed: int) -> SvmReader:
        """C and gamma are those that do best on validation writers; then trained on ``size`` pictures."""
        order = np.random.default_rng([seed, 7]).permutation(len(mnist.training.labels))
        rows, labels = _rows(mnist.training.pixels[order[:size]]), _labels(mnist.training)[order[:size]]
        checked, truth = _rows(mnist.validation.pixels[:_CHECKING]), _labels(mnist.validation)[:_CHECKING]
        settings = list(product(_PENALTIES, _GAMMAS))
        few = slice(0, _TUNING)
        scores = [_svm(*one).fit(rows[few], labels[few]).score(checked, truth) for one in settings]
        penalty, gamma = settings[int(np.argmax(scores))]
        return cls(_svm(penalty, gamma).fit(rows, labels), f"SVM, MNIST (C {penalty:g}, γ {gamma:g})")

    def read(self, pictures: Pictures) -> Answers:
        """See ``contest.DigitReader``."""
        return np.asarray(self.machine.predict(_rows(mnist_pictures(pictures))), np.intp)


def _svm(penalty: float, gamma: float) -> Pipeline:
    return make_pipeline(PCA(_COMPONENTS, random_state=0), SVC(C=penalty, gamma=gamma, cache_size=500))


def _rows(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(N, 784) of upright pictures, 0 to 1."""
    return (upright(pictures).reshape(len(pictures), -1) / np.float32(255)).astype(np.float32)


_BATCH = 128
_RATES = (1e-3, 3e-3)
_TURN_RAD, _SCALE, _SHIFT = 0.15, 0.08, 0.06


@dataclass(frozen=True, eq=False)
class CnnReader:
    """Two convolutions and two dense layers, trained on MNIST with small turns, stretches and shifts."""

    network: nn.Module
    name: str
    most: int | None = None

    @classmethod
    def fitted(cls, mnist: Mnist, epochs: int, threads: int, seed: int) -> CnnReader:
        """The learning rate is the one that does best on validation writers after a first pass."""
        torch.set_num_threads(threads)
        first = [(_Fit(mnist, rate, seed), rate) for rate in _RATES]
        scores = [fit.through(1, epochs) for fit, _ in first]
        best, rate = first[int(np.argmax(scores))]
        best.through(epochs - 1, epochs)
        return cls(best.network.eval(), f"CNN, MNIST (rate {rate:g})")

    def read(self, pictures: Pictures) -> Answers:
        """See ``contest.DigitReader``."""
        return np.asarray(self.posteriors(pictures).argmax(axis=1), np.intp)

    def posteriors(self, pictures: Pictures) -> NDArray[np.float32]:
        """(N, 10) by softmax."""
        return np.concatenate([_softmax(self.network, piece) for piece in _pieces(mnist_pictures(pictures))])


def _pieces(pictures: NDArray[np.uint8]) -> Iterator[Tensor]:
    for start in range(0, len(pictures), _PIECE):
        yield _tensor(pictures[start : start + _PIECE])


def _tensor(pictures: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(pictures).to(torch.float32).div(255).unsqueeze(1)


def _softmax(network: nn.Module, piece: Tensor) -> NDArray[np.float32]:
    with torch.no_grad():
        return np.asarray(network(piece).softmax(dim=1).numpy(), np.float32)


def plain_network() -> nn.Module:
    """LeNet-5's plan with today's parts: 1.7 million multiply-adds and 215,000 weights."""
    return nn.Sequential(
        *(nn.Conv2d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Dropout(0.3), nn.Linear(32 * 7 * 7, 128), nn.ReLU(), nn.Linear(128, 10)),
    )


class _Fit:
    """One fit of the plain network."""

    def __init__(self, mnist: Mnist, rate: float, seed: int) -> None:
        torch.manual_seed(seed)
        self.network = plain_network()
        self._mnist = mnist
        self._optimizer = torch.optim.Adam(self.network.parameters(), rate)
        self._rate, self._passed = rate, 0
        self._generator = torch.Generator().manual_seed(seed)

    def through(self, epochs: int, of: int) -> float:
        """Some passes more, the rate falling to nothing over all ``of`` them; returns the accuracy then."""
        for _ in range(epochs):
            for group in self._optimizer.param_groups:
                group["lr"] = self._rate * (1 - self._passed / of)
            self._pass()
            self._passed += 1
        answers = _softmax(self.network.eval(), _tensor(self._mnist.validation.pixels)).argmax(axis=1)
        return float((answers == _labels(self._mnist.validation)).mean())

    def _pass(self) -> None:
        self.network.train()
        labels = torch.from_numpy(_labels(self._mnist.training))
        order = torch.randperm(len(labels), generator=self._generator)
        for start in range(0, len(order), _BATCH):
            chosen = order[start : start + _BATCH]
            pictures = _moved(_tensor(self._mnist.training.pixels[chosen.numpy()]), self._generator)
            loss = functional.cross_entropy(self.network(pictures), labels[chosen])
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it so
            self._optimizer.step()


def _moved(pictures: Tensor, generator: torch.Generator) -> Tensor:
    """Turned, stretched and shifted a little."""

    def normal(spread: float) -> Tensor:
        return torch.randn(len(pictures), generator=generator) * spread

    turn, wide, tall = normal(_TURN_RAD), 1 + normal(_SCALE), 1 + normal(_SCALE)
    rows = [
        torch.stack([wide * turn.cos(), -turn.sin(), normal(_SHIFT)], dim=1),
        torch.stack([turn.sin(), tall * turn.cos(), normal(_SHIFT)], dim=1),
    ]
    where = functional.affine_grid(torch.stack(rows, dim=1), list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures, where, align_corners=False)


_SCALES = (2, 3, 4)
_MODES = (8, 10, 13)
_TUNED_ON = 200
_PAGES_A_CALL = 200


@dataclass(frozen=True, slots=True)
class TesseractReader:
    """Tesseract told that there is one word (mode 8), one character (10) or one raw line (13), of digits."""

    scale: int
    mode: int
    most: int | None = 2000

    @property
    def name(self) -> str:
        """With its settings."""
        return f"Tesseract (psm {self.mode}, × {self.scale})"

    @classmethod
    def tuned(cls, validation: LabelledGlyphs) -> TesseractReader:
        """The enlargement and the mode that do best on digits of validation writers."""
        digits = validation[np.flatnonzero(validation.to_be_read < 10)[:_TUNED_ON]]
        readers = [cls(scale, mode) for scale, mode in product(_SCALES, _MODES)]
        scores = [float((reader.read(digits.glyphs) == digits.labels).mean()) for reader in readers]
        return readers[int(np.argmax(scores))]

    def read(self, pictures: Pictures) -> Answers:
        """See ``contest.DigitReader``. Many pictures go into one call: its start costs the most."""
        starts = range(0, len(pictures), _PAGES_A_CALL)
        parts = [self._read(pictures[start : start + _PAGES_A_CALL]) for start in starts]
        return np.concatenate(parts) if parts else np.zeros(0, np.intp)

    def _read(self, pictures: Pictures) -> Answers:
        config = f"--psm {self.mode} -c tessedit_char_whitelist=0123456789"
        with TemporaryDirectory() as folder:
            paths = [Path(folder) / f"{number}.png" for number in range(len(pictures))]
            for path, picture in zip(paths, pictures, strict=True):
                cv2.imwrite(str(path), self._on_paper(picture))
            listed = Path(folder) / "all.txt"
            listed.write_text("\n".join(map(str, paths)) + "\n", encoding="ascii")
            texts: str = pytesseract.image_to_string(str(listed), lang="eng", config=config)
        pages = texts.split("\f")[: len(pictures)]
        return np.array([_digit_of(text) for text in pages], np.intp)

    def _on_paper(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Dark on white with a margin, enlarged."""
        paper = np.pad(255 - picture, 4, constant_values=255)
        large = cv2.resize(paper, None, fx=self.scale, fy=self.scale, interpolation=cv2.INTER_CUBIC)
        return np.asarray(large, np.uint8)


def _digit_of(text: str) -> int:
    """The digit, where there is just one."""
    found = text.strip()
    return int(found) if len(found) == 1 and found.isdecimal() else NO_DIGIT
