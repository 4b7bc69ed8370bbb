"""One run over the samples for all tests of a session."""

from __future__ import annotations

import pytest

from tests.acceptance.sample_run import SampleRun, run_samples


@pytest.fixture(scope="session")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> SampleRun:
    """The samples, read with two workers."""
    return run_samples(tmp_path_factory.mktemp("acceptance") / "workspace", "--workers", "2")
