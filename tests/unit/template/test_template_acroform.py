"""Fields read from an AcroForm that is built in memory."""

from __future__ import annotations

from typing import Any

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name

from forms_ocr.model import Content, Shape
from forms_ocr.template import acroform
from forms_ocr.template.acroform import Form, read_form

COMB = 1 << 24
MM = 72 / 25.4
PAGE_MM = (210.0, 148.0)


class Sheet:
    """A page of A5 with widgets, millimetres from the top left."""

    def __init__(self) -> None:
        self.pdf = pikepdf.new()
        self.pdf.add_blank_page(page_size=(PAGE_MM[0] * MM, PAGE_MM[1] * MM))
        self.page = self.pdf.pages[0].obj
        self.page.Annots = Array()
        self.pdf.Root.AcroForm = Dictionary(Fields=Array())

    def widget(
        self, left: float = 20, top: float = 20, width: float = 60, height: float = 10, **more: Any
    ) -> Any:
        bottom = PAGE_MM[1] - top - height
        rect = Array([left * MM, bottom * MM, (left + width) * MM, (bottom + height) * MM])
        node = self.pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Widget, F=4, Rect=rect))
        for key, value in more.items():
            node[f"/{key}"] = value
        self.page.Annots.append(node)
        return node

    def field(self, *place: float, **entries: Any) -> Any:
        entries = {"FT": Name.Tx, "Ff": COMB, "MaxLen": 6, "T": "reading", **entries}
        node = self.widget(*place, **{key: value for key, value in entries.items() if value is not None})
        self.pdf.Root.AcroForm.Fields.append(node)
        return node

    def read(self) -> Form:
        return read_form(self.pdf)


@pytest.fixture
def sheet() -> Sheet:
    return Sheet()


def only_fault(form: Form) -> str:
    assert len(form.faults) == 1, form.faults
    return form.faults[0]


@given(cells=st.integers(1, 15), left=st.floats(1, 50), top=st.floats(1, 100))
def test_a_comb_is_cut_into_its_cells(cells: int, left: float, top: float) -> None:
    sheet = Sheet()
    sheet.field(left, top, 9.0 * cells, 10.0, MaxLen=cells, TU="Показание")
    (field,) = sheet.read().fields
    assert (field.shape, field.content, field.label) == (Shape.COMB, Content.DIGITS, "Показание")
    assert (field.box.left_mm, field.box.top_mm) == pytest.approx((left, top), abs=1e-3)
    assert len(field.cells) == cells
    assert [cell.width_mm for cell in field.cells] == pytest.approx([9.0] * cells, abs=1e-3)
    assert field.cells[-1].right_mm == pytest.approx(field.box.right_mm)


@pytest.mark.parametrize(
    ("entries", "shape"),
    [
        ({"FT": Name.Tx, "Ff": None, "MaxLen": None}, Shape.LINE),
        ({"FT": Name.Tx, "Ff": None, "MaxLen": 40}, Shape.LINE),
        ({"FT": Name.Sig, "Ff": None, "MaxLen": None}, Shape.SIGNATURE),
        ({"FT": Name.Btn, "Ff": None, "MaxLen": None}, Shape.MARK),
    ],
)
def test_the_other_kinds_are_one_box_of_text(sheet: Sheet, entries: dict[str, Any], shape: Shape) -> None:
    sheet.field(**entries)
    (field,) = sheet.read().fields
    assert (field.shape, field.cells, field.content, field.label) == (shape, (), Content.TEXT, "reading")


def test_names_and_kinds_come_down_from_parents(sheet: Sheet) -> None:
    group = sheet.pdf.make_indirect(Dictionary(T="date", FT=Name.Tx, Ff=COMB, MaxLen=2, Kids=Array()))
    for number, name in enumerate(("day", "month")):
        group.Kids.append(sheet.widget(20 + 30 * number, 20, 18, 10, T=name, Parent=group))
    sheet.pdf.Root.AcroForm.Fields.append(group)
    sheet.field(100, 20, 18, 10, T="date.year", MaxLen=2)
    form = sheet.read()
    assert form.faults == ()
    assert [field.name for field in form.fields] == ["date.day", "date.month", "date.year"]
    assert [len(field.cells) for field in form.fields] == [2, 2, 2]


def test_the_widget_may_be_a_kid_of_the_field(sheet: Sheet) -> None:
    field = sheet.pdf.make_indirect(Dictionary(T="reading", FT=Name.Tx, Ff=COMB, MaxLen=6, Kids=Array()))
    field.Kids.append(sheet.widget(Parent=field))
    sheet.pdf.Root.AcroForm.Fields.append(field)
    assert [found.name for found in sheet.read().fields] == ["reading"]


