"""QR codes as the squares that are printed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def qr_bits(text: str) -> NDArray[np.bool_]:
    """The code of a text, version as small as fits, a quarter of it may be damaged (level Q).

    Returns:
        (N, N), True is black, without the quiet zone.
    """
    # comes with all of reportlab's graphics, for which commands that print no code need not wait
    from reportlab.graphics.barcode.qrencoder import (  # noqa: PLC0415
        QR8bitByte,
        QRAlphaNum,
        QRCode,
        QRErrorCorrectLevel,
    )

    code = QRCode(None, QRErrorCorrectLevel.Q)
    # left to itself the encoder writes Cyrillic as Kanji, which few readers turn back into letters
    code.addData(QRAlphaNum(text) if QRAlphaNum.valid(text) else QR8bitByte(text))
    code.make()
    return np.array(code.modules, bool)
