"""The report: one file, both languages, nothing of a stranger's that runs, everything that is in doubt."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from forms_ocr.budget import Basis, Budget, cautious_cut
from forms_ocr.export import Phrase, RunFacts, report
from forms_ocr.export.summary import summarise
from forms_ocr.model import (
    Candidate,
    Disposition,
    FieldReading,
    FiledPage,
    FiledSlip,
    PageDisposition,
    Reason,
    Roles,
    Template,
)

MakeSlip = Callable[..., FiledSlip]
MakePage = Callable[..., FiledPage]
Render = Callable[[list[FiledPage], list[FiledSlip]], str]

VOID = {"meta", "link", "img", "br", "input"}
EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(1)>'{{ 7*7 }}"


class Outline(HTMLParser):
    """Notes tags and their attributes, and complains about tags that do not close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def outline(html: str) -> Outline:
    parser = Outline()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


@pytest.fixture
def render(template: Template, facts: RunFacts) -> Render:
    def render(pages: list[FiledPage], slips: list[FiledSlip]) -> str:
        return report.render_report(pages, slips, template, facts, summarise(pages, slips))

    return render


@pytest.fixture
def html(render: Render, make_page: MakePage, make_slip: MakeSlip) -> str:
    """One of everything."""
    pages = [
        make_page("12/a.pdf", 1, slips=3),
        make_page("12/b.pdf", 0, PageDisposition.QUARANTINED, reason=Reason.SCAN_BROKEN, message="cut off"),
        make_page("12/c.pdf", 1, PageDisposition.BLANK, reason=Reason.PAGE_BLANK),
    ]
    reasons = (Reason.ACCOUNT_UNCERTAIN, Reason.ACCOUNT_UNKNOWN)
    slips = [
        make_slip(slip=1),
        make_slip(slip=2, disposition=Disposition.REVIEW, reasons=reasons, doubtful_cells=(3, 7)),
        make_slip(slip=3, disposition=Disposition.REFUSED, reasons=(Reason.ACCOUNT_CLOSED,)),
    ]
    return render(pages, slips)


def test_every_tag_closes_and_every_id_is_alone(html: str) -> None:
    ids = Counter(attrs["id"] for _, attrs in outline(html).tags if "id" in attrs)
    assert set(ids.values()) == {1}


def test_links_inside_the_page_lead_somewhere(html: str) -> None:
    tags = outline(html).tags
    ids = {attrs["id"] for _, attrs in tags if "id" in attrs}
    targets = {str(attrs["href"])[1:] for tag, attrs in tags if tag == "a" and str(attrs["href"])[0] == "#"}
    assert targets <= ids


def test_the_file_asks_nothing_of_the_network(html: str) -> None:
    sources = [
        str(value)
        for tag, attrs in outline(html).tags
        for name, value in attrs.items()
        if name in ("src", "href", "xlink:href", "data", "action", "srcset") and tag != "a"
    ]
    assert all(source.startswith(("data:", "#")) for source in sources)
    assert not re.search(r"https?://|@import|url\(|fetch\(|XMLHttpRequest", html)


def test_the_page_lets_only_its_own_script_and_style_run(html: str) -> None:
    policy = next(attrs["content"] for tag, attrs in outline(html).tags if "http-equiv" in attrs)
    for tag in ("script", "style"):
        (body,) = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in str(policy)
    assert not [attrs for _, attrs in outline(html).tags if "style" in attrs]


def test_both_languages_are_there_and_russian_comes_first(html: str) -> None:
    assert '<html lang="ru" data-language="ru">' in html
    languages = Counter(
        attrs["lang"] for tag, attrs in outline(html).tags if tag == "span" and "lang" in attrs
    )
    assert languages["ru"] == languages["en"] > 40


def test_the_headline_adds_up(html: str) -> None:
    assert '<b>3</b> <span lang="ru">страницы</span><span lang="en">pages</span>' in html
    assert '<b>3</b> <span lang="ru">бланка</span><span lang="en">slips</span>' in html


def test_what_to_scan_again_is_named_with_its_message(html: str) -> None:
    again = html[html.index('<section id="again"') : html.index('<section id="review"')]
    assert "12/b.pdf" in again
    assert "Файл повреждён" in again
    assert "cut off" in again
    assert "12/c.pdf" not in again


def test_slips_whose_scan_is_at_fault_are_counted_under_scan_again(
    render: Render, make_page: MakePage, make_slip: MakeSlip
) -> None:
    reasons = (Reason.SLIP_BLURRED, Reason.ACCOUNT_UNCERTAIN)
    html = render([make_page()], [make_slip(disposition=Disposition.REVIEW, reasons=reasons)])
    again = html[html.index('<section id="again"') : html.index('<section id="review"')]
    assert '<b class="count">1</b>' in again
    assert "Скан нерезкий" in again
    assert 'data-reason="slip_blurred"' in again
    assert "Лицевой счёт читается" not in again
    assert "Таких страниц нет" not in again


