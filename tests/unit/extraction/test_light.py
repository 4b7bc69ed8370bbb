import numpy as np
import pytest

from forms_ocr.extraction.light import even_light
from forms_ocr.model import GreyImage

WHOLE = [(slice(None), slice(None))]


def strip(paper: int) -> GreyImage:
    """A strip with a stroke of a third of the paper's light across it."""
    made = np.full((90, 400), paper, np.uint8)
    made[40:44, 20:380] = paper // 3
    return made


def test_bright_paper_is_left_as_it_is() -> None:
    made = strip(235)
    even_light(made, WHOLE)
    np.testing.assert_array_equal(made, strip(235))


@pytest.mark.parametrize("paper", [50, 90, 140])
def test_dim_paper_becomes_white_and_ink_keeps_its_share(paper: int) -> None:
    made = strip(paper)
    even_light(made, WHOLE)
    assert made[10, 200] == pytest.approx(245, abs=6)
    assert made[42, 200] == pytest.approx(245 / 3, abs=8)


def test_the_edge_of_a_shadow_leaves_no_stroke() -> None:
    made = np.full((90, 400), 230, np.uint8)
    made[:, 200:] = 90
    even_light(made, WHOLE)
    # away from the edge itself, both sides are alike
    assert abs(int(made[45, 100]) - int(made[45, 300])) < 20


def test_strips_do_not_brighten_each_other() -> None:
    made = np.full((90, 400), 255, np.uint8)
    made[:, :180] = strip(60)[:, :180]
    even_light(made, [(slice(None), slice(0, 180)), (slice(None), slice(220, 400))])
    assert made[10, 170] == pytest.approx(245, abs=6)
    assert (made[:, 220:] == 255).all()
