"""Fault messages in both languages: every sentence a reader of scans can say has its Russian."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator

import pytest

from forms_ocr import ingest, pipeline
from forms_ocr.batch import supervisor
from forms_ocr.export.faults import fault_phrase
from forms_ocr.ingest.opening import _STRANGERS
from forms_ocr.store import originals

MODULES = [
    *(f"forms_ocr.ingest.{found.name}" for found in pkgutil.iter_modules(ingest.__path__)),
    *(module.__name__ for module in (originals, supervisor, pipeline)),
]
MESSAGE_NAMES = {"message", "what"}
ERRORS = {"ScanError", "PageError"}
FILLED_IN = "7"
PLACE = re.compile(rf"^(page {FILLED_IN} of )?{FILLED_IN}: ")


def messages_of(module: str) -> Iterator[str]:
    """Every message the module makes, what changes filled in; those that only hand one on are left out."""
    for node in ast.walk(ast.parse(inspect.getsource(importlib.import_module(module)))):
        for text in map(rendered, told(node)):
            sentence = PLACE.sub("", text)
            if sentence not in {"", FILLED_IN}:
                yield sentence


def told(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
        yield node.args[1]
    if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in MESSAGE_NAMES:
        yield node.value


def rendered(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(FILLED_IN if isinstance(v, ast.FormattedValue) else rendered(v) for v in node.values)
    if isinstance(node, ast.BinOp):
        return rendered(node.left) + ("" if isinstance(node.right, ast.IfExp) else rendered(node.right))
    return ""


def limits_filled_in(sentence: str) -> str:
    """``; {most}`` of two messages stands for a few words with a limit."""
    return re.sub(rf"(MB|picture); {FILLED_IN};", r"\1; at most 7 MB are read;", sentence)


SENTENCES = sorted({limits_filled_in(sentence) for module in MODULES for sentence in messages_of(module)})


def test_the_sources_were_searched() -> None:
    assert len(SENTENCES) > 35


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_sentence_has_its_russian_with_what_changes_in_it(sentence: str) -> None:
    phrase = fault_phrase(sentence)
    assert phrase is not None
    assert phrase.en == sentence
    assert re.search("[а-я]", phrase.ru)
    assert not re.search(r"\b[a-z]{2,}\b", phrase.ru)
    changing = len(re.findall(rf"\b{FILLED_IN}\b", re.sub(rf"\({FILLED_IN}\)", "", sentence)))
    assert len(re.findall(rf"\b{FILLED_IN}\b", phrase.ru)) >= changing


@pytest.mark.parametrize("guess", [guess for _, guess in _STRANGERS])
def test_what_a_stranger_looks_like_is_told_in_both_languages(guess: str) -> None:
    phrase = fault_phrase(f"not a PDF, TIFF, JPEG or PNG: {guess}")
    assert phrase is not None
    assert not re.search(r"\b[a-z]{2,}\b", phrase.ru)


def test_numbers_are_written_as_russian_does() -> None:
    phrase = fault_phrase("the PDF page is 7.5 m long; scan it at 300 dpi")
    assert phrase is not None
    assert "7,5 м" in phrase.ru


def test_markers_and_signals_are_named() -> None:
    seen = fault_phrase(
        "3 of 4 markers found, but the print between them is not where it should be; "
        "is the slip whole, flat, and printed at 100 %?"
    )
    death = fault_phrase("the process that read it died twice (exit status 3); scan it again")
    assert seen is not None
    assert "меток: 3 из 4" in seen.ru
    assert death is not None
    assert "код выхода 3" in death.ru


def test_an_unknown_sentence_has_no_russian() -> None:
    assert fault_phrase("something new") is None
