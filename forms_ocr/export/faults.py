"""What a page's fault message says, in Russian and English.

Readers of scans speak English, one sentence with its numbers. The Russian of every sentence stands here;
a test walks the sources and finds the ones that lack it.
"""

from __future__ import annotations

import re

from forms_ocr.export.phrases import Phrase

_SENTENCES = {
    # scans
    "the file is empty; copy or scan it again": "в файле ничего нет; скопируйте или отсканируйте заново",
    "not a file": "это не файл",
    "not a PDF, TIFF, JPEG or PNG": "не PDF, TIFF, JPEG или PNG",
    "not a PDF, TIFF, JPEG or PNG: {guess}": "не PDF, TIFF, JPEG или PNG: {guess}",
    "damaged, cannot be opened ({said}); copy or scan it again": (
        "файл повреждён, не открывается; скопируйте или отсканируйте заново"
    ),
    "opening it needs more memory than this process may use; split it": (
        "чтобы открыть файл, не хватает памяти; разделите его на части"
    ),
    "the file cannot be read from where it lies ({said}); "
    "check its permissions and the disk, then run again": (
        "файл не читается с диска; проверьте права доступа и диск и запустите обработку снова"
    ),
    "{size} MB; at most {most} MB are read; split it": (
        "{size} МБ; читается не больше {most} МБ; разделите файл"
    ),
    "{size} MB for one picture; at most {most} MB are read; scan it at 300 dpi": (
        "{size} МБ на одно изображение; читается не больше {most} МБ; "
        "сканируйте с разрешением 300 точек на дюйм"
    ),
    "more than {most} pages; split it": "больше {most} страниц; разделите файл",
    "{found} pages; at most {most} are read; split it": (
        "страниц: {found}; читается не больше {most}; разделите файл"
    ),
    "only {found} of {claimed} pages can be found; copy or scan it again": (
        "найдено страниц: {found} из {claimed}; скопируйте или отсканируйте файл заново"
    ),
    "the PDF asks for a password; send it without one": "PDF просит пароль; пришлите файл без пароля",
    "the PDF is encrypted; send it without a password": "PDF зашифрован; пришлите файл без пароля",
    "the PDF breaks off before its end; copy or scan it again": (
        "PDF обрывается раньше конца; скопируйте или отсканируйте заново"
    ),
    "the PDF has no pages": "в PDF нет страниц",
    "the PNG breaks off before its end; copy or scan it again": (
        "PNG обрывается раньше конца; скопируйте или отсканируйте заново"
    ),
    "the TIFF's pages lead in a circle; copy or scan it again": (
        "страницы TIFF ссылаются друг на друга по кругу; скопируйте или отсканируйте заново"
    ),
    "the TIFF has no pages": "в TIFF нет страниц",
    "the TIFF breaks off before its last page; copy or scan it again": (
        "TIFF обрывается раньше последней страницы; скопируйте или отсканируйте заново"
    ),
    # pages
    "{width} x {height} pixels hold nothing; scan it again": (
        "изображение {width} × {height} точек ничего не содержит; отсканируйте заново"
    ),
    "{width} x {height} pixels; at most {side} on a side and {total} million in all are read; "
    "scan it at 300 dpi": (
        "{width} × {height} точек; читается не больше {side} по стороне и {total} млн всего; "
        "сканируйте с разрешением 300 точек на дюйм"
    ),
    "{width} x {height} pixels; a slip needs at least {side} on each side, scan it at 200 dpi or more": (
        "{width} × {height} точек; бланку нужно не меньше {side} по каждой стороне, "
        "сканируйте с разрешением от 200 точек на дюйм"
    ),
    "a picture of {size} MB; at most {most} MB are read": (
        "изображение {size} МБ; читается не больше {most} МБ"
    ),
    "the PDF page is {length} m long; scan it at 300 dpi": (
        "страница PDF длиной {length} м; сканируйте с разрешением 300 точек на дюйм"
    ),
    "reading it needs more memory than this process may use; scan it at 300 dpi": (
        "чтобы прочитать страницу, не хватает памяти; сканируйте с разрешением 300 точек на дюйм"
    ),
    "damaged, cannot be decoded ({said}); scan it again": (
        "страница повреждена, не декодируется; отсканируйте заново"
    ),
    "the PDF page has no size; scan it again": "у страницы PDF нет размера; отсканируйте заново",
    "the PDF is damaged, poppler cannot draw it; scan it again": (
        "PDF повреждён, страница не рисуется; отсканируйте заново"
    ),
    "poppler draws nothing of it; scan it again": "страница PDF не рисуется; отсканируйте заново",
    "the fax picture in the PDF breaks off; scan it again": (
        "факсимильное изображение в PDF обрывается; отсканируйте заново"
    ),
    "the picture in the PDF is damaged or breaks off; scan it again": (
        "изображение в PDF повреждено или обрывается; отсканируйте заново"
    ),
    "the picture breaks off after {rows} of {all} rows": "изображение обрывается: строк {rows} из {all}",
    "parts of the picture are missing; copy or scan it again": (
        "части изображения не хватает; скопируйте или отсканируйте заново"
    ),
    "breaks off: {needed} bytes are needed, {there} are there; copy or scan it again": (
        "изображение обрывается: нужно байт: {needed}, есть {there}; скопируйте или отсканируйте заново"
    ),
    "the {kind} is damaged or breaks off; copy or scan it again": (
        "{kind} повреждён или обрывается; скопируйте или отсканируйте заново"
    ),
    "a JPEG of more than {most} passes is no scan": "JPEG из более чем {most} проходов: это не скан",
    "32 bits a sample are not a scan; save it as 8-bit grey": (
        "32 бита на точку: это не скан; сохраните его в 8-битных серых тонах"
    ),
    "drawing it took more than {limit} s; print and scan it again": (
        "страница рисовалась дольше {limit} с; распечатайте её и отсканируйте"
    ),
    "not read within {limit} s, tried twice; scan it again, at 300 dpi": (
        "не прочитана за {limit} с, было две попытки; отсканируйте заново с разрешением 300 точек на дюйм"
    ),
    "not read with {limit} s of processor time, tried twice; scan it again, at 300 dpi": (
        "не прочитана за {limit} с работы процессора, было две попытки; "
        "отсканируйте заново с разрешением 300 точек на дюйм"
    ),
    "the process that read it died twice ({how}); scan it again": (
        "процесс чтения дважды аварийно завершился ({how}); отсканируйте заново"
    ),
    "the reader failed on it twice ({where}); please report this": (
        "программа чтения дважды дала сбой ({where}); сообщите об этом администратору"
    ),
    "{seen} of {printed} markers found, but the print between them is not where it should be; "
    "is the slip whole, flat, and printed at 100 %?": (
        "найдено меток: {seen} из {printed}, но печать между ними не на своём месте; "
        "цел ли бланк, расправлен ли, напечатан ли в масштабе 100 %?"
    ),
    "writing lies where the fields of '{title}' are, but its print is not seen; "
    "did the scanner drop its colour?": (
        "написанное лежит на местах полей бланка «{title}», но самого бланка не видно; "
        "не отсеял ли сканер его цвет?"
    ),
    "this is not the form '{title}'": "это не бланк «{title}»",
    "this is not the form {title}": "это не бланк {title}",
}
"""English to Russian. ``{name}`` stands for what changes; the Russian may leave it out."""

