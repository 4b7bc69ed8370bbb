"""The fixed words of the report, in Russian and English."""

from __future__ import annotations

from forms_ocr.export.phrases import Noun, Phrase, grouped
from forms_ocr.model import Disposition, PageDisposition, Period, Template

PAGES = Noun("страница", "страницы", "страниц", "page", "pages")
SLIPS = Noun("бланк", "бланка", "бланков", "slip", "slips")
SCANS = Noun("файл", "файла", "файлов", "scan", "scans")
OFFICES = Noun("отделение", "отделения", "отделений", "office", "offices")
ACCOUNTS = Noun("счёт", "счёта", "счетов", "account", "accounts")

PAGE_DISPOSITIONS = {
    PageDisposition.SLIPS: Phrase("с бланками", "with slips"),
    PageDisposition.BLANK: Phrase("пустые", "blank"),
    PageDisposition.FOREIGN: Phrase("не наш бланк", "not this form"),
    PageDisposition.QUARANTINED: Phrase("не прочитаны", "unreadable"),
}

DISPOSITIONS = {
    Disposition.ACCEPTED: Phrase("приняты", "accepted"),
    Disposition.REVIEW: Phrase("на проверку", "to review"),
    Disposition.REFUSED: Phrase("отклонены", "refused"),
}

OUTCOMES = {
    Disposition.ACCEPTED: Phrase("принят", "accepted"),
    Disposition.REVIEW: Phrase("на проверку", "to review"),
    Disposition.REFUSED: Phrase("отклонён", "refused"),
}

WORDS = {
    "title": Phrase("Показания счётчиков", "Meter readings"),
    "subtitle": Phrase("Итоги обработки бланков", "What became of the slips"),
    "skip": Phrase("К содержанию", "Skip to content"),
    "contents": Phrase("Разделы", "Sections"),
    "language": Phrase("Язык", "Language"),
    "theme": Phrase("Светлая или тёмная", "Light or dark"),
    "period": Phrase("Расчётный месяц", "Billing month"),
    "no_period": Phrase("не задан", "not given"),
    "template": Phrase("Бланк", "Form"),
    "registry": Phrase("Реестр", "Registry"),
    "no_registry": Phrase("без реестра", "none"),
    "cut": Phrase("Порог уверенности", "Confidence cut"),
    "cut_confirmed": Phrase("подтверждён", "confirmed"),
    "cut_not_confirmed": Phrase("не подтверждён", "not confirmed"),
    "version": Phrase("Версия", "Version"),
    "totals": Phrase("Итог", "Totals"),
    "pages": Phrase("Страницы", "Pages"),
    "slips": Phrase("Бланки", "Slips"),
    "total": Phrase("Всего", "Total"),
    "from_scans": Phrase("из", "from"),
    "unopened": Phrase("не открылись", "could not be opened"),
    "unopened_note": Phrase(
        "файл, который не открылся, считается одной непрочитанной страницей",
        "a scan that cannot be opened counts as one unreadable page",
    ),
    "by_office": Phrase("По отделениям", "By office"),
    "office": Phrase("Отделение", "Office"),
    "no_office": Phrase("без отделения", "no office"),
    "scans": Phrase("Файлы", "Scans"),
    "accepted_share": Phrase("Доля принятых", "Accepted share"),
    "by_reason": Phrase("По причинам", "By reason"),
    "by_reason_note": Phrase(
        "У бланка может быть несколько причин, поэтому их сумма бывает больше числа бланков.",
        "A slip may have several reasons, so these can add up to more than the slips.",
    ),
    "no_reasons": Phrase("Всё прочитано и принято без замечаний.", "Everything was read and accepted."),
    "reason": Phrase("Причина", "Reason"),
    "what_to_do": Phrase("Что делать", "What to do"),
    "how_many": Phrase("Сколько", "How many"),
    "again": Phrase("Сканировать заново", "Scan again"),
    "again_note": Phrase(
        "Страницы и файлы, из которых ничего не прочитано. Пока бланки под рукой, отсканируйте их ещё раз.",
        "Pages and scans from which nothing was read. Scan them again while the slips are still at hand.",
    ),
    "again_slips": Phrase(
        "Бланки, которые скан не дал прочитать уверенно. Отсканируйте их ещё раз, если они под рукой.",
        "Slips whose scan kept them from being read surely. Scan them again if they are at hand.",
    ),
    "again_none": Phrase("Таких страниц нет.", "There are none."),
    "whole_scan": Phrase("весь файл", "the whole scan"),
    "page": Phrase("страница", "page"),
    "slip": Phrase("бланк", "slip"),
    "review": Phrase("На проверку", "To review"),
    "review_note": Phrase(
        "Программа не угадывает: сомнительное решает человек. Отмеченное требует взгляда.",
        "The program does not guess: a person decides what is doubtful. What is marked needs a look.",
    ),
    "review_none": Phrase("Проверять нечего.", "There is nothing to review."),
    "all_offices": Phrase("Все отделения", "All offices"),
    "all_reasons": Phrase("Все причины", "All reasons"),
    "shown": Phrase("Показано", "Shown"),
    "of": Phrase("из", "of"),
    "next_slip": Phrase("следующий и предыдущий бланк", "next and previous slip"),
    "picture": Phrase("Изображение бланка, поля обведены", "Picture of the slip, its fields outlined"),
    "open_picture": Phrase("изображение", "picture"),
    "no_picture": Phrase("Изображения нет", "There is no picture"),
    "doubtful": Phrase("Под вопросом", "In doubt"),
    "plain": Phrase("Прочитано", "Read"),
    "candidates": Phrase("Варианты", "Candidates"),
    "confidence": Phrase("Уверенность", "Confidence"),
    "why": Phrase("Почему здесь", "Why it is here"),
    "explained": Phrase("Как это получилось", "How this came about"),
    "cell_by_cell": Phrase("Клетка за клеткой", "Cell by cell"),
    "cell_by_cell_note": Phrase(
        "Что может стоять в клетке и насколько это вероятно.",
        "What may stand in a cell, and how likely that is.",
    ),
    "registry_says": Phrase("Что говорит реестр", "What the registry says"),
    "checks": Phrase("Проверки", "Checks"),
    "kept": Phrase("соблюдено", "kept"),
    "broken": Phrase("нарушено", "broken"),
    "empty": Phrase("пусто", "empty"),
    "unread": Phrase("не прочитано", "not read"),
    "yes": Phrase("есть", "yes"),
    "no": Phrase("нет", "no"),
    "unclear": Phrase("неясно", "unclear"),
    "refused": Phrase("Отклонённые", "Refused"),
    "refused_none": Phrase("Отклонённых бланков нет.", "No slip was refused."),
    "where": Phrase("Где", "Where"),
    "account": Phrase("Лицевой счёт", "Account"),
    "reading": Phrase("Показание", "Reading"),
    "date": Phrase("Дата", "Date"),
    "reasons": Phrase("Причины", "Reasons"),
    "people_decided": Phrase("Что решили люди", "What people decided"),
    "people_decided_note": Phrase(
        "Кто, когда и что решил на страницах проверки. Отменённое зачёркнуто.",
        "Who decided what on the review pages, and when. What was taken back is struck through.",
    ),
    "people_decided_none": Phrase("Люди ещё ничего не решили.", "People have not decided anything yet."),
    "taken_back": Phrase("отменено", "taken back"),
    "became": Phrase("Итог", "Outcome"),
    "files": Phrase("Файлы рядом с этим отчётом", "The files beside this report"),
    "file_records": Phrase("принятые показания", "accepted readings"),
    "file_review": Phrase("бланки на проверку", "slips to review"),
    "file_refused": Phrase("отклонённые бланки", "refused slips"),
    "file_pages": Phrase("судьба каждой страницы", "what became of every page"),
    "file_summary": Phrase("эти же числа для программ", "the same counts for programs"),
}

