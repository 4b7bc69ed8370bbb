"""What stands in our codes: a kind with its version, the values, a checksum, with ``*`` between them.

``FOS1*121000000000*CAB8`` names the account of a slip, ``FOC1*12*3*120*A1D4`` office, box and count of a
cover. A code of anybody else, of another version or with a wrong checksum says nothing to us.
"""

from __future__ import annotations

import binascii
from urllib.parse import unquote

from forms_ocr.model import Cover

MAX_TEXT = 60
"""Characters of an office or a box: more would make the squares of the code too fine to scan."""
MAX_COUNT = 99_999

_SLIP = "FOS1"
_COVER = "FOC1"
_BETWEEN = "*"


def account_text(account: str) -> str:
    """The text of a slip's code.

    Raises:
        ValueError: An account is digits.
    """
    if not _is_number(account):
        raise ValueError(f"account {account!r}: digits only")
    return _sealed(_SLIP, account)


def read_account_text(text: str) -> str:
    """The account of a slip's code; "" if it is none of ours."""
    match _opened(_SLIP, text):
        case [account] if _is_number(account):
            return account
    return ""


def cover_text(cover: Cover) -> str:
    """The text of a cover's code.

    Raises:
        ValueError: Office, box or count cannot stand in one.
    """
    for name, text in (("office", cover.office), ("box", cover.box)):
        if not _is_name(text):
            raise ValueError(f"{name} {text!r}: 1 to {MAX_TEXT} printable characters")
    if not 1 <= cover.count <= MAX_COUNT:
        raise ValueError(f"count {cover.count}: from 1 to {MAX_COUNT}")
    return _sealed(_COVER, _escaped(cover.office), _escaped(cover.box), str(cover.count))


def read_cover_text(text: str) -> Cover | None:
    """The cover that a code announces; None if it is none of ours."""
    match _opened(_COVER, text):
        case [office, box, count] if _is_number(count) and len(count) <= len(str(MAX_COUNT)):
            cover = Cover(unquote(office), unquote(box), int(count))
            return cover if _is_name(cover.office) and _is_name(cover.box) and cover.count else None
    return None


def _sealed(*parts: str) -> str:
    body = _BETWEEN.join(parts)
    return f"{body}{_BETWEEN}{_checksum(body)}"


def _opened(kind: str, text: str) -> list[str]:
    """The values of a code of this kind; none where kind or checksum is another."""
    body, _, checksum = text.rpartition(_BETWEEN)
    found, *values = body.split(_BETWEEN)
    return values if found == kind and checksum == _checksum(body) else []


def _checksum(body: str) -> str:
    """CRC-16 (CCITT) as four hexadecimal digits; the code's own error correction comes before it."""
    return f"{binascii.crc_hqx(body.encode(), 0xFFFF):04X}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace(_BETWEEN, "%2A")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _is_name(text: str) -> bool:
    return 0 < len(text) <= MAX_TEXT and text.isprintable() and text == text.strip()
