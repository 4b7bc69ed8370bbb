"""Findings in Russian and English, with what to do about them."""

from __future__ import annotations

from forms_ocr.export.faults import fault_phrase
from forms_ocr.export.phrases import Phrase
from forms_ocr.export.reasons import REASON_TEXTS
from forms_ocr.inspection.finding import Finding, Kind

_TEXTS = {
    Kind.NOT_THIS_FORM: Phrase(
        "не наш бланк; письмо или чек отложите, бланк отсканируйте целиком",
        "not our form; put a letter or receipt aside, scan a form whole",
    ),
    Kind.MISALIGNED: Phrase(
        "бланк виден, но не накладывается; расправьте его и отсканируйте целиком",
        "the form is there but cannot be laid straight; flatten it and scan all of it",
    ),
    Kind.CUT_OFF: Phrase(
        "край бланка обрезан; положите его целиком на стекло",
        "a part of the form is cut off; lay all of it on the glass",
    ),
    Kind.COVERED: Phrase(
        "бланк частично закрыт другим; положите их рядом",
        "the form lies under another; lay them side by side",
    ),
    Kind.DISTORTED: Phrase(
        "строки сдвинуты на {measured:.2f} мм, допустимо {bound:.2f}; расправьте бланк",
        "rows are off by {measured:.2f} mm, {bound:.2f} at most; flatten the form",
    ),
    Kind.RESOLUTION_TOO_LOW: Phrase(
        "разрешение {measured:.0f} точек на дюйм, нужно не меньше {bound:.0f}; сканируйте с разрешением 300",
        "{measured:.0f} dots an inch, {bound:.0f} at least; scan at 300",
    ),
    Kind.BLURRED: Phrase(
        "нерезко: край печати размыт на {measured:.2f} мм, допустимо {bound:.2f}; "
        "протрите стекло, прижмите лист",
        "blurred: printed edges are {measured:.2f} mm wide, {bound:.2f} at most; "
        "wipe the glass, press the paper",
    ),
    Kind.TOO_DARK: Phrase("слишком темно; сделайте яркость больше", "too dark; raise the brightness"),
    Kind.TOO_FAINT: Phrase(
        "слишком бледно; сделайте яркость меньше или смените тонер",
        "too faint; lower the brightness or change the toner",
    ),
    Kind.CELLS_EMPTY: Phrase(
        "клетки пусты; если на бумаге они заполнены, сделайте яркость меньше и отсканируйте заново",
        "the cells are empty; if they are filled in on paper, lower the brightness and scan again",
    ),
    Kind.UPSIDE_DOWN: Phrase("лежит вверх ногами; читается и так", "upside down; is read all the same"),
    Kind.SIDEWAYS: Phrase("лежит боком; читается и так", "lies sideways; is read all the same"),
    Kind.BLANK: Phrase("пустая страница", "a blank page"),
    Kind.COVER_SHEET: Phrase("сопроводительный лист", "a cover sheet"),
}


def describe(finding: Finding) -> Phrase:
    """A finding in words, with its numbers."""
    if finding.kind is Kind.UNREADABLE:
        return _unreadable(finding)
    if finding.kind is Kind.DUPLICATE:
        return _duplicate(finding)
    text = _TEXTS[finding.kind]
    numbers = {"measured": finding.measured or 0.0, "bound": finding.bound or 0.0}
    russian = text.ru.format(**{name: _Russian(value) for name, value in numbers.items()})
    return _of_slip(finding, Phrase(russian, text.en.format(**numbers)))


class _Russian(float):
    """Prints with a decimal comma."""

    def __format__(self, spec: str) -> str:
        return super().__format__(spec).replace(".", ",")


def _unreadable(finding: Finding) -> Phrase:
    """As a batch says it."""
    fault = fault_phrase(finding.message)
    if fault is not None:
        return fault
    if finding.reason is not None:
        return REASON_TEXTS[finding.reason].title
    return Phrase("не читается", "cannot be read")


def _duplicate(finding: Finding) -> Phrase:
    name, page = finding.twin or ("", 0)
    return _of_slip(
        finding, Phrase(f"уже отсканировано: {name}, стр. {page}", f"scanned before: {name}, page {page}")
    )


def _of_slip(finding: Finding, text: Phrase) -> Phrase:
    if not finding.slip:
        return text
    return Phrase(f"бланк {finding.slip}: {text.ru}", f"slip {finding.slip}: {text.en}")
