"""Write the sample scans, their registry and their truth: `python -m samples.make_samples [FOLDER]`.

The same program writes the same bytes every time. All handwriting is drawn by code.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from zlib import crc32

import cv2
import numpy as np
import pikepdf
from numpy.typing import NDArray
from pikepdf import Name, Pdf, Stream

from forms_ocr.model import Account, AccountStatus, PageDisposition, Period, Reason, Template
from forms_ocr.simulation import (
    CLEAN,
    Digits,
    DrawnHand,
    Entry,
    ScanConditions,
    SlipValues,
    draw_conditions,
    draw_foreign_page,
    draw_slip_values,
    encode,
    fill,
    lay_on_sheet,
    make_registry,
    scan,
    slip_entries,
)
from forms_ocr.simulation.encoding import Kind
from forms_ocr.simulation.ink import BLACK_GEL, lay_ink
from forms_ocr.template import default_template_path, fill_values, load_template
from samples.sample_slips import Scan, Slip, one, slip_scans

PERIOD = Period(2026, 11)
A4_MM = (210.0, 297.0)
A5_HEIGHT_MM = 148.5


@dataclass(frozen=True)
class OddScan:
    """One file without slips.

    Attributes:
        page: Row in the truth: 0 for a scan that cannot be opened.
        make: The file's bytes.
    """

    path: str
    shows: str
    disposition: PageDisposition
    reason: Reason
    make: Callable[[np.random.Generator], bytes]
    page: int = 1


@dataclass(frozen=True)
class World:
    """What all samples share."""

    template: Template
    direct: tuple[Account, ...]
    managed: tuple[Account, ...]
    closed: tuple[Account, ...]

    def account(self, slip: Slip) -> Account | None:
        """The registry's line for a slip."""
        if slip.account < 0:
            return None
        lines = {AccountStatus.DIRECT: self.direct, AccountStatus.MANAGED: self.managed}
        return lines.get(slip.status, self.closed)[slip.account]


def _odd_scans(world: World) -> tuple[OddScan, ...]:
    foreign, blank = PageDisposition.FOREIGN, PageDisposition.BLANK
    shut, other_form = PageDisposition.QUARANTINED, Reason.PAGE_NOT_THIS_FORM
    good = Scan("", "", one(Slip(22)), dpi=150)
    return (
        OddScan(
            "office-12/encrypted.pdf",
            "a PDF that asks for a password",
            shut,
            Reason.SCAN_ENCRYPTED,
            lambda rng: _encrypted(_slip_file(good, world, rng)),
            0,
        ),
        OddScan(
            "office-07/blank.tif",
            "a blank page",
            blank,
            Reason.PAGE_BLANK,
            lambda rng: _foreign_file("blank", "tiff-lzw", 100, rng),
        ),
        OddScan(
            "office-07/broken.tif",
            "half a TIFF",
            shut,
            Reason.SCAN_BROKEN,
            lambda rng: _half(_slip_file(replace(good, kind="tiff-g4", one_bit="global"), world, rng)),
            0,
        ),
        OddScan(
            "Почта-194044/письмо.jpg",
            "a covering letter",
            foreign,
            other_form,
            lambda rng: _foreign_file("letter", "jpeg", 150, rng),
        ),
        OddScan(
            "Почта-194044/обрыв.jpg",
            "half a JPEG",
            shut,
            Reason.PAGE_BROKEN,
            lambda rng: _half(_slip_file(replace(good, kind="jpeg"), world, rng)),
        ),
        OddScan(
            "Сестрорецк/receipt.pdf",
            "a bill",
            foreign,
            other_form,
            lambda rng: _foreign_file("receipt", "pdf-jpeg", 150, rng),
        ),
        OddScan(
            "Сестрорецк/other-form.pdf",
            "another organisation's form with cells",
            foreign,
            other_form,
            lambda rng: _foreign_file("other_form", "pdf-jpeg", 150, rng),
        ),
        OddScan("Сестрорецк/empty.pdf", "a file of no bytes", shut, Reason.SCAN_EMPTY, lambda _: b"", 0),
    )


TYPED_PATH = "office-12/on-the-computer.pdf"
TYPED_SHOWS = "filled in on a computer, the signature put in as a picture"
TYPED_SLIP = Slip(7, "neat")

TRUTH_COLUMNS = (
    "scan",
    "page",
    "slip",
    "disposition",
    "reasons",
    "account",
    "reading",
    "date",
    "address",
    "signed",
)
REGISTRY_COLUMNS = ("account", "street", "house", "flat", "last_reading", "last_date", "dials", "status")


