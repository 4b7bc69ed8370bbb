"""The house keeps its order: imports point one way, nothing lies where it does not belong."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[2]

TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "Makefile",
    "README.md",
    "bench",
    "constraints.txt",
    "docs",
    "forms_ocr",
    "install.sh",
    "pyproject.toml",
    "samples",
    "templates",
    "tests",
    "training",
}
"""What a stranger sees first. A new entry is a new room: it belongs into docs/architecture.md too."""

MADE_BY_TOOLS = {
    *(".git", ".venv", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".import_linter_cache"),
    *("workspace", "out", "dist", "build", "__pycache__"),
}

WRITTEN = {".py", ".md", ".toml", ".txt", ".sh", ".css", ".js", ".j2", ""}

VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}

FORBIDDEN = {
    "an open end": re.compile(r"\b(TODO|FIXME|XXX|HACK)\b"),
    "a path of one machine": re.compile(r"/(?:home|Users|root|work)/\w"),
    "a package registry's address": re.compile(r"--(?:extra-)?index-url\b|https?://[\w.]*pypi[\w.]*/simple"),
}


@cache
def _texts() -> dict[Path, str]:
    """Every file that people write, with what it holds."""
    rooms = [path for path in ROOT.iterdir() if path.name not in MADE_BY_TOOLS]
    files = [path for room in rooms for path in (room.rglob("*") if room.is_dir() else [room])]
    return {
        path: path.read_text(encoding="utf-8")
        for path in sorted(files)
        if path.is_file() and path.suffix in WRITTEN and "__pycache__" not in path.parts
    }


@cache
def _modules(room: str) -> dict[Path, ast.Module]:
    """A folder's Python files, parsed."""
    texts = {path: text for path, text in _texts().items() if path.suffix == ".py"}
    return {path: ast.parse(text) for path, text in texts.items() if path.is_relative_to(ROOT / room)}


def test_imports_point_one_way(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_top_level_holds_what_it_should() -> None:
    found = {path.name for path in ROOT.iterdir()}
    visible = {name for name in found if not name.startswith(".")} - MADE_BY_TOOLS
    assert visible <= TOP_LEVEL, f"new at the top level: {sorted(visible - TOP_LEVEL)}"
    assert found >= TOP_LEVEL, f"gone from the top level: {sorted(TOP_LEVEL - found)}"


def test_every_module_of_the_program_says_what_it_is_for() -> None:
    modules = _modules("forms_ocr")
    assert len(modules) > 100
    assert [str(path) for path, tree in modules.items() if not ast.get_docstring(tree)] == []


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "forms_ocr").rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


BROUGHT_ALONG = {"markupsafe", "pydantic_core"}
"""Jinja and Pydantic pin these and have their users import from them."""

IMPORTED_AS = {"scikit-learn": "sklearn"}
"""The module of a package that is called otherwise and may not be installed."""


def _imported(room: str) -> set[str]:
    """The top-level modules that a folder's files import, apart from Python's own and ours."""
    nodes = [node for tree in _modules(room).values() for node in ast.walk(tree)]
    assert nodes
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    modules = {name.partition(".")[0] for name in names}
    ours = {path.name for path in ROOT.iterdir()} | {path.stem for path in _modules(room)}
    return modules - set(sys.stdlib_module_names) - ours


@cache
def _installed() -> Mapping[str, list[str]]:
    """The top-level modules that can be imported, with the packages that bring them."""
    return packages_distributions()


def _declared(*extras: str) -> set[str]:
    """The modules of the packages that pyproject.toml names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(one for extra in extras for one in project["optional-dependencies"][extra]),
    ]
    packages = {re.split(r"[=<>\[ ]", one)[0].lower() for one in wanted}
    modules = {
        module
        for module, names in _installed().items()
        if packages & {name.lower().replace("_", "-") for name in names}
    }
    # an extra that is not installed is known by the packages' names
    return modules | {IMPORTED_AS.get(package, package) for package in packages}


@pytest.mark.parametrize(
    ("room", "extras"),
    [
        ("forms_ocr", ("oidc",)),
        ("samples", ()),
        ("templates", ()),
        ("docs", ("dev",)),
        ("tests", ("dev",)),
        ("bench", ("dev",)),
        ("training", ("training",)),
    ],
)
def test_every_import_is_declared(room: str, extras: tuple[str, ...]) -> None:
    assert _imported(room) - _declared(*extras) - BROUGHT_ALONG == set()


def test_direct_dependencies_are_pinned_alike() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").lower().splitlines()
    pinned = {line for line in lines if not line.startswith("#")}
    assert {
        one.lower() for one in [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    } <= pinned


def test_names_say_what_is_inside() -> None:
    vague = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "forms_ocr").rglob("*")
        if path.stem.strip("_").lower() in VAGUE_NAMES
    ]
    assert vague == []


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path, text in _texts().items()
        if path != Path(__file__)
        for number, line in enumerate(text.splitlines(), start=1)
        if FORBIDDEN[what].search(line)
    ]
    assert found == []


def test_test_files_have_names_of_their_own() -> None:
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))
    assert not list((ROOT / "tests").rglob("__init__.py"))
