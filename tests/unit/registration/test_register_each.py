from dataclasses import replace

import cv2
import numpy as np
import pytest

from forms_ocr.model import GreyImage, Page, Template
from forms_ocr.registration import register, register_each


@pytest.fixture
def first(drawn_form: Template) -> Template:
    return replace(drawn_form, markers=(), fingerprint="first")


@pytest.fixture
def second(drawn_form: Template) -> Template:
    """A form of the same size with its print in other places."""
    mirrored = np.ascontiguousarray(drawn_form.artwork[:, ::-1])
    return replace(drawn_form, artwork=mirrored, markers=(), fingerprint="second")


@pytest.fixture
def next_edition(first: Template) -> Template:
    """The first form with one more box on it."""
    artwork = first.artwork.copy()
    height, width = artwork.shape
    cv2.rectangle(artwork, (width // 3, height // 2), (2 * width // 3, height // 2 + height // 8), (90,), 6)
    return replace(first, artwork=artwork, fingerprint="next")


def printed(*forms: Template) -> Page:
    """The forms one above the other on one page."""
    return Page(1, np.concatenate([form.artwork for form in forms]), forms[0].artwork_dpi)


def found_on(page: Page, *forms: Template) -> list[str]:
    return [laid.template for _, laid in register_each(page, forms)]


def test_with_one_template_nothing_is_changed(first: Template) -> None:
    ((template, laid),) = register_each(printed(first), [first])
    (alone,) = register(printed(first), first)
    assert template is first
    assert laid.template == ""
    assert np.array_equal(laid.homography, alone.homography)


def test_each_page_finds_its_own_form_whatever_the_order(first: Template, second: Template) -> None:
    for form in (first, second):
        assert found_on(printed(form), first, second) == [form.fingerprint]
        assert found_on(printed(form), second, first) == [form.fingerprint]


def test_editions_of_one_form_are_told_apart(first: Template, next_edition: Template) -> None:
    for form in (first, next_edition):
        assert found_on(printed(form), first, next_edition) == [form.fingerprint]
        assert found_on(printed(form), next_edition, first) == [form.fingerprint]


def test_slips_of_two_forms_on_one_page_are_both_found_in_reading_order(
    first: Template, second: Template
) -> None:
    for upper, lower in ((first, second), (second, first)):
        page = printed(upper, lower)
        assert found_on(page, first, second) == [upper.fingerprint, lower.fingerprint]


def test_a_page_of_none_of_them_has_no_slip(first: Template, second: Template) -> None:
    empty: GreyImage = np.full_like(first.artwork, 250)
    assert found_on(Page(1, empty), first, second) == []