_GUESSES = {
    "it looks like an archive or an office document": "похоже на архив или офисный документ",
    "it looks like an old office document": "похоже на старый офисный документ",
    "it looks like a web page": "похоже на веб-страницу",
    "it looks like a GIF picture": "похоже на изображение GIF",
    "it looks like a WebP picture or a film": "похоже на изображение WebP или видео",
    "it looks like a BMP picture": "похоже на изображение BMP",
    "it looks like a program": "похоже на программу",
    "it holds nothing but zeros; copy it again": "в файле одни нули; скопируйте его заново",
    "it looks like a HEIC photograph or a film": "похоже на фотографию HEIC или видео",
}
"""What may stand for ``{guess}``."""

_DEATHS = re.compile(r"(exit status|signal) (-?\d+)")
_RUSSIAN_DEATHS = {"exit status": "код выхода", "signal": "сигнал"}
_DECIMAL = re.compile(r"\d+\.\d+")


def fault_phrase(message: str) -> Phrase | None:
    """A fault message in both languages.

    Args:
        message: As readers of scans give it, without the place of the page.

    Returns:
        None for a message without a Russian text.
    """
    for pattern, russian in _PATTERNS:
        found = pattern.fullmatch(message)
        if found is not None:
            return Phrase(
                russian.format_map({name: _russian(v) for name, v in found.groupdict().items()}), message
            )
    return None


def _russian(value: str) -> str:
    """What changes inside a sentence: a number, a name, or a few words of ours."""
    if _DECIMAL.fullmatch(value):
        return value.replace(".", ",")
    if death := _DEATHS.fullmatch(value):
        return f"{_RUSSIAN_DEATHS[death[1]]} {death[2]}"
    return _GUESSES.get(value, value)


def _pattern(sentence: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", sentence)
    text = "".join(f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts))
    return re.compile(text, re.DOTALL)


_PATTERNS = tuple((_pattern(english), russian) for english, russian in _SENTENCES.items())
