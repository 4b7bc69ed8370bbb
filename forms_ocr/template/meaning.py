"""What the fields of a form mean: the TOML file beside the PDF."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic import Field as Limits

from forms_ocr.model import AddressFields, Content, DateFields, Field, Roles, Shape

MAX_TOML_BYTES = 1_000_000

_COMB_OR_LINE = frozenset({Shape.COMB, Shape.LINE})
_Name = Annotated[str, Limits(min_length=1)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Date(_Table):
    day: _Name
    month: _Name
    year: _Name
    century: int = Limits(default=20, ge=0, le=99)


class _Address(_Table):
    street: str = ""
    house: str = ""
    flat: str = ""


class _Roles(_Table):
    account: str = ""
    reading: str = ""
    date: _Date | None = None
    address: _Address | None = None
    signature: str = ""


class _FieldMeaning(_Table):
    content: Content | None = None
    required: bool = False


class Meaning(_Table):
    """The TOML file, checked in itself but not yet against the PDF."""

    title: str = ""
    roles: _Roles = _Roles()
    fields: Mapping[str, _FieldMeaning] = {}

    def to_roles(self) -> Roles:
        """The roles as the rest of the program knows them."""
        date, address = self.roles.date, self.roles.address
        return Roles(
            account=self.roles.account,
            reading=self.roles.reading,
            date=DateFields(**date.model_dump()) if date else None,
            address=AddressFields(**address.model_dump()) if address else None,
            signature=self.roles.signature,
        )


def parse_meaning(data: bytes) -> tuple[Meaning, list[str]]:
    """Read the TOML file.

    Returns:
        The meaning, empty if it cannot be read, and one sentence a fault.
    """
    try:
        return Meaning.model_validate(tomllib.loads(data.decode("utf-8"))), []
    except UnicodeDecodeError as error:
        return Meaning(), [f"byte {error.start} is not UTF-8; save the file as UTF-8"]
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Meaning(), [f"not TOML: {error}"]
    except ValidationError as error:
        return Meaning(), [_sentence(detail["loc"], detail["msg"]) for detail in error.errors()]


def _sentence(place: Sequence[int | str], message: str) -> str:
    return f"{'.'.join(str(part) for part in place)}: {message}"


def apply_meaning(
    fields: Sequence[Field], named: frozenset[str], meaning: Meaning
) -> tuple[tuple[Field, ...], list[str]]:
    """Give fields their content and whether they are required.

    Args:
        fields: The sound fields of the PDF.
        named: All names the PDF gives, those of faulty fields included: their own fault has been told.

    Returns:
        The fields in the same order, and one sentence for each thing that the fields contradict.
    """
    by_name = {field.name: field for field in fields}
    faults = [f"fields.{name}: the PDF has no such field" for name in meaning.fields if name not in named]
    faults += [
        f"fields.{name}.content: a {by_name[name].shape} has none; remove the line"
        for name, said in meaning.fields.items()
        if said.content and name in by_name and by_name[name].shape not in _COMB_OR_LINE
    ]
    meant = tuple(_apply(field, meaning.fields.get(field.name)) for field in fields)
    faults += _role_faults(meaning.to_roles(), {field.name: field for field in meant}, named)
    return meant, faults


def _apply(field: Field, said: _FieldMeaning | None) -> Field:
    if said is None:
        return field
    return replace(field, content=said.content or field.content, is_required=said.required)


def _role_faults(roles: Roles, fields: Mapping[str, Field], named: frozenset[str]) -> list[str]:
    faults: list[str] = []
    holders: dict[str, str] = {}
    for role, name, shapes in _filled_roles(roles):
        if name not in named:
            faults.append(f"roles.{role}: the PDF has no field {name!r}")
        if name in holders:
            faults.append(f"roles.{role}: field {name!r} already is roles.{holders[name]}")
        holders[name] = role
        if name in fields:
            faults += _fitness_faults(role, fields[name], shapes)
    return faults


def _fitness_faults(role: str, field: Field, shapes: frozenset[Shape]) -> list[str]:
    """A field in a role must have a fitting shape, and numbers that rules calculate with must be digits."""
    if field.shape not in shapes:
        allowed = " or ".join(sorted(shapes))
        return [f"roles.{role}: field {field.name!r} is a {field.shape}; it must be a {allowed}"]
    is_number = role in ("account", "reading") or role.startswith("date.")
    if is_number and field.content is not Content.DIGITS:
        return [f'roles.{role}: field {field.name!r} holds text; say content = "digits" under fields']
    return []


def _filled_roles(roles: Roles) -> Iterator[tuple[str, str, frozenset[Shape]]]:
    """Each role that is filled: its path, the field's name and the shapes it may have."""
    yield from _named("account", roles.account, _COMB_OR_LINE)
    yield from _named("reading", roles.reading, _COMB_OR_LINE)
    yield from _named("signature", roles.signature, frozenset({Shape.SIGNATURE}))
    if roles.date is not None:
        for part in ("day", "month", "year"):
            yield from _named(f"date.{part}", getattr(roles.date, part), _COMB_OR_LINE)
    if roles.address is not None:
        for part in ("street", "house", "flat"):
            yield from _named(f"address.{part}", getattr(roles.address, part), _COMB_OR_LINE)


def _named(role: str, name: str, shapes: frozenset[Shape]) -> Iterator[tuple[str, str, frozenset[Shape]]]:
    if name:
        yield role, name, shapes
