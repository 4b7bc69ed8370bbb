from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from forms_ocr.model import GreyImage, Homography, Page, Template
from forms_ocr.registration import register
from forms_ocr.registration.landmarks import NARROW_SEARCH_MM, Sightings, choose_landmarks, look_up
from forms_ocr.registration.pyramid import build_pyramid

PX = 8.0
# the drawn form is whole millimetres wide and high, so this is exact
TO_PRINT: Homography = np.array([[PX, 0, -0.5], [0, PX, -0.5], [0, 0, 1]])
quick = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def printed(form: Template) -> GreyImage:
    # by a factor and not to a size, which would stretch the print by the rounding
    scale = PX * 25.4 / form.artwork_dpi
    return np.asarray(
        cv2.resize(form.artwork, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8
    )


def seen_from(form: Template, page: GreyImage, off_mm: tuple[float, float] = (0.0, 0.0)) -> Sightings:
    """What is seen of a form that a fit lays ``off_mm`` beside where it is."""
    shift = np.eye(3)
    shift[:2, 2] = off_mm
    return look_up(build_pyramid(page), TO_PRINT @ shift, PX, choose_landmarks(form), NARROW_SEARCH_MM)


def errors_mm(form: Template, seen: Sightings, off_mm: tuple[float, float]) -> NDArray[np.float64]:
    errors = seen.found_mm + off_mm - choose_landmarks(form).centres_mm
    return np.asarray(np.hypot(errors[:, 0], errors[:, 1]))


# nearer to the end of the search there is no neighbour left to tell fractions of a pixel by
@given(off_mm=st.tuples(st.floats(-0.85, 0.85), st.floats(-0.85, 0.85)))
@quick
def test_every_landmark_is_found_however_the_fit_is_off(
    drawn_form: Template, off_mm: tuple[float, float]
) -> None:
    seen = seen_from(drawn_form, printed(drawn_form), off_mm)
    assert seen.is_good.all()
    errors = errors_mm(drawn_form, seen, off_mm)
    assert np.median(errors) < 0.03
    assert errors.max() < 0.1


@given(contrast=st.floats(0.3, 1.0), brightness=st.floats(0, 70))
@quick
def test_contrast_and_brightness_move_nothing(
    drawn_form: Template, contrast: float, brightness: float
) -> None:
    page = printed(drawn_form)
    grey = np.rint(page * contrast + brightness).clip(0, 255).astype(np.uint8)
    plain, faint = (seen_from(drawn_form, image, (0.2, -0.1)) for image in (page, grey))
    np.testing.assert_allclose(faint.found_mm, plain.found_mm, atol=0.04)


def test_covered_print_is_not_seen(drawn_form: Template) -> None:
    page = printed(drawn_form)
    x, y = (choose_landmarks(drawn_form).centres_mm[0] * PX).astype(int)
    page[y - 60 : y + 60, x - 60 : x + 60] = 255
    good = seen_from(drawn_form, page).is_good
    assert not good[0]
    assert good.mean() > 0.8


def test_print_that_moved_shows_in_the_residual(drawn_form: Template) -> None:
    page = printed(drawn_form)
    half = page.shape[1] // 2
    page[:, half:] = np.roll(page, round(0.5 * PX), axis=0)[:, half:]
    (found,) = register(Page(1, page), drawn_form)
    assert 0.1 < found.residual_mm < 0.6


@pytest.mark.parametrize("has_markers", [True, False])
def test_a_form_without_print_has_no_landmarks_and_no_slips(drawn_form: Template, has_markers: bool) -> None:
    empty = replace(
        drawn_form,
        artwork=np.full_like(drawn_form.artwork, 255),
        markers=drawn_form.markers if has_markers else (),
    )
    assert len(choose_landmarks(empty).centres_mm) == 0
    assert register(Page(1, printed(drawn_form)), empty) == ()