def test_a_push_button_is_no_field(sheet: Sheet) -> None:
    sheet.field()
    sheet.field(100, 20, 20, 10, T="print", FT=Name.Btn, Ff=1 << 16)
    form = sheet.read()
    assert form.faults == ()
    assert [field.name for field in form.fields] == ["reading"]


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"MaxLen": None}, "comb without MaxLen"),
        ({"MaxLen": 0}, "comb without MaxLen"),
        ({"MaxLen": 101}, "at most 100 cells"),
        ({"MaxLen": 30}, "makes them 2.0 x 10.0 mm; at least 3 x 4 mm"),
        ({"FT": Name.Ch}, "only text, check box and signature"),
        ({"FT": Name.Btn, "Ff": 1 << 15}, "radio buttons"),
        ({"FT": None}, "its kind /FT is None"),
        ({"T": None}, "give it one"),
        ({"T": "a" * 200}, "200 characters"),
        ({"T": "a..b"}, "empty parts"),
        ({"T": "a\nb"}, "control characters"),
        ({"F": 2}, "hidden"),
        ({"MK": Dictionary(R=30)}, "turned by 30 degrees"),
        ({"Rect": Array([0, 0])}, "makes them 0.0 x 0.0 mm"),
    ],
)
def test_each_fault_names_its_field(sheet: Sheet, entries: dict[str, Any], words: str) -> None:
    sheet.field(**entries)
    form = sheet.read()
    assert form.fields == ()
    assert words in only_fault(form)
    assert only_fault(form).startswith(("field ", "a field without a name"))


def test_a_field_beyond_the_page_is_told_with_the_distance(sheet: Sheet) -> None:
    sheet.field(160, 20, 60, 10)
    assert "10.0 mm beyond the page of 210 x 148 mm" in only_fault(sheet.read())


def test_a_field_in_two_places_is_told(sheet: Sheet) -> None:
    field = sheet.pdf.make_indirect(Dictionary(T="reading", FT=Name.Tx, Kids=Array()))
    for top in (20, 60):
        field.Kids.append(sheet.widget(20, top, Parent=field))
    sheet.pdf.Root.AcroForm.Fields.append(field)
    assert "stands in 2 places" in only_fault(sheet.read())


def test_one_name_for_two_fields_is_told(sheet: Sheet) -> None:
    sheet.field(20, 20)
    sheet.field(20, 60)
    assert "2 fields have this name" in only_fault(sheet.read())


def test_fields_may_touch_but_not_lie_on_each_other(sheet: Sheet) -> None:
    sheet.field(20, 20, 60, 10, T="a")
    sheet.field(80, 20, 60, 10, T="b")
    sheet.field(20, 30, 60, 10, T="c")
    assert sheet.read().faults == ()
    sheet.field(70, 25, 60, 10, T="d")
    assert sum("lies on field" in fault for fault in sheet.read().faults) == 3


def test_a_widget_that_the_form_does_not_list_is_told(sheet: Sheet) -> None:
    sheet.field()
    sheet.widget(20, 60, T="forgotten", FT=Name.Tx)
    assert "missing from /AcroForm /Fields: 'forgotten'" in only_fault(sheet.read())


def test_a_page_without_fields_is_told() -> None:
    assert "there are no fields" in only_fault(Sheet().read())


def test_a_cycle_of_fields_ends(sheet: Sheet) -> None:
    loop = sheet.pdf.make_indirect(Dictionary(T="loop", Kids=Array()))
    loop.Kids.append(loop)
    sheet.pdf.Root.AcroForm.Fields.append(loop)
    assert "levels" in only_fault(sheet.read())


def test_too_many_fields_are_told(sheet: Sheet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acroform, "MAX_FIELDS", 5)
    for number in range(5):
        sheet.field(20, 10 + 15 * number, T=f"n{number}")
    assert sheet.read().faults == ()
    sheet.field(20, 100, T="n5")
    assert "more than 5 fields" in only_fault(sheet.read())


def test_all_faults_come_together(sheet: Sheet) -> None:
    sheet.field(20, 20, T="a", MaxLen=None)
    sheet.field(190, 40, T="b")
    sheet.field(20, 60, T="c", FT=Name.Ch)
    sheet.field(20, 80, T="good")
    form = sheet.read()
    assert [fault.split(":")[0] for fault in form.faults] == ["field 'a'", "field 'b'", "field 'c'"]
    assert [field.name for field in form.fields] == ["good"]
    assert form.named == {"a", "b", "c", "good"}