def main(folder: Path) -> None:
    """Write everything below ``folder``."""
    world = _world()
    rows: list[Sequence[object]] = []
    for scan_of_slips in slip_scans():
        data = _slip_file(scan_of_slips, world, _generator(scan_of_slips.path))
        _write(folder / "scans" / scan_of_slips.path, data)
        rows += _slip_rows(scan_of_slips, world)
    for odd in _odd_scans(world):
        _write(folder / "scans" / odd.path, odd.make(_generator(odd.path)))
        rows.append((odd.path, odd.page, 0, odd.disposition, odd.reason, "", "", "", "", ""))
    _write(folder / "scans" / TYPED_PATH, _typed_file(world, _generator(TYPED_PATH)))
    rows.append(_row(TYPED_PATH, 1, 1, TYPED_SLIP, world))
    _write_csv(
        folder / "truth.csv", TRUTH_COLUMNS, sorted(rows, key=lambda row: [str(row[0]), row[1], row[2]])
    )
    _write_csv(folder / "registry.csv", REGISTRY_COLUMNS, _registry_rows(world))
    _write(folder / "README.md", _readme(world).encode())


def _world() -> World:
    """The template and a registry in which every status has its accounts."""
    accounts = make_registry(np.random.default_rng(194044), 60, dense=False, period=PERIOD)
    statuses = [AccountStatus.DIRECT] * 52 + [AccountStatus.MANAGED] * 5 + [AccountStatus.CLOSED] * 3
    lines = [replace(account, status=status) for account, status in zip(accounts, statuses, strict=True)]
    of = {status: tuple(a for a in lines if a.status is status) for status in AccountStatus}
    template = load_template(default_template_path())
    return World(template, of[AccountStatus.DIRECT], of[AccountStatus.MANAGED], of[AccountStatus.CLOSED])


def _generator(name: str) -> np.random.Generator:
    """Randomness of one file: a new sample changes no other."""
    return np.random.default_rng([2026, 11, crc32(name.encode())])


def _values(slip: Slip, world: World) -> SlipValues:
    """What the slip says; the same account says the same on every slip unless it is changed."""
    account = world.account(slip)
    rng = _generator(account.account if account else "unknown")
    values = draw_slip_values(rng, account, PERIOD)
    changes = dict(slip.changes)
    if changes.get("reading") == "next":
        changes["reading"] = f"{int(values.reading) + 7:0{len(values.reading)}d}"
    elif changes.get("reading") == "short":
        changes["reading"] = values.reading[1:]
    elif changes.get("reading") == "below" and account is not None:
        changes["reading"] = f"{int(account.last_reading) * 9 // 10:0{account.dials}d}"
    return replace(values, **changes)  # type: ignore[arg-type]  # values of ``changes`` suit their attributes


def _entries(slip: Slip, world: World) -> Mapping[str, Entry]:
    entries = dict(slip_entries(world.template, _values(slip, world), is_typed=slip.is_typed))
    for name, troubles in slip.troubles.items():
        written = entries[name]
        if isinstance(written, Digits):
            entries[name] = Digits(written.text, troubles)
    return {name: entry for name, entry in entries.items() if name not in slip.blanks}


def _slip_file(scan_of_slips: Scan, world: World, rng: np.random.Generator) -> bytes:
    """All pages of a scan, written, scanned, encoded."""
    pages = [_page(slips, scan_of_slips, world, rng) for slips in scan_of_slips.pages]
    return encode(pages, scan_of_slips.kind, scan_of_slips.dpi, quality=60)


def _page(slips: Sequence[Slip], how: Scan, world: World, rng: np.random.Generator) -> NDArray[np.uint8]:
    papers = [_paper(slip, how, world, rng) for slip in slips]
    paper = papers[0]
    if len(papers) > 1:
        corners = [(0.0, i * A5_HEIGHT_MM) for i in range(len(papers))]
        paper = lay_on_sheet(papers, corners, A4_MM, how.dpi)
    return scan(paper, _conditions(how, rng), rng, paper_dpi=how.dpi)


def _paper(slip: Slip, how: Scan, world: World, rng: np.random.Generator) -> NDArray[np.uint8]:
    hand = DrawnHand(crc32(_values(slip, world).account.encode()), slip.style)
    written = fill(
        world.template, _entries(slip, world), hand, slip.pen, rng, how.dpi, in_colour=how.in_colour
    )
    return written.paper


def _conditions(how: Scan, rng: np.random.Generator) -> ScanConditions:
    """Drawn, but with less noise than scanners have: noise is what fills the files."""
    drawn = draw_conditions(how.preset, rng, dpi=how.dpi, turn_deg=how.turn_deg, one_bit=how.one_bit)
    if how.noise == 0:
        drawn = replace(drawn, light_drop=0.0, white=255)
    if how.bed_grey:
        drawn = replace(drawn, bed_mm=A4_MM, bed_grey=how.bed_grey)
    return replace(drawn, noise=how.noise)


def _foreign_file(kind: str, file_kind: Kind, dpi: float, rng: np.random.Generator) -> bytes:
    paper = draw_foreign_page(kind, rng, dpi)
    conditions = replace(draw_conditions(CLEAN, rng, dpi=dpi), noise=0.0, light_drop=0.0)
    return encode([scan(paper, conditions, rng, paper_dpi=dpi)], file_kind, dpi, quality=50)


def _half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def _encrypted(data: bytes) -> bytes:
    """Behind a password; RC4 and a fixed identifier, since AES would use new random bytes every time."""
    out = BytesIO()
    with Pdf.open(BytesIO(data)) as pdf:
        lock = pikepdf.Encryption(owner="owner", user="user", R=3, aes=False, metadata=False)
        pdf.save(out, encryption=lock, static_id=True)
    return out.getvalue()


