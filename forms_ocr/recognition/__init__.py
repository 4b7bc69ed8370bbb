"""Glyphs to posteriors, and printed lines to text."""

from forms_ocr.recognition.card import Card
from forms_ocr.recognition.line import LineReader, LineText, TesseractLineReader
from forms_ocr.recognition.network import NetworkRecognizer, Recognizer
from forms_ocr.recognition.print_test import is_printed

__all__ = [
    "Card",
    "LineReader",
    "LineText",
    "NetworkRecognizer",
    "Recognizer",
    "TesseractLineReader",
    "is_printed",
]
