"""File names as they can be shown, logged and put into tables."""

from __future__ import annotations


def printable(text: str) -> str:
    """Escape with a backslash whatever does not show: controls, turning marks, bytes that are not UTF-8.

    A backslash is escaped too, so that two different names never become the same.
    """
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # how Python carries a byte that is not UTF-8 (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
