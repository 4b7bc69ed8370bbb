"""Archives of handwriting read from a folder, made up here in the formats of the public sets."""

from pathlib import Path

import numpy as np
import pytest

from forms_ocr.errors import ConfigurationError
from forms_ocr.simulation import SOURCES, RealHand, Role, load_source


def _frames(count: int, side: int) -> np.ndarray:
    """Upright frames of ink 255 on 0."""
    pixels = np.zeros((count, side, side), np.uint8)
    pixels[:, side // 8 : -side // 8, side // 4 : -side // 4] = 255
    pixels[:, side // 4 : -side // 4, side // 2 - 1 : side // 2 + 1] = 0
    return pixels


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("handwriting")
    digits = np.tile(np.arange(10, dtype=np.uint8), 40)
    np.savez(root / "mnist_train_writers.npz", x=_frames(400, 28), y=digits, writer=np.arange(400) // 20)
    serial = np.arange(200).repeat(10)
    np.savez(root / "bhmsds_digits.npz", x=255 - _frames(2000, 28), y=np.tile(digits, 5), idx=serial)
    bitmaps, known, unknown = _frames(300, 32), digits[:300], digits[:100]
    np.savez(root / "optdigits_32.npz", x_tra=bitmaps, x_tes=bitmaps[:100], y_tra=known, y_tes=unknown)
    semeion = np.tile(np.repeat(np.arange(10, dtype=np.uint8), 20), 3)
    np.savez(root / "semeion_16.npz", x=_frames(600, 16), y=semeion)
    np.savez(root / "mfeat_16x15.npz", x=_frames(400, 16)[:, :, :15], y=np.sort(digits))
    post = _frames(300, 16)
    np.savez(root / "usps_16.npz", x_train=post, x_test=post[:100], y_train=known, y_test=unknown)
    letters = np.array(["а", "б"] * 300)
    names = np.array([f"{i:08x}" for i in range(600)])
    np.savez(root / "cyrillic_letters_64.npz", x=255 - _frames(600, 64), y=letters, name=names)
    return root


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_comes_out_in_one_convention(folder: Path, name: str) -> None:
    source = load_source(folder, name)
    assert source.name == name
    assert len(source.pixels) == len(source.labels) == len(source.writers) == len(source.held_out)
    # Paper is around the ink, so the frame's corner is 0 in every source.
    assert (source.pixels[:, 0, 0] == 0).all()
    assert source.pixels.max() == 255


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_has_writers_for_every_role(folder: Path, name: str) -> None:
    source = load_source(folder, name)
    writers = [set(source.split(role).writer_numbers) for role in Role]
    assert all(writers)
    assert sum(len(part) for part in writers) == len(source.writer_numbers)


@pytest.mark.parametrize("name", sorted(set(SOURCES) - {"cyrillic"}))
def test_held_out_hands_write_all_digits(folder: Path, name: str) -> None:
    rng = np.random.default_rng(0)
    hand = RealHand(load_source(folder, name).split("held_out"), None, rng, load_source(folder, "cyrillic"))
    assert all(hand.digit(digit, rng).aspect > 0.05 for digit in range(10))
    assert hand.letter("А", rng).aspect > 0.05


def test_an_unknown_source_and_a_missing_file_are_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="unknown source"):
        load_source(folder, "emnist")
    with pytest.raises(ConfigurationError, match=r"usps_16\.npz: not there"):
        load_source(tmp_path, "usps")
