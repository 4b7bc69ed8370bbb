"""The machine description of a form: where its fields are, what is printed around them, what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from forms_ocr.model.geometry import Box, GreyImage


class Shape(StrEnum):
    """What kind of box a field is on paper."""

    COMB = "comb"
    """Equal cells, one character each."""
    LINE = "line"
    """A free line of handwriting or print."""
    SIGNATURE = "signature"
    """Is there a signature?"""
    MARK = "mark"
    """A check box: is there a mark?"""


class Content(StrEnum):
    """What people write into a comb or a line."""

    DIGITS = "digits"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """One named value on the form.

    ``cells`` holds one box a character for a comb and is empty otherwise. ``label`` is what people see.
    ``is_required`` says that a slip without it is not accepted.
    """

    name: str
    label: str
    shape: Shape
    box: Box
    cells: tuple[Box, ...] = ()
    content: Content = Content.DIGITS
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Marker:
    """An ArUco marker of the printed form: its number and its four corners in millimetres.

    Corners are in the order in which OpenCV reports them: clockwise from the marker's own top left.
    """

    id: int
    corners_mm: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class DateFields:
    """The comb fields that together make a date. A two-digit year stands after the printed century."""

    day: str
    month: str
    year: str
    century: int = 20


@dataclass(frozen=True, slots=True)
class AddressFields:
    """The fields that together make an address; an empty name means that the form does not ask for it."""

    street: str = ""
    house: str = ""
    flat: str = ""


@dataclass(frozen=True, slots=True)
class Roles:
    """Which fields mean what to the business rules. A role that is not filled is not checked."""

    account: str = ""
    reading: str = ""
    date: DateFields | None = None
    address: AddressFields | None = None
    signature: str = ""

    @property
    def field_names(self) -> frozenset[str]:
        """The fields that the record's own columns already carry."""
        names = {self.account, self.reading, self.signature}
        if self.date is not None:
            names |= {self.date.day, self.date.month, self.date.year}
        if self.address is not None:
            names |= {self.address.street, self.address.house, self.address.flat}
        return frozenset(names - {""})


@dataclass(frozen=True, eq=False)
class Template:
    """A form as the machine knows it.

    Attributes:
        name: The PDF's name without its ending.
        width_mm, height_mm: Size of the printed form.
        fields: In reading order of the PDF's AcroForm.
        artwork: The empty form as printed, grey, upright, at ``artwork_dpi``.
        markers: Empty for a form without markers.
        marker_dictionary: Name of the OpenCV ArUco dictionary, empty without markers.
        roles: Empty for a form without TOML.
        fingerprint: Hash over geometry, artwork and meaning; a changed template is another template.
    """

    name: str
    width_mm: float
    height_mm: float
    fields: tuple[Field, ...]
    artwork: GreyImage
    artwork_dpi: float
    markers: tuple[Marker, ...] = ()
    marker_dictionary: str = ""
    roles: Roles = field(default_factory=Roles)
    title: str = ""
    fingerprint: str = ""

    def field(self, name: str) -> Field:
        """The field of that name; ``KeyError`` if the template has none."""
        for candidate in self.fields:
            if candidate.name == name:
                return candidate
        raise KeyError(name)


def template_of(fingerprint: str, templates: Sequence[Template]) -> Template:
    """The template of that fingerprint; the first where none has it: it was the only one, or has changed."""
    return next((one for one in templates if one.fingerprint == fingerprint), templates[0])