_MONTHS_RU = (
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
)
_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def month(period: Period) -> Phrase:
    """A billing month in words."""
    name_ru, name_en = _MONTHS_RU[period.month - 1], _MONTHS_EN[period.month - 1]
    return Phrase(f"{name_ru} {period.year} г.", f"{name_en} {period.year}")


def day(iso: str) -> Phrase:
    """An ISO date as each language writes it; anything else as it is."""
    parts = iso.split("-")
    if len(parts) != 3:
        return Phrase(iso, iso)
    return Phrase(".".join(reversed(parts)), iso)


def pictures_capped(shown: int, total: int) -> Phrase:
    """The note over a list of slips of which only some have their pictures in the report."""
    some, rest, whole = grouped(shown), grouped(total - shown), grouped(total)
    return Phrase(
        f"Бланков на проверку: {whole.ru}; чтобы отчёт открывался быстро, изображения в нём у {some.ru}: "
        f"сначала у противоречащих друг другу, затем у самых сомнительных. Остальные {rest.ru} перечислены "
        "в таблице под ними и в review.csv; их изображения открываются по ссылке, пока отчёт лежит в "
        "рабочей папке.",
        f"Slips to review: {whole.en}; to open fast, the report holds the pictures of {some.en}: those that "
        f"contradict each other first, then the least certain. The other {rest.en} stand in the table below "
        "them and in review.csv; their pictures open by a link as long as the report lies in its workspace.",
    )


def page_pictures_capped(shown: int, total: int) -> Phrase:
    """The note over a list of pages of which only the first have their pictures in the report."""
    some, whole = grouped(shown), grouped(total)
    return Phrase(
        f"Изображений страниц: {whole.ru}; в отчёте показаны первые {some.ru}.",
        f"Pictures of pages: {whole.en}; the report shows the first {some.en}.",
    )


def decided_capped(shown: int, total: int) -> Phrase:
    """The note over a list of slips that people decided on, of which the report holds only the last."""
    some, whole = grouped(shown), grouped(total)
    return Phrase(
        f"Бланков с решениями людей: {whole.ru}; здесь {some.ru} последних. О любом расскажет "
        "forms-ocr explain с номером бланка.",
        f"Slips that people decided on: {whole.en}; these are the last {some.en}. `forms-ocr explain` with "
        "a slip's number tells about any of them.",
    )


def field_titles(template: Template) -> dict[str, Phrase]:
    """What people call each field: by its role where it has one, by its printed label otherwise."""
    titles = {
        field.name: Phrase(field.label or field.name, field.label or field.name) for field in template.fields
    }
    roles = template.roles
    titles |= {
        roles.account: WORDS["account"],
        roles.reading: WORDS["reading"],
        roles.signature: Phrase("Подпись", "Signature"),
    }
    if roles.date:
        titles |= {
            roles.date.day: Phrase("День", "Day"),
            roles.date.month: Phrase("Месяц", "Month"),
            roles.date.year: Phrase("Год", "Year"),
        }
    if roles.address:
        titles |= {
            roles.address.street: Phrase("Улица", "Street"),
            roles.address.house: Phrase("Дом", "House"),
            roles.address.flat: Phrase("Квартира", "Flat"),
        }
    return titles
