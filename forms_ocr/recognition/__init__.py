"""Glyphs to posteriors, and printed lines to text."""

from forms_ocr.recognition.card import Calibration, Card
from forms_ocr.recognition.line import LineReader, LineText, TesseractLineReader
from forms_ocr.recognition.network import Network, NetworkRecognizer, Recognizer, posteriors_of
from forms_ocr.recognition.number_card import NumberCalibration, NumberCard
from forms_ocr.recognition.numbers import NetworkNumberReader, NumberReader
from forms_ocr.recognition.print_test import is_printed

__all__ = [
    "Calibration",
    "Card",
    "LineReader",
    "LineText",
    "Network",
    "NetworkNumberReader",
    "NetworkRecognizer",
    "NumberCalibration",
    "NumberCard",
    "NumberReader",
    "Recognizer",
    "TesseractLineReader",
    "is_printed",
    "posteriors_of",
]
