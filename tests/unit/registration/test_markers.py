import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from forms_ocr.registration.markers import fit_similarity

SQUARE = np.array([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)])


@given(
    degrees=st.floats(-180, 180), scale=st.floats(0.5, 30), shift=st.tuples(st.floats(-99, 99), st.just(7.0))
)
def test_a_similarity_is_recovered(degrees: float, scale: float, shift: tuple[float, float]) -> None:
    angle = np.radians(degrees)
    linear = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    fit = fit_similarity(SQUARE, SQUARE @ linear.T + shift)
    np.testing.assert_allclose(fit[:2, :2], linear, atol=1e-9)
    np.testing.assert_allclose(fit[:2, 2], shift, atol=1e-9)


def test_a_similarity_to_one_point_is_finite() -> None:
    assert np.isfinite(fit_similarity(np.zeros((4, 2)), SQUARE)).all()
