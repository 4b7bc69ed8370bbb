"""The CSV tables: columns, text that stays text, rows in order, formulas made harmless."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms_ocr.export.tables import (
    confidence_text,
    neutralised,
    page_table,
    restored,
    slip_tables,
)
from forms_ocr.model import (
    Box,
    Disposition,
    Field,
    FieldReading,
    FiledPage,
    FiledSlip,
    PageDisposition,
    Reason,
    Roles,
    Shape,
    Template,
    natural_key,
)

MakeSlip = Callable[..., FiledSlip]
MakePage = Callable[..., FiledPage]

HEADER = (
    "slip_id,office,scan,page,slip,account,reading,date,address,signed,confidence,disposition,reasons,note"
)


def rows(table: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.decode("utf-8"), newline=""), strict=True))


def test_a_record_is_written_exactly_so(make_slip: MakeSlip, template: Template) -> None:
    slip = make_slip(slip_id="5e1f", address="ул. Ленина, 12")
    assert slip_tables([slip], template)["records.csv"].decode("utf-8") == (
        f"{HEADER}\r\n"
        '5e1f,12,12/a.pdf,1,1,012100000000,00563,2026-11-24,"ул. Ленина, 12",true,0.9999,accepted,,\r\n'
    )


def test_a_page_is_written_exactly_so(make_page: MakePage) -> None:
    pages = [
        make_page(),
        make_page("12/b.pdf", 0, PageDisposition.QUARANTINED, reason=Reason.SCAN_BROKEN),
    ]
    assert page_table(pages).decode("utf-8") == (
        "scan,page,disposition,slips,reason\r\n"
        "12/a.pdf,1,slips,1,\r\n"
        "12/b.pdf,0,quarantined,0,scan_broken\r\n"
    )


def test_nothing_to_say_leaves_the_header_alone(template: Template) -> None:
    tables = slip_tables([], template)
    assert tables == dict.fromkeys(("records.csv", "review.csv", "refused.csv"), f"{HEADER}\r\n".encode())
    assert page_table([]) == b"scan,page,disposition,slips,reason\r\n"


def test_each_disposition_has_its_table(make_slip: MakeSlip, template: Template) -> None:
    reasons = (Reason.ACCOUNT_UNCERTAIN, Reason.READING_MISSING)
    slips = [
        make_slip(slip=1, disposition=Disposition.REVIEW, reasons=reasons),
        make_slip(slip=2),
        make_slip(slip=3, disposition=Disposition.REFUSED, reasons=(Reason.ACCOUNT_CLOSED,)),
    ]
    tables = {name: rows(table) for name, table in slip_tables(slips, template).items()}
    assert [row["slip"] for row in tables["records.csv"]] == ["2"]
    assert [row["reasons"] for row in tables["review.csv"]] == ["account_uncertain;reading_missing"]
    assert [row["disposition"] for row in tables["refused.csv"]] == ["refused"]


@given(account=st.text("0123456789", max_size=12), reading=st.text("0123456789", max_size=6))
@settings(max_examples=40)
def test_digits_survive_to_the_last_zero(account: str, reading: str) -> None:
    assert neutralised(account) == account
    assert neutralised(reading) == reading


def test_leading_zeros_survive_in_the_file(make_slip: MakeSlip, template: Template) -> None:
    (row,) = rows(slip_tables([make_slip(account="000000000000", reading="0000")], template)["records.csv"])
    assert (row["account"], row["reading"]) == ("000000000000", "0000")


@pytest.mark.parametrize(
    "name", ['12/a"b.pdf', "12/a,b.pdf", "12/a\r\nb.pdf", "12/a\rb.pdf", "12/нул\x00.pdf"]
)
def test_names_with_signs_of_csv_come_back_whole(
    name: str, make_slip: MakeSlip, make_page: MakePage, template: Template
) -> None:
    (slip,) = rows(slip_tables([make_slip(name)], template)["records.csv"])
    (page,) = rows(page_table([make_page(name)]))
    assert restored(slip["scan"]) == restored(page["scan"]) == name


def test_a_name_that_is_no_utf8_is_written_by_its_code(make_page: MakePage) -> None:
    assert b"12/\\udcff.pdf" in page_table([make_page("12/\udcff.pdf")])


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
        ("+7 900", "'+7 900"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("'", "''"),
        ("a;=1", "a;'=1"),
        ("a\n=1", "a\n'=1"),
        ("＝1", "'＝1"),
        ("1=1", "1=1"),
        ("ул. 8-го Марта", "ул. 8-го Марта"),
    ],
)
def test_the_beginning_of_a_formula_gets_an_apostrophe(typed: str, written: str) -> None:
    assert neutralised(typed) == written


@given(st.text("=+-@\t\r\n;'a1", max_size=12) | st.text(max_size=12))
def test_apostrophes_can_be_taken_away_again(text: str) -> None:
    assert restored(neutralised(text)) == text


@given(
    st.from_regex(r"[0-9]{0,12}", fullmatch=True),
    st.from_regex(r"[0-9]{0,8}", fullmatch=True),
    st.dates().map(date.isoformat) | st.just(""),
)
def test_account_reading_and_date_never_get_an_apostrophe(account: str, reading: str, day: str) -> None:
    assert [neutralised(text) for text in (account, reading, day)] == [account, reading, day]


def test_every_text_of_strangers_is_neutralised(make_slip: MakeSlip, template: Template) -> None:
    slip = make_slip("=1/a.pdf", account="+1", reading="-1", note="@1", address="=2", office="=1")
    (row,) = rows(slip_tables([slip], template)["records.csv"])
    assert {row[column][:2] for column in ("office", "scan", "account", "reading", "address", "note")} == {
        "'=",
        "'+",
        "'-",
        "'@",
    }


def test_the_name_of_a_column_is_neutralised(make_slip: MakeSlip, template: Template) -> None:
    hostile = replace(template, fields=(replace(template.fields[2], name="=1"),))
    header = slip_tables([make_slip()], hostile)["records.csv"].partition(b"\r\n")[0]
    assert header.endswith(b",'=1")


@pytest.mark.parametrize(
    ("confidence", "text"),
    [(1.0, "1.0000"), (0.99996, "0.9999"), (0.29, "0.2900"), (0, "0.0000"), (1e-9, "0.0000")],
)
def test_confidence_is_rounded_down(confidence: float, text: str) -> None:
    assert confidence_text(confidence) == text


def test_confidence_of_a_network_is_a_number_too() -> None:
    assert confidence_text(np.float32(0.5)) == "0.5000"  # type: ignore[arg-type]


@given(st.floats(0, 1))
@settings(max_examples=60)
def test_written_confidence_never_exceeds_the_true_one(confidence: float) -> None:
    assert float(confidence_text(confidence)) <= confidence < float(confidence_text(confidence)) + 0.0001001


@pytest.mark.parametrize("confidence", [float("nan"), -0.1, 1.1, float("inf")])
def test_confidence_that_is_no_probability_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="not between 0 and 1"):
        confidence_text(confidence)


def test_scan_2_stands_before_scan_10() -> None:
    names = ["scan 10.pdf", "scan 2.pdf", "scan.pdf", "Scan 1.pdf"]
    assert sorted(names, key=natural_key) == ["Scan 1.pdf", "scan 2.pdf", "scan 10.pdf", "scan.pdf"]


@given(st.text("0a/ ²٣", max_size=6), st.text("0a/ ²٣", max_size=6))
@settings(max_examples=60)
def test_names_are_equal_in_order_only_when_equal(one: str, other: str) -> None:
    assert (natural_key(one) == natural_key(other)) == (one == other)
    assert (natural_key(one) < natural_key(other)) != (natural_key(other) <= natural_key(one))


def foreign_template(template: Template, *names: str) -> Template:
    """A form of another company: no roles, fields of any name."""
    box = Box(0, 0, 10, 10)
    return replace(
        template,
        roles=Roles(),
        fields=tuple(Field(name, "", Shape.COMB, box, box.split(2)) for name in names),
    )


def foreign_slip(slip: FiledSlip, **values: str) -> FiledSlip:
    fields = tuple(FieldReading(name, value, 1) for name, value in values.items())
    return replace(slip, record=replace(slip.record, account="", reading="", date="", fields=fields))


def test_without_roles_every_field_is_a_column(make_slip: MakeSlip, template: Template) -> None:
    slip = foreign_slip(make_slip(), meter="007", floor="3")
    (row,) = rows(slip_tables([slip], foreign_template(template, "meter", "floor"))["records.csv"])
    assert list(row)[-2:] == ["meter", "floor"]
    assert (row["meter"], row["floor"], row["account"]) == ("007", "3", "")


def test_without_roles_a_field_named_account_fills_that_column(
    make_slip: MakeSlip, template: Template
) -> None:
    slip = foreign_slip(make_slip(), account="0099")
    (row,) = rows(slip_tables([slip], foreign_template(template, "account"))["records.csv"])
    assert row["account"] == "0099"
    assert list(row)[-1] == "reasons"


def test_no_field_can_pass_for_a_column_of_the_program(make_slip: MakeSlip, template: Template) -> None:
    slip = foreign_slip(make_slip(), disposition="accepted", office="99")
    form = foreign_template(template, "disposition", "office", "field.office")
    (row,) = rows(slip_tables([slip], form)["records.csv"])
    assert row["office"] == "12"
    assert list(row)[-3:] == ["field.disposition", "field.office", "field.field.office"]


def test_a_field_the_record_lacks_is_an_empty_cell(make_slip: MakeSlip, template: Template) -> None:
    (row,) = rows(slip_tables([foreign_slip(make_slip())], template)["records.csv"])
    assert row["note"] == ""


def test_with_several_forms_every_slip_fills_the_columns_of_its_own(
    make_slip: MakeSlip, template: Template
) -> None:
    own = replace(template, fingerprint="own")
    other = replace(foreign_template(template, "account", "floor", "note"), fingerprint="other")
    slips = [
        replace(make_slip("s1"), template="own"),
        replace(foreign_slip(make_slip("s2"), account="77", floor="3", note="n"), template="other"),
    ]
    first, second = rows(slip_tables(slips, own, [other])["records.csv"])
    assert list(first)[-2:] == ["note", "floor"]
    assert (first["account"], first["floor"]) == (slips[0].record.account, "")
    assert (second["account"], second["floor"], second["note"]) == ("77", "3", "n")


def test_a_slip_of_a_form_that_nobody_names_any_more_is_shown_by_the_first(
    make_slip: MakeSlip, template: Template
) -> None:
    other = replace(foreign_template(template, "floor"), fingerprint="other")
    slip = replace(make_slip(), template="of last year")
    (row,) = rows(slip_tables([slip], replace(template, fingerprint="own"), [other])["records.csv"])
    assert row["account"] == slip.record.account
