"""What every reason code means and what a clerk does about it, in Russian and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from forms_ocr.export.phrases import Phrase
from forms_ocr.model import Reason


@dataclass(frozen=True, slots=True)
class ReasonText:
    """A reason in plain words: what was found, and what to do now."""

    title: Phrase
    advice: Phrase


def _text(title_ru: str, title_en: str, advice_ru: str, advice_en: str) -> ReasonText:
    return ReasonText(Phrase(title_ru, title_en), Phrase(advice_ru, advice_en))


SCAN_REASON_TEXTS: dict[Reason, ReasonText] = {
    Reason.SCAN_EMPTY: _text(
        "Файл пуст",
        "The file is empty",
        "Файл не дошёл целиком или не был записан. Отсканируйте эти бланки ещё раз.",
        "The file was cut off on its way or never written. Scan these slips again.",
    ),
    Reason.SCAN_TYPE_UNKNOWN: _text(
        "Это не PDF, TIFF, JPEG или PNG",
        "Not a PDF, TIFF, JPEG or PNG",
        "Сохраните скан в одном из этих форматов. Постороннему файлу в папке сканов не место: уберите его.",
        "Save the scan in one of these formats. If it is no scan at all, take it out of the folder.",
    ),
    Reason.SCAN_BROKEN: _text(
        "Файл повреждён и не открывается",
        "The file is damaged and cannot be opened",
        "Скопируйте файл со сканера заново; если и он не открывается, отсканируйте бланки ещё раз.",
        "Copy the file from the scanner again; if that one fails too, scan the slips again.",
    ),
    Reason.SCAN_ENCRYPTED: _text(
        "Файл защищён паролем",
        "The file is protected by a password",
        "Сохраните скан без пароля и пришлите его снова.",
        "Save the scan without a password and send it again.",
    ),
    Reason.SCAN_TOO_MANY_PAGES: _text(
        "В файле слишком много страниц",
        "The file has too many pages",
        "Разделите файл на несколько, например по 200 страниц, и пришлите их снова.",
        "Split the file into several, for example of 200 pages each, and send them again.",
    ),
    Reason.SCAN_TOO_LARGE: _text(
        "Файл слишком велик",
        "The file is too large",
        "Сканируйте с разрешением 300 точек на дюйм, в серых тонах, и делите большие пачки.",
        "Scan at 300 dots per inch, in grey, and split large batches.",
    ),
    Reason.PAGE_BROKEN: _text(
        "Страница повреждена",
        "The page is damaged",
        "Найдите бумажный бланк по номеру страницы и отсканируйте его ещё раз.",
        "Find the paper slip by its page number and scan it again.",
    ),
    Reason.PAGE_TOO_LARGE: _text(
        "Изображение страницы слишком велико",
        "The picture of the page is too large",
        "Отсканируйте страницу ещё раз с разрешением 300 точек на дюйм.",
        "Scan the page again at 300 dots per inch.",
    ),
    Reason.PAGE_TOO_SMALL: _text(
        "Изображение страницы слишком мало",
        "The picture of the page is too small",
        "Отсканируйте страницу ещё раз с разрешением 300 точек на дюйм: изображение, у которого по короткой "
        "стороне меньше 400 точек, не читается.",
        "Scan the page again at 300 dots per inch: a picture with fewer than 400 pixels on its short side "
        "is not read.",
    ),
    Reason.PAGE_TIMEOUT: _text(
        "Страница обрабатывалась слишком долго",
        "The page took too long",
        "Отсканируйте страницу ещё раз отдельным файлом. Если не поможет, передайте файл администратору.",
        "Scan the page again into a file of its own. If that does not help, hand the file to the "
        "administrator.",
    ),
    Reason.PAGE_CRASHED_READER: _text(
        "На этой странице программа чтения аварийно остановилась",
        "The reader crashed on this page",
        "Отсканируйте страницу ещё раз и передайте исходный файл администратору.",
        "Scan the page again and hand the original file to the administrator.",
    ),
    Reason.PAGE_MISALIGNED: _text(
        "Бланк найден, но его строки не удалось точно наложить",
        "The form was found but could not be lined up",
        "Расправьте бланк, положите его ровно и отсканируйте ещё раз. Печатайте бланки в масштабе 100 %.",
        "Flatten the slip, lay it straight and scan it again. Print the forms at 100 %.",
    ),
    Reason.PAGE_PRINT_UNSEEN: _text(
        "Видно написанное, но не видно самого бланка",
        "The writing is seen, the print of the form is not",
        "Отсканируйте страницу ещё раз темнее, в серых тонах или в цвете, без отсева цвета бланка.",
        "Scan the page again, darker, in grey or in colour, with colour drop-out turned off.",
    ),
    Reason.PAGE_BLANK: _text(
        "Пустая страница",
        "A blank page",
        "Ничего делать не нужно: обычно это оборот бланка.",
        "Nothing to do: it is usually the back of a slip.",
    ),
    Reason.PAGE_NOT_THIS_FORM: _text(
        "Это не наш бланк",
        "This is not our form",
        "Если это письмо или чек, отложите его. Если это бланк, отсканируйте его целиком и без перекоса.",
        "If it is a letter or a receipt, put it aside. If it is the form, scan all of it, straight.",
    ),
    Reason.COVER_SHEET: _text(
        "Сопроводительный лист",
        "A cover sheet",
        "Ничего делать не нужно: страницы после него отнесены к указанной на нём коробке.",
        "Nothing to do: the pages after it were counted with the box that it names.",
    ),
}

SLIP_REASON_TEXTS: dict[Reason, ReasonText] = {
    Reason.SLIP_CUT_OFF: _text(
        "Бланк попал на скан не целиком",
        "Part of the slip is not on the scan",
        "Положите бланк на стекло целиком и отсканируйте ещё раз: край с полями не виден.",
        "Lay the whole slip on the glass and scan it again: an edge with fields on it is not seen.",
    ),
    Reason.SLIP_COVERED: _text(
        "Бланк частично закрыт другим бланком",
        "Another slip lies over this one",
        "Разложите бланки так, чтобы они не перекрывались, и отсканируйте их ещё раз.",
        "Lay the slips apart so that none covers another, and scan them again.",
    ),
    Reason.SLIP_RESOLUTION_TOO_LOW: _text(
        "Разрешение скана слишком низкое",
        "The resolution of the scan is too low",
        "Отсканируйте бланк ещё раз с разрешением 300 точек на дюйм.",
        "Scan the slip again at 300 dots per inch.",
    ),
    Reason.SLIP_BLURRED: _text(
        "Скан нерезкий",
        "The scan is blurred",
        "Протрите стекло сканера, прижмите лист и отсканируйте бланк ещё раз.",
        "Wipe the glass, press the paper flat and scan the slip again.",
    ),
    Reason.SLIP_TOO_DARK: _text(
        "Скан слишком тёмный",
        "The scan is too dark",
        "Сделайте яркость больше и отсканируйте бланк ещё раз.",
        "Raise the brightness and scan the slip again.",
    ),
    Reason.SLIP_TOO_FAINT: _text(
        "Скан слишком бледный",
        "The scan is too faint",
        "Сделайте яркость меньше и отсканируйте бланк ещё раз; если бледна сама печать, смените тонер.",
        "Lower the brightness and scan the slip again; if the print itself is faint, change the toner.",
    ),
    Reason.SLIP_CELLS_EMPTY: _text(
        "Клетки на скане пусты",
        "The cells are empty on the scan",
        "Если на бумаге они заполнены, сделайте яркость меньше и отсканируйте бланк ещё раз.",
        "If they are filled in on paper, lower the brightness and scan the slip again.",
    ),
    Reason.REGISTRATION_UNCERTAIN: _text(
        "Бланк лежит неровно, клетки могли сместиться",
        "The slip lies unevenly, cells may be shifted",
        "Сверьте все поля с изображением; если строки съехали, отсканируйте бланк ещё раз.",
        "Compare every field with the picture; if the rows are off, scan the slip again.",
    ),
    Reason.ACCOUNT_MISSING: _text(
        "Лицевой счёт не указан",
        "No account number",
        "Найдите счёт в реестре по адресу; если адреса нет, отложите бланк для связи с абонентом.",
        "Look the account up in the registry by address; without an address, put the slip aside to "
        "call the customer.",
    ),
    Reason.ACCOUNT_INCOMPLETE: _text(
        "В лицевом счёте заполнены не все клетки",
        "Some cells of the account number are empty",
        "Найдите недостающие цифры по адресу в реестре. Не угадывайте.",
        "Find the missing digits in the registry by address. Do not guess.",
    ),
    Reason.ACCOUNT_UNCERTAIN: _text(
        "Лицевой счёт читается неуверенно",
        "The account number is doubtful",
        "Прочитайте отмеченные клетки на изображении и введите счёт; сверьте его с адресом.",
        "Read the marked cells in the picture and key the account; compare it with the address.",
    ),
    Reason.ACCOUNT_UNKNOWN: _text(
        "Такого лицевого счёта нет в реестре",
        "This account is not in the registry",
        "Сверьте цифры с изображением и поищите счёт по адресу: возможно, описка или чужой поставщик.",
        "Compare the digits with the picture and search by address: a slip of the pen or another "
        "supplier's customer.",
    ),
    Reason.ACCOUNT_MANAGED: _text(
        "Показания по этому счёту передаёт управляющая компания",
        "A management company reports for this account",
        "Показание не принимается. Сообщите абоненту, что его передаёт управляющая компания.",
        "The reading is not taken. Tell the customer that the management company reports it.",
    ),
    Reason.ACCOUNT_CLOSED: _text(
        "Лицевой счёт закрыт",
        "The account is closed",
        "Показание не принимается. Проверьте по адресу, нет ли у абонента нового счёта.",
        "The reading is not taken. Check by address whether the customer has a new account.",
    ),
    Reason.CODE_MISMATCH: _text(
        "Код на бланке и написанный лицевой счёт не совпадают",
        "The code on the slip and the account written on it disagree",
        "Бланк напечатан для другого счёта. Введите тот, который имел в виду абонент; "
        "если это неясно, свяжитесь с ним.",
        "The slip was printed for another account. Key the one that the customer meant; if that is unclear, "
        "contact them.",
    ),
    Reason.READING_MISSING: _text(
        "Показание не указано",
        "No reading",
        "Без показания бланк не принимается: свяжитесь с абонентом.",
        "A slip without a reading cannot be taken: contact the customer.",
    ),
    Reason.READING_UNCERTAIN: _text(
        "Показание читается неуверенно",
        "The reading is doubtful",
        "Прочитайте отмеченные клетки на изображении и введите показание.",
        "Read the marked cells in the picture and key the reading.",
    ),
    Reason.READING_WRONG_LENGTH: _text(
        "В показании не столько цифр, сколько на счётчике",
        "The reading has not as many digits as the meter",
        "Нужны все цифры до запятой, вместе с нулями впереди. Проверьте, не вписаны ли цифры после запятой.",
        "All digits before the comma are needed, leading zeros too. Check whether digits after it "
        "were written in.",
    ),
    Reason.READING_BELOW_LAST: _text(
        "Показание меньше предыдущего",
        "The reading is below the last one",
        "Сверьте цифры с изображением. Если они верны, выясните, не заменён ли счётчик и не "
        "перешёл ли он через ноль.",
        "Compare the digits with the picture. If they are right, find out whether the meter was "
        "replaced or went round.",
    ),
    Reason.IMPLAUSIBLE_JUMP: _text(
        "Расход с прошлого показания неправдоподобно велик",
        "Implausibly much was used since the last reading",
        "Сверьте цифры с изображением. Если они верны, уточните показание у абонента: описка, лишняя "
        "цифра после запятой или новый счётчик.",
        "Compare the digits with the picture. If they are right, ask the customer: a slip of the pen, a "
        "digit after the comma, or a new meter.",
    ),
    Reason.DATE_MISSING: _text(
        "Дата не указана",
        "No date",
        "Введите дату, если она известна по ящику или конверту; иначе свяжитесь с абонентом.",
        "Key the date if the drop box or envelope tells it; otherwise contact the customer.",
    ),
    Reason.DATE_UNCERTAIN: _text(
        "Дата читается неуверенно",
        "The date is doubtful",
        "Прочитайте отмеченные клетки на изображении и введите дату.",
        "Read the marked cells in the picture and key the date.",
    ),
    Reason.DATE_IMPOSSIBLE: _text(
        "Такой даты не бывает",
        "There is no such date",
        "Сверьте день, месяц и год с изображением и введите дату, если она ясна.",
        "Compare day, month and year with the picture and key the date if it is plain.",
    ),
    Reason.DATE_OUTSIDE_WINDOW: _text(
        "Дата вне срока приёма показаний",
        "The date is outside the days for readings",
        "Показания снимают в дни приёма, обычно с 23-го по 26-е. Сообщите абоненту, что нужно "
        "новое показание.",
        "Readings are taken on set days, usually the 23rd to the 26th. Tell the customer that a "
        "new one is needed.",
    ),
    Reason.DATE_AFTER_SCAN: _text(
        "Дата позже дня сканирования",
        "The date is after the day of the scan",
        "Сверьте дату с изображением. Если она верна, часы сканера отстают: исправьте их, иначе "
        "все бланки попадут на проверку.",
        "Compare the date with the picture. If it is right, the scanner's clock is slow: set it, or "
        "every slip will come here.",
    ),
    Reason.ADDRESS_MISSING: _text(
        "Адрес не указан",
        "No address",
        "Возьмите адрес из реестра, если лицевой счёт читается уверенно.",
        "Take the address from the registry if the account number is plain.",
    ),
    Reason.ADDRESS_MISMATCH: _text(
        "Адрес не совпадает с реестром",
        "The address is not the registry's",
        "Проверьте лицевой счёт и адрес: ошибка бывает в любом из них.",
        "Check both account and address: either may be the wrong one.",
    ),
    Reason.SIGNATURE_MISSING: _text(
        "Нет подписи",
        "No signature",
        "Неподписанный бланк не принимается: попросите абонента подать его снова.",
        "An unsigned slip is not taken: ask the customer to hand in a new one.",
    ),
    Reason.SIGNATURE_UNCERTAIN: _text(
        "Неясно, есть ли подпись",
        "It is unclear whether there is a signature",
        "Посмотрите на рамку подписи и решите: подпись это или случайный штрих.",
        "Look at the signature box and decide: a signature or a stray stroke.",
    ),
    Reason.NOT_A_DIGIT: _text(
        "В клетке не цифра",
        "A cell holds something that is not a digit",
        "Зачёркнуто, исправлено или вписано два знака. Введите то, что хотел написать абонент, "
        "если это ясно.",
        "Struck out, corrected or two characters. Key what the customer meant if that is plain.",
    ),
    Reason.FIELD_MISSING: _text(
        "Не заполнено обязательное поле",
        "A required field is empty",
        "Посмотрите, какое поле пусто, и решите, можно ли принять бланк без него.",
        "See which field is empty and decide whether the slip can be taken without it.",
    ),
    Reason.FIELD_UNCERTAIN: _text(
        "Поле читается неуверенно",
        "A field is doubtful",
        "Прочитайте отмеченное поле на изображении и введите его.",
        "Read the marked field in the picture and key it.",
    ),
    Reason.CONFIDENCE_TOO_LOW: _text(
        "Общая уверенность ниже порога",
        "The overall confidence is below the cut",
        "Каждое поле похоже на верное, но вместе уверенности мало. Сверьте лицевой счёт и "
        "показание с изображением.",
        "Each field looks right, but together they are not sure enough. Compare account and "
        "reading with the picture.",
    ),
    Reason.SLIP_UNREADABLE: _text(
        "Бланк не смог прочесть и человек",
        "A person could not read the slip either",
        "Найдите бумажный бланк и отсканируйте его ещё раз; если и на бумаге не разобрать, свяжитесь с "
        "клиентом.",
        "Find the paper slip and scan it again; if the paper cannot be read either, ask the customer.",
    ),
    Reason.SCAN_SENT_TWICE: _text(
        "Этот файл уже присылали под другим именем",
        "This file was sent before under another name",
        "Ничего делать не нужно: бланки из первого файла уже учтены. Лишнюю копию уберите из папки.",
        "Nothing to do: the slips of the first file have been counted. Take the copy out of the folder.",
    ),
    Reason.SLIP_SCANNED_TWICE: _text(
        "Этот же листок отсканирован дважды",
        "The same piece of paper was scanned twice",
        "Ничего делать не нужно: лучший из сканов этого листка уже учтён.",
        "Nothing to do: the best scan of this paper has been counted.",
    ),
    Reason.DUPLICATE_SLIP: _text(
        "Этот бланк уже учтён",
        "This slip has been counted already",
        "Ничего делать не нужно: то же показание по тому же счёту принято один раз.",
        "Nothing to do: the same reading of the same account was taken once.",
    ),
    Reason.CONFLICTING_READINGS: _text(
        "По одному счёту поданы разные показания",
        "One account reported different readings",
        "Откройте все бланки этого счёта и решите, какое показание верно; чаще верно более позднее.",
        "Open all slips of this account and decide which reading is right; more often the later one.",
    ),
}

REASON_TEXTS: Mapping[Reason, ReasonText] = MappingProxyType(SCAN_REASON_TEXTS | SLIP_REASON_TEXTS)
"""A text for every :class:`Reason`, in no particular order."""
