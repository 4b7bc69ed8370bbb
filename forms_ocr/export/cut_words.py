"""What a cut rests on, in words."""

from __future__ import annotations

from forms_ocr.budget import Basis, Cut, Source
from forms_ocr.export.phrases import Phrase, grouped

_WHY: dict[Basis, Phrase] = {
    Basis.TOO_FEW_SLIPS: Phrase(
        "бланков с известной правдой пока мало, чтобы подобрать порог",
        "there are too few slips whose truth is known to learn one",
    ),
    Basis.TOO_MANY_WRONG: Phrase(
        "среди бланков с известной правдой слишком много ошибок, чтобы подтвердить порог мягче",
        "too many of the slips whose truth is known are wrong to confirm a looser one",
    ),
    Basis.NOTHING_LEARNED: Phrase("порог ещё не подбирался", "no cut has been learned yet"),
    Basis.UNREADABLE: Phrase(
        "файл подобранного порога (cut.json) повреждён", "the file of the learned cut (cut.json) is damaged"
    ),
    Basis.OTHER_WEIGHTS: Phrase(
        "порог подобран для другой сети распознавания", "the cut was learned with other weights"
    ),
    Basis.OTHER_TEMPLATE: Phrase(
        "порог подобран для другого бланка", "the cut was learned with another form"
    ),
    Basis.OTHER_REGISTRY: Phrase(
        "порог подобран для реестра другого рода", "the cut was learned with a registry of another kind"
    ),
    Basis.OTHER_PROGRAM: Phrase(
        "порог подобран для другой версии программы",
        "the cut was learned with another version of the program",
    ),
}


def describe_cut(cut: Cut) -> Phrase:
    """The cut, the budget, and whether the one is known to keep the other."""
    return _confirmed(cut) if cut.is_confirmed else _cautious(cut)


def _confirmed(cut: Cut) -> Phrase:
    slips, bound, allowed = grouped(cut.slips), per_thousand(cut.bound), per_thousand(cut.budget.max_error)
    confidence = number(cut.confidence)
    return Phrase(
        f"записи принимаются с уверенностью от {confidence.ru}; порог подобран по бланкам "
        f"{_source(cut).ru} ({slips.ru}): ошибочных не больше {bound.ru} на 1000 принятых (надёжность 95 %), "
        f"допустимо {allowed.ru}",
        f"records are accepted from a confidence of {confidence.en}, learned from {slips.en} slips "
        f"{_source(cut).en}: at most {bound.en} wrong in 1,000 accepted (95 % certain), "
        f"the budget is {allowed.en}",
    )


def _source(cut: Cut) -> Phrase:
    if cut.source is Source.SIMULATION:
        return Phrase("имитации", "of a simulation")
    return Phrase("выборки, введённой людьми", "of the sample keyed by people")


def _cautious(cut: Cut) -> Phrase:
    allowed, why, confidence = per_thousand(cut.budget.max_error), _WHY[cut.basis], number(cut.confidence)
    kind = Phrase("осторожный порог", "the cautious cut")
    if cut.tally is not None:
        kind = Phrase("порог строже обычного", "a stricter cut than the built-in one")
    return Phrase(
        f"{kind.ru}: уверенность от {confidence.ru}; {why.ru}. Что ошибочных не больше {allowed.ru} на 1000 "
        "принятых, не подтверждено",
        f"{kind.en}, a confidence of {confidence.en}: {why.en}. It is not confirmed that at most "
        f"{allowed.en} in 1,000 accepted are wrong",
    )


def per_thousand(share: float) -> Phrase:
    """A share as so many in a thousand, with as many digits as say something."""
    return number(round(share * 1000, 2 if share < 0.1 else 0))


def number(value: float) -> Phrase:
    """A number as each language writes it."""
    text = f"{value:.6g}"
    return Phrase(text.replace(".", ","), text)