def test_a_slip_under_review_shows_its_doubts(html: str, template: Template) -> None:
    card = html[html.index("<article") : html.index("</article>")]
    fourth = template.field("account").cells[3]
    assert f'<rect class="mark" x="{fourth.left_mm:.2f}" y="{fourth.top_mm:.2f}"' in card
    assert card.count("read-doubtful") == 2
    assert "777777777777" in card
    assert "31%" in card
    assert "Такого лицевого счёта нет в реестре" in card


def test_fields_are_outlined_where_the_template_has_them(
    render: Render,
    make_page: MakePage,
    make_slip: MakeSlip,
    monkeypatch: pytest.MonkeyPatch,
    template: Template,
) -> None:
    monkeypatch.setattr(report, "data_uri", lambda *_: "data:image/jpeg;base64,AA==")
    html = render([make_page()], [make_slip(disposition=Disposition.REVIEW, reasons=(Reason.DATE_MISSING,))])
    tags = outline(html).tags
    boxes = {
        (attrs["x"], attrs["y"], attrs["width"], attrs["height"])
        for tag, attrs in tags
        if tag == "rect" and str(attrs.get("class")).startswith("outline")
    }
    assert boxes == {
        tuple(f"{value:.2f}" for value in (box.left_mm, box.top_mm, box.width_mm, box.height_mm))
        for box in (field.box for field in template.fields)
    }
    assert 'viewBox="0 0 210.00 148.00"' in html


def test_markup_of_strangers_is_text(
    template: Template, facts: RunFacts, make_page: MakePage, make_slip: MakeSlip
) -> None:
    scan = f"{EVIL}/{EVIL}.pdf"
    pages = [
        make_page(scan, 1, slips=2, office=EVIL),
        make_page(scan, 2, PageDisposition.QUARANTINED, reason=Reason.PAGE_BROKEN, office=EVIL, message=EVIL),
    ]
    evil = {"account": EVIL, "reading": EVIL, "note": EVIL, "address": EVIL, "office": EVIL}
    slips = [
        make_slip(scan, slip=1, slip_id=EVIL, disposition=Disposition.REVIEW, doubtful_cells=(0,), **evil),
        make_slip(scan, slip=2, disposition=Disposition.REFUSED, **evil),
    ]
    hostile = replace(
        template,
        name=EVIL,
        roles=Roles(),
        fields=tuple(replace(field, label=EVIL) for field in template.fields),
    )
    html = report.render_report(
        pages, slips, hostile, replace(facts, registry=EVIL, template=EVIL), summarise(pages, slips)
    )
    tags = outline(html).tags
    assert [tag for tag, _ in tags if tag == "script"] == ["script"]
    assert [tag for tag, _ in tags if tag == "img"] == []
    assert not [name for _, attrs in tags for name in attrs if name.startswith("on")]
    assert html.count("{{ 7*7 }}") > 5


def test_names_cannot_hide_what_they_are(render: Render, make_page: MakePage) -> None:
    name = "12/\u202efdp.exe\n\udcff\x85"
    html = render([make_page(name, 0, PageDisposition.QUARANTINED, reason=Reason.SCAN_BROKEN)], [])
    html.encode("utf-8")
    assert "12/⟨U+202E⟩fdp.exe␊⟨U+DCFF⟩⟨U+0085⟩" in html


