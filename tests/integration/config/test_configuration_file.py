from __future__ import annotations

from pathlib import Path

import pytest

from forms_ocr.config import Configuration, load_configuration
from forms_ocr.errors import ConfigurationError, ExitCode


def write(folder: Path, text: str) -> Path:
    path = folder / "forms-ocr.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_no_file_is_the_defaults() -> None:
    assert load_configuration(None) == Configuration()


def test_what_is_set_is_set_and_the_rest_stays(tmp_path: Path) -> None:
    path = write(tmp_path, 'timezone = "Asia/Omsk"\n[rules]\nfirst_day = 20\n[batch]\nworkers = 3\n')
    configuration = load_configuration(path)
    assert (configuration.timezone, configuration.rules.first_day, configuration.rules.last_day) == (
        "Asia/Omsk",
        20,
        26,
    )
    assert configuration.batch.worker_count == 3


def test_all_faults_are_told_at_once_with_their_places(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'timezone = "Mars/Base"\nfirstday = 1\n'
        '[rules]\nfirst_day = 40\nmin_confidence = "high"\nrefuse_when_certain = ["bad_mood"]\n'
        "[ingest]\nmax_pages = 0\n[batch]\nworker = 2\n",
    )
    with pytest.raises(ConfigurationError) as caught:
        load_configuration(path)
    faults = "\n".join(caught.value.faults)
    for place in (
        "timezone: 'Mars/Base'",
        "firstday: there is no such setting",
        "rules.first_day: ",
        "rules.min_confidence: ",
        "rules.refuse_when_certain.0: ",
        "ingest.max_pages: ",
        "batch.worker: there is no such setting",
    ):
        assert place in faults
    assert "(got 40)" in faults
    assert caught.value.exit_code is ExitCode.CONFIGURATION


@pytest.mark.parametrize("text", ["[rules\n", "a = 1\na = 2\n"])
def test_a_file_that_is_not_toml_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match="not TOML"):
        load_configuration(write(tmp_path, text))


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    path = tmp_path / "forms-ocr.toml"
    path.write_bytes("# район\n".encode("cp1251"))
    with pytest.raises(ConfigurationError, match="not TOML"):
        load_configuration(path)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_configuration(tmp_path)