def _typed_file(world: World, rng: np.random.Generator) -> bytes:
    """The form filled in on a computer, with the picture of a signature laid into its box."""
    values = _values(TYPED_SLIP, world)
    typed = {
        name: entry.text
        for name, entry in slip_entries(world.template, values, is_typed=True, is_signed=False).items()
        if hasattr(entry, "text")
    }
    with TemporaryDirectory() as scratch:
        path = Path(scratch) / "typed.pdf"
        fill_values(default_template_path(), typed, path)
        return _signed(path.read_bytes(), world.template, rng)


def _signed(data: bytes, template: Template, rng: np.random.Generator) -> bytes:
    box = template.field(template.roles.signature).box
    dpi, inset_mm = 200.0, 2.0
    size = [round((side - 2 * inset_mm) * dpi / 25.4) for side in (box.height_mm, box.width_mm)]
    ink = np.full(size, 255, np.uint8)
    shape = DrawnHand(7).signature(rng)
    height = min(size[0] * 0.9, size[1] * 0.8 / shape.aspect)
    lay_ink(ink, shape, (size[1] * 0.1, size[0] * 0.05), height, BLACK_GEL, dpi, rng)
    ok, png = cv2.imencode(".jpg", ink)
    if not ok:
        raise ValueError(f"a signature of {ink.shape} cannot be written as JPEG")
    out = BytesIO()
    with Pdf.open(BytesIO(data)) as pdf:
        page = pdf.pages[0]
        picture = Stream(
            pdf,
            png.tobytes(),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=size[1],
            Height=size[0],
            ColorSpace=Name.DeviceGray,
            BitsPerComponent=8,
            Filter=Name.DCTDecode,
        )
        name = page.add_resource(picture, Name.XObject, Name.Signature)
        point = 72 / 25.4
        left, bottom = (
            (box.left_mm + inset_mm) * point,
            (template.height_mm - box.bottom_mm + inset_mm) * point,
        )
        width, tall = (box.width_mm - 2 * inset_mm) * point, (box.height_mm - 2 * inset_mm) * point
        drawing = f"q {width:.3f} 0 0 {tall:.3f} {left:.3f} {bottom:.3f} cm {name} Do Q"
        page.contents_add(drawing.encode())
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _slip_rows(scan_of_slips: Scan, world: World) -> Iterator[Sequence[object]]:
    for page, slips in enumerate(scan_of_slips.pages, 1):
        for number, slip in enumerate(slips, 1):
            yield _row(scan_of_slips.path, page, number, slip, world)


def _row(path: str, page: int, number: int, slip: Slip, world: World) -> Sequence[object]:
    """One line of the truth; a field in trouble or left blank has no true value."""
    values = _values(slip, world)
    silent = {*slip.troubles, *slip.blanks}
    address = ", ".join(part for part in (values.street, values.house, values.flat) if part)
    return (
        path,
        page,
        number,
        slip.disposition,
        ";".join(slip.reasons),
        "" if "account" in silent else values.account,
        "" if "reading" in silent else values.reading,
        "" if "date.day" in silent else values.date.isoformat(),
        address,
        "false" if "signature" in silent else "true",
    )


def _registry_rows(world: World) -> list[Sequence[object]]:
    accounts = sorted((*world.direct, *world.managed, *world.closed), key=lambda account: account.account)
    return [
        (a.account, a.street, a.house, a.flat, a.last_reading, a.last_date, a.dials, a.status)
        for a in accounts
    ]


def _readme(world: World) -> str:
    """The list of samples."""
    lines = [
        "# Samples",
        "",
        "Scans as four district offices send them in November 2026. All handwriting is drawn by the program;",
        "the accounts and addresses are made up. `python -m samples.make_samples` writes every file again,",
        "byte for byte.",
        "",
        "- `scans/<office>/`: the scans below",
        "- `registry.csv`: the retailer's accounts",
        "- `truth.csv`: what is on every page and what must become of it. `slip` 0 is a page without a slip,",
        "  `page` 0 a scan that cannot be opened. `accepted|review` marks ink so poor that both are right. A",
        "  field that is empty here has no one true value.",
        "",
        "| scan | pages | shows | expected |",
        "|---|---|---|---|",
    ]
    entries = [(s.path, len(s.pages), s.shows, _expected(s)) for s in slip_scans()]
    entries += [(o.path, o.page, o.shows, f"{o.disposition}: {o.reason}") for o in _odd_scans(world)]
    entries.append((TYPED_PATH, 1, TYPED_SHOWS, TYPED_SLIP.disposition))
    lines += [
        f"| `{path}` | {pages} | {shows} | {expected} |" for path, pages, shows, expected in sorted(entries)
    ]
    return "\n".join(lines) + "\n"


def _expected(scan_of_slips: Scan) -> str:
    slips = [slip for page in scan_of_slips.pages for slip in page]
    told = [": ".join([s.disposition.replace("|", " or "), *s.reasons]) for s in slips]
    return ", ".join(dict.fromkeys(told))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent)