def test_pictures_end_at_the_cap_and_the_rest_is_listed(
    render: Render, make_page: MakePage, make_slip: MakeSlip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MAX_SLIP_PICTURES", 2)
    slips = [
        replace(make_slip(slip=n, disposition=Disposition.REVIEW), picture_path=f"crops/{n}.jpg")
        for n in range(1, 8)
    ]
    html = render([make_page(slips=7)], slips)
    assert html.count("<article") == 2
    assert "Бланков на проверку: 7;" in html
    assert "Остальные 5 перечислены" in html
    assert 'href="../crops/7.jpg"' in html
    assert 'href="../crops/1.jpg"' not in html
    review = html[html.index('<section id="review"') : html.index('<section id="refused"')]
    assert review.count('<tr data-office="12"') == 5


def test_what_most_needs_its_picture_is_shown_in_the_order_of_the_paper(
    render: Render, make_page: MakePage, make_slip: MakeSlip, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MAX_SLIP_PICTURES", 3)
    conflict = (Reason.CONFLICTING_READINGS,)
    slips = [
        make_slip(slip=1, disposition=Disposition.REVIEW, confidence=0.7),
        make_slip(slip=2, disposition=Disposition.REVIEW, confidence=0.1),
        make_slip(slip=3, disposition=Disposition.REVIEW, confidence=0.5),
        make_slip(slip=4, disposition=Disposition.REVIEW, confidence=0.99, reasons=conflict),
        make_slip(slip=5, disposition=Disposition.REVIEW, confidence=0.9),
    ]
    html = render([make_page(slips=5)], slips)
    cards = re.findall(r'<span class="code">(12/a\.pdf-1-\d)</span>', html)
    assert cards == ["12/a.pdf-1-2", "12/a.pdf-1-3", "12/a.pdf-1-4"]


def test_pages_without_a_picture_for_the_cap_are_told(
    render: Render, make_page: MakePage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "MAX_PAGE_PICTURES", 2)
    pages = [
        replace(make_page(page=n, disposition=PageDisposition.FOREIGN), picture_path=f"crops/{n}.jpg")
        for n in range(1, 6)
    ]
    pages += [make_page("12/b.pdf", 0, PageDisposition.QUARANTINED, reason=Reason.SCAN_BROKEN)]
    assert "Изображений страниц: 5; в отчёте показаны первые 2." in render(pages, [])
    assert "Изображений страниц" not in render([*pages[:2], pages[-1]], [])


def test_a_message_is_told_in_both_languages_without_the_place(render: Render, make_page: MakePage) -> None:
    told = {
        "reason": Reason.PAGE_TOO_SMALL,
        "message": ("300 x 200 pixels; a slip needs at least 400 on each side, scan it at 200 dpi or more"),
    }
    html = render([make_page("12/b.pdf", 2, PageDisposition.QUARANTINED, **told)], [])
    again = html[html.index('<section id="again"') : html.index('<section id="review"')]
    assert '<span lang="ru">300 × 200 точек;' in again
    assert '<span lang="en">300 x 200 pixels;' in again
    assert again.count("12/b.pdf") == 1


def test_an_empty_run_has_a_report_too(render: Render) -> None:
    text = "".join(outline(render([], [])).text)
    assert "Проверять нечего" in text
    assert "There is nothing to review" in text


def test_a_cell_that_is_no_digit_shows_a_question_mark(make_slip: MakeSlip, template: Template) -> None:
    reading = make_slip().record.fields[0]
    cells = (Candidate("empty", 0.9), Candidate("other", 0.9), Candidate("7", 0.9))
    views = report._cell_views(template.field("account"), replace(reading, cells=cells))
    assert [view.text for view in views] == ["", "?", "7", *[""] * 9]


def test_a_typed_value_is_laid_into_its_cells(make_slip: MakeSlip, template: Template) -> None:
    reading = replace(make_slip().record.fields[0], cells=(), value="12")
    assert [view.text for view in report._cell_views(template.field("account"), reading)][:3] == [
        "1",
        "2",
        "",
    ]


def test_ink_that_nobody_could_read_is_not_called_empty(template: Template) -> None:
    note = template.field("note")
    words = report._shown_value(note, FieldReading("note", "", 0, is_doubtful=True))
    assert isinstance(words, Phrase)
    assert words.ru == "не прочитано"
    assert report._shown_value(note, FieldReading("note", "", 1)) == ""


def test_cells_without_ink_are_empty_however_doubtful(template: Template) -> None:
    cells = (Candidate("empty", 0.9),) * 6
    nothing = FieldReading("reading", "", 0, cells=cells, is_doubtful=True)
    assert report._shown_value(template.field("reading"), nothing) == ""


@pytest.mark.parametrize(
    ("value", "is_doubtful", "shown"), [("1", False, "yes"), ("", False, "no"), ("1", True, "unclear")]
)
def test_a_signature_is_there_or_not(value: str, is_doubtful: bool, shown: str, template: Template) -> None:
    reading = FieldReading("signature", value, 1, is_doubtful=is_doubtful)
    words = report._shown_value(template.field("signature"), reading)
    assert isinstance(words, Phrase)
    assert words.en == shown


def test_a_slip_under_review_says_how_it_came_about(
    render: Render, make_page: MakePage, make_slip: MakeSlip
) -> None:
    slip = make_slip(disposition=Disposition.REVIEW, reasons=(Reason.ACCOUNT_UNCERTAIN,), doubtful_cells=(2,))
    page = render([make_page()], [slip])
    assert '<details class="explained">' in page
    assert "По одним клеткам счёт 012100000000" in page
    assert '<li class="broken">' in page


def test_the_report_says_what_the_cut_rests_on(
    make_page: MakePage, make_slip: MakeSlip, template: Template, facts: RunFacts
) -> None:
    cut = cautious_cut(0.98, Budget(0.001), Basis.OTHER_WEIGHTS)
    pages, slips = [make_page()], [make_slip()]
    told = replace(facts, min_confidence=0.98, cut=cut)
    page = report.render_report(pages, slips, template, told, summarise(pages, slips))
    assert "порог подобран для другой сети распознавания" in page
    assert "не подтверждён" in page
    assert "0,98" in page
