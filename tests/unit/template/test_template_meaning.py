"""The TOML file beside a form."""

from __future__ import annotations

import pytest

from forms_ocr.model import AddressFields, Box, Content, DateFields, Field, Roles, Shape
from forms_ocr.template.meaning import Meaning, apply_meaning, parse_meaning

BOX = Box(0, 0, 10, 10)
FIELDS = (
    Field("account", "", Shape.COMB, BOX, BOX.split(12)),
    Field("day", "", Shape.COMB, BOX, BOX.split(2)),
    Field("month", "", Shape.COMB, BOX, BOX.split(2)),
    Field("year", "", Shape.COMB, BOX, BOX.split(2)),
    Field("street", "", Shape.LINE, BOX, content=Content.TEXT),
    Field("signed", "", Shape.SIGNATURE, BOX, content=Content.TEXT),
    Field("agreed", "", Shape.MARK, BOX, content=Content.TEXT),
)
NAMES = frozenset(field.name for field in FIELDS)


def applied(toml: str) -> tuple[dict[str, Field], list[str]]:
    meaning, faults = parse_meaning(toml.encode())
    assert faults == []
    fields, faults = apply_meaning(FIELDS, NAMES, meaning)
    return {field.name: field for field in fields}, faults


def test_no_file_changes_nothing() -> None:
    assert apply_meaning(FIELDS, NAMES, Meaning()) == (FIELDS, [])
    assert Meaning().to_roles() == Roles()


def test_content_and_required_are_taken() -> None:
    fields, faults = applied(
        '[fields]\naccount = {required = true}\nstreet = {content = "digits"}\nsigned = {required = true}'
    )
    assert faults == []
    assert [name for name, field in fields.items() if field.is_required] == ["account", "signed"]
    assert fields["account"].content is Content.DIGITS
    assert fields["street"].content is Content.DIGITS


def test_roles_are_taken() -> None:
    meaning, faults = parse_meaning(
        b'title = "T"\n[roles]\naccount = "account"\nsignature = "signed"\n'
        b'[roles.date]\nday = "day"\nmonth = "month"\nyear = "year"\ncentury = 19\n'
        b'[roles.address]\nstreet = "street"'
    )
    assert faults == []
    assert apply_meaning(FIELDS, NAMES, meaning)[1] == []
    assert meaning.to_roles() == Roles(
        account="account",
        signature="signed",
        date=DateFields("day", "month", "year", 19),
        address=AddressFields(street="street"),
    )


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        (b"title = 3", ["title: "]),
        (b'tittle = "x"', ["tittle: "]),
        (b'[roles.date]\nday = "day"', ["roles.date.month: ", "roles.date.year: "]),
        (b'[roles.date]\nday="d"\nmonth="m"\nyear="y"\ncentury=120', ["roles.date.century: "]),
        (
            b'[fields.account]\ncontent = "numbers"\nneeded = 1',
            ["fields.account.content: ", "fields.account.needed: "],
        ),
        (b"= 1", ["not TOML: "]),
        (b"title = '\xff'", ["byte 9 is not UTF-8"]),
        (b"a = " + b"[" * 5000, ["not TOML: "]),
    ],
)
def test_every_fault_of_the_file_has_its_path(toml: bytes, words: list[str]) -> None:
    meaning, faults = parse_meaning(toml)
    assert meaning == Meaning()
    assert len(faults) == len(words)
    assert all(fault.startswith(start) for fault, start in zip(faults, words, strict=True))


@pytest.mark.parametrize(
    ("toml", "fault"),
    [
        ("[fields.flat]", "fields.flat: the PDF has no such field"),
        ('[fields.agreed]\ncontent = "text"', "fields.agreed.content: a mark has none; remove the line"),
        ('[roles]\nreading = "meter"', "roles.reading: the PDF has no field 'meter'"),
        (
            '[roles]\nsignature = "agreed"',
            "roles.signature: field 'agreed' is a mark; it must be a signature",
        ),
        (
            '[roles]\naccount = "signed"',
            "roles.account: field 'signed' is a signature; it must be a comb or line",
        ),
        (
            '[roles]\naccount = "account"\nreading = "account"',
            "roles.reading: field 'account' already is roles.account",
        ),
        (
            '[roles]\nreading = "street"',
            "roles.reading: field 'street' holds text; say content = \"digits\" under fields",
        ),
    ],
)
def test_what_contradicts_the_pdf_is_told(toml: str, fault: str) -> None:
    assert applied(toml)[1] == [fault]


def test_a_faulty_field_is_not_called_unknown() -> None:
    meaning, _ = parse_meaning(b'[roles]\nreading = "broken"\n[fields.broken]\nrequired = true')
    assert apply_meaning(FIELDS, NAMES | {"broken"}, meaning)[1] == []
