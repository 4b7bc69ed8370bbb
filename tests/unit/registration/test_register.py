from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from forms_ocr.model import GreyImage, Homography, Page, Registration, Template
from forms_ocr.registration import markers_seen, register

DPI = 300.0
PX = DPI / 25.4


def printed(form: Template) -> GreyImage:
    # by a factor and not to a size, which would stretch the print by the rounding
    scale = PX * 25.4 / form.artwork_dpi
    print_ = cv2.resize(form.artwork, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    return np.asarray(print_[: round(form.height_mm * PX), : round(form.width_mm * PX)], np.uint8)


def to_print() -> Homography:
    return np.array([[PX, 0, -0.5], [0, PX, -0.5], [0, 0, 1]])


def skewed(image: GreyImage, degrees: float, scale: float = 1.0) -> tuple[GreyImage, Homography]:
    """The image turned about its middle on a bed that holds all of it, and the matrix that put it there."""
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    matrix[:, 2] += 250
    turned = cv2.warpAffine(image, matrix, (width + 500, height + 500), flags=cv2.INTER_AREA, borderValue=255)
    return np.asarray(turned, np.uint8), np.vstack([matrix, [0, 0, 1]])


def worst_error_mm(form: Template, registration: Registration, truth: Homography) -> float:
    corners = np.concatenate([field.box.corners_mm for field in form.fields]).reshape(-1, 1, 2)
    found = cv2.perspectiveTransform(corners, registration.homography)
    wanted = cv2.perspectiveTransform(corners, truth)
    return float(np.linalg.norm(found - wanted, axis=2).max()) / registration.px_per_mm


@given(degrees=st.floats(-10, 10), scale=st.floats(0.94, 1.06))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_skewed_slip_is_laid_where_it_is(drawn_form: Template, degrees: float, scale: float) -> None:
    page, matrix = skewed(printed(drawn_form), degrees, scale)
    (found,) = register(Page(1, page), drawn_form)
    assert worst_error_mm(drawn_form, found, matrix @ to_print()) < 0.1
    assert found.residual_mm < 0.1
    assert found.artwork_match > 0.8


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("has_markers", [True, False])
def test_every_right_angle_is_found(drawn_form: Template, turns: int, has_markers: bool) -> None:
    form = drawn_form if has_markers else replace(drawn_form, markers=())
    page = np.ascontiguousarray(np.rot90(printed(form), turns))
    (found,) = register(Page(1, page), form)
    assert found.turn_deg == 90 * turns
    assert found.residual_mm < 0.1


@pytest.mark.parametrize("dpi", [150, 200, 600])
def test_resolution_is_measured_not_believed(drawn_form: Template, dpi: int) -> None:
    size = round(drawn_form.width_mm * dpi / 25.4), round(drawn_form.height_mm * dpi / 25.4)
    page = np.asarray(cv2.resize(drawn_form.artwork, size, interpolation=cv2.INTER_AREA), np.uint8)
    (found,) = register(Page(1, page, dpi=72.0), drawn_form)
    assert found.px_per_mm == pytest.approx(dpi / 25.4, rel=0.01)


def test_two_hidden_neighbours_do_not_swing_the_fit(drawn_form: Template) -> None:
    page, matrix = skewed(printed(drawn_form), 3.0)
    page[: 250 + round(27 * PX)] = 250
    (found,) = register(Page(1, page), drawn_form)
    assert worst_error_mm(drawn_form, found, matrix @ to_print()) < 0.15


def test_a_homography_without_the_artwork_is_no_slip(drawn_form: Template) -> None:
    page = np.full((1748, 2480), 255, np.uint8)
    form = printed(drawn_form)
    for marker in drawn_form.markers:
        left, top = (int(v * PX) - 20 for v in marker.corners_mm[0])
        page[top : top + 160, left : left + 160] = form[top : top + 160, left : left + 160]
    assert register(Page(1, page), drawn_form) == ()
    assert markers_seen(Page(1, page), drawn_form) == 4


def test_a_mirrored_slip_is_no_slip(drawn_form: Template) -> None:
    page = np.ascontiguousarray(printed(drawn_form)[:, ::-1])
    assert register(Page(1, page), drawn_form) == ()


def test_two_slips_are_numbered_from_top_to_bottom(drawn_form: Template) -> None:
    form = printed(drawn_form)
    page = np.full((3508, 2480), 255, np.uint8)
    page[: form.shape[0], : form.shape[1]] = form
    page[1755 : 1755 + form.shape[0], : form.shape[1]] = form[::-1, ::-1]
    first, second = register(Page(1, page), drawn_form)
    assert (first.turn_deg, second.turn_deg) == (0, 180)


def test_noise_is_no_slip(drawn_form: Template) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (1200, 1700), dtype=np.uint8)
    assert register(Page(1, noise), drawn_form) == ()


def two_on_a_page(form: Template) -> GreyImage:
    one = printed(form)
    page = np.full((3508, 2480), 252, np.uint8)
    page[: one.shape[0], : one.shape[1]] = one
    page[1755 : 1755 + one.shape[0], : one.shape[1]] = one
    return page


def test_two_slips_without_markers_are_both_found(drawn_form: Template) -> None:
    slips = register(Page(1, two_on_a_page(drawn_form)), replace(drawn_form, markers=()))
    assert len(slips) == 2
    assert max(slip.residual_mm for slip in slips) < 0.15


def test_a_second_slip_whose_markers_are_covered_is_found(drawn_form: Template) -> None:
    page = two_on_a_page(drawn_form)
    for marker in drawn_form.markers:
        left, top = (int(v * PX) - 6 for v in marker.corners_mm[0])
        page[1755 + top : 1755 + top + 135, left : left + 135] = 252
    assert len(register(Page(1, page), drawn_form)) == 2


def test_a_second_slip_that_is_half_there_is_not_dropped(drawn_form: Template) -> None:
    page = two_on_a_page(drawn_form)
    page[1755:, 500:] = 252
    first, second = register(Page(1, page), drawn_form)
    assert first.residual_mm < 0.1
    assert second.residual_mm == float("inf")


def test_pale_print_without_markers_is_found_among_black_writing(drawn_form: Template) -> None:
    form = replace(drawn_form, markers=())
    page, matrix = skewed(printed(form), 2.0)
    half = cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    to_half = np.array([[0.5, 0, -0.25], [0, 0.5, -0.25], [0, 0, 1]])
    pale = 255 - (255 - half.astype(np.float32)) * np.float32(0.14)
    rng = np.random.default_rng(3)
    for start in rng.integers(150, 750, (150, 2)).tolist():
        cv2.line(pale, start, [start[0] + 20, start[1] + 12], 20, 3)
    grain = rng.normal(-6, 3, pale.shape).astype(np.float32)
    (found,) = register(Page(1, np.clip(pale + grain, 0, 255).astype(np.uint8)), form)
    assert worst_error_mm(form, found, to_half @ matrix @ to_print()) < 0.15


def test_a_stretched_slip_is_no_slip(drawn_form: Template) -> None:
    page = printed(drawn_form)
    stretched = cv2.resize(page, (round(page.shape[1] * 1.25), page.shape[0]))
    assert register(Page(1, np.asarray(stretched, np.uint8)), drawn_form) == ()
