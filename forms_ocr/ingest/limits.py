"""How much of a scan may be believed before and while it is decoded."""

from __future__ import annotations

from dataclasses import dataclass

from forms_ocr.errors import PageError
from forms_ocr.model import Reason


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that stop a hostile or damaged scan; none of them touches a scan an office would send.

    Attributes:
        max_file_bytes: 5,000 A5 pages at 300 dpi as JPEG are 2 GB.
        max_image_bytes: One compressed picture; 100 million pixels hardly compressed.
        max_pixels: A3 at 600 dpi has 70 million, a phone photograph 12 to 50 million. As grey, 100 MB.
        max_side_px: A3 at 600 dpi has 9,922 on its long side; this is twice that.
        min_side_px: The short side of an A6 slip has 620 at 150 dpi; below 400 a cell is 20 pixels wide.
        max_pages: What fits into the largest box an office sends, ten times over.
        page_timeout_s: A page takes 0.1 s to render; a busy machine and a large page make it a few seconds.
    """

    max_file_bytes: int = 2 * 1024**3
    max_image_bytes: int = 256 * 1024**2
    max_pixels: int = 100_000_000
    max_side_px: int = 20_000
    min_side_px: int = 400
    max_pages: int = 5_000
    page_timeout_s: float = 30.0

    def admits(self, width_px: float, height_px: float) -> bool:
        """Whether a picture of that size may be decoded."""
        return max(width_px, height_px) <= self.max_side_px and width_px * height_px <= self.max_pixels

    def check_size(self, width_px: int, height_px: int) -> None:
        """Refuse a picture by its size; called on the header, before anything is decoded.

        Raises:
            PageError: ``PAGE_TOO_LARGE``, or ``PAGE_BROKEN`` for a side of no pixels.
        """
        if width_px < 1 or height_px < 1:
            raise PageError(
                Reason.PAGE_BROKEN, f"{width_px} x {height_px} pixels hold nothing; scan it again"
            )
        if not self.admits(width_px, height_px):
            raise PageError(
                Reason.PAGE_TOO_LARGE,
                f"{width_px} x {height_px} pixels; at most {self.max_side_px} on a side and"
                f" {self.max_pixels / 1e6:g} million in all are read; scan it at 300 dpi",
            )

    def check_image_bytes(self, size: int) -> None:
        """Refuse one compressed picture that is too large to hold in memory.

        Raises:
            PageError: ``PAGE_TOO_LARGE``.
        """
        if size > self.max_image_bytes:
            raise PageError(
                Reason.PAGE_TOO_LARGE,
                f"a picture of {size / 1e6:.0f} MB; at most {self.max_image_bytes / 1e6:.0f} MB are read",
            )

    def check_legible(self, width_px: int, height_px: int) -> None:
        """Refuse a picture too small to hold a slip.

        Raises:
            PageError: ``PAGE_TOO_SMALL``.
        """
        if min(width_px, height_px) < self.min_side_px:
            raise PageError(
                Reason.PAGE_TOO_SMALL,
                f"{width_px} x {height_px} pixels; a slip needs at least {self.min_side_px} on each side,"
                " scan it at 200 dpi or more",
            )
