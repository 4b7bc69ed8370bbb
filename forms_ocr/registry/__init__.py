"""The retailer's list of accounts, read from its file."""

from forms_ocr.decision.registry import Registry
from forms_ocr.registry.loader import load_registry

__all__ = ["Registry", "load_registry"]
