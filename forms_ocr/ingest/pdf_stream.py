"""The bytes of a PDF stream, never more than asked for."""

from __future__ import annotations

import zlib

import pikepdf

FLATE = "/FlateDecode"


def filters(stream: pikepdf.Object) -> tuple[str, ...]:
    """The names of a stream's filters, first one first; empty if it is stored as it is."""
    named = stream.get("/Filter")
    if named is None:
        return ()
    return tuple(str(name) for name in named) if isinstance(named, pikepdf.Array) else (str(named),)


def filter_parameters(stream: pikepdf.Object) -> pikepdf.Object:
    """The parameters of a stream's last filter; an empty dictionary if it has none."""
    parameters = stream.get("/DecodeParms")
    if isinstance(parameters, pikepdf.Array):
        parameters = parameters[-1] if len(parameters) else None
    return parameters if isinstance(parameters, pikepdf.Dictionary) else pikepdf.Dictionary()


def raw_bytes(stream: pikepdf.Object) -> bytes:
    """What stands in the file, decrypted but not decoded."""
    return stream.read_raw_bytes()


def inflate(data: bytes, at_most: int) -> bytes:
    """Undo deflate, stopping after ``at_most`` bytes. Raises ``zlib.error`` on damaged input."""
    return zlib.decompressobj().decompress(data, at_most)


def inflated_within(stream: pikepdf.Object, at_most: int) -> int | None:
    """How long a stream is when decoded; None if over ``at_most``, damaged, or packed in a rare way."""
    if at_most < 0:
        return None
    match filters(stream):
        case ():
            size = len(raw_bytes(stream))
        case ("/FlateDecode",):
            try:
                size = len(inflate(raw_bytes(stream), at_most + 1))
            except zlib.error:
                return None
        case _:
            return None
    return size if size <= at_most else None
