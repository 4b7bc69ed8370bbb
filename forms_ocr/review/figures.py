"""How good and how fast the work is, for the senior."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median

from forms_ocr.budget import Quality, measure_quality
from forms_ocr.model import Action, Answer, Decision, Person
from forms_ocr.review.duties import Duty, check_duty
from forms_ocr.review.shown import ReviewerFigures
from forms_ocr.store import ReviewBooks

PAUSE_S = 300.0
"""Longer between two decisions is a pause, and no work."""

_DECIDING = frozenset({Action.CONFIRM, Action.RESCAN, Action.REFUSE, Action.UNCERTAIN})


class Figures:
    """Numbers out of decisions, answers and sheets.

    Args:
        answers: All that people keyed, in the order in which it was filed.
        max_error: The budget that is to be confirmed.
    """

    def __init__(self, books: ReviewBooks, answers: Callable[[], Iterable[Answer]], max_error: float) -> None:
        self._books = books
        self._answers = answers
        self._max_error = max_error

    def reviewers(self, person: Person, period: str = "") -> tuple[ReviewerFigures, ...]:
        """Everybody who decided on something, the most slips first; of one month if given."""
        check_duty(person, Duty.SEE_FIGURES)
        filed = [one for one in self._books.decisions.all(period) if person.sees(one.office)]
        names = {one.login: one.name for one in self._books.people.all()}
        seeds = {tally.who: (tally.caught, tally.seeds) for tally in self._books.sheets.tallies()}
        agreed = agreements(filed)
        by_person: defaultdict[str, list[Decision]] = defaultdict(list)
        for decision in filed:
            by_person[decision.who].append(decision)
        found = [
            _figures(login, names.get(login, login), some, agreed[login], seeds.get(login, (0, 0)))
            for login, some in by_person.items()
        ]
        return tuple(sorted(found, key=lambda one: (-one.slips, one.login)))

    def quality(self, person: Person) -> Quality:
        """How many accepted records are wrong, out of what people keyed."""
        check_duty(person, Duty.SEE_FIGURES)
        return measure_quality((one for one in self._answers() if person.sees(one.office)), self._max_error)


def _figures(
    login: str, name: str, filed: Sequence[Decision], agreed: tuple[int, int], seeds: tuple[int, int]
) -> ReviewerFigures:
    undone = {one.undoes for one in filed if one.undoes is not None}
    counted = [one for one in filed if one.action in _DECIDING and one.number not in undone]
    worked_s = work_seconds([one.at for one in filed])
    spent = [seconds for one in counted if (seconds := _spent_s(one)) is not None]
    return ReviewerFigures(
        login=login,
        name=name,
        slips=len(counted),
        an_hour=len(counted) / worked_s * 3600 if worked_s else 0.0,
        median_s=median(spent) if spent else 0.0,
        passed_on=sum(not one.settles for one in counted),
        undone=len(undone),
        agreed=agreed[0],
        compared=agreed[1],
        seeds_caught=seeds[0],
        seeds=seeds[1],
    )


def work_seconds(times: Iterable[str]) -> float:
    """Seconds between consecutive decisions, pauses left out.

    Args:
        times: ISO, in any order.
    """
    moments = sorted(map(datetime.fromisoformat, times))
    gaps = ((later - earlier).total_seconds() for earlier, later in pairwise(moments))
    return sum(gap for gap in gaps if gap <= PAUSE_S)


def _spent_s(decision: Decision) -> float | None:
    """From showing a slip to saving it; None where nobody knows, or a pause lies between."""
    if not decision.shown_at:
        return None
    shown, saved = datetime.fromisoformat(decision.shown_at), datetime.fromisoformat(decision.at)
    seconds = (saved - shown).total_seconds()
    return seconds if 0 <= seconds <= PAUSE_S else None


def agreements(filed: Iterable[Decision]) -> defaultdict[str, tuple[int, int]]:
    """Of the slips that several people keyed: how often each agreed with another, and how often compared.

    What is compared is what both were asked. A second opinion counts as much as a decision.
    """
    keyed: defaultdict[tuple[str, str], dict[str, Decision]] = defaultdict(dict)
    for one in filed:
        if one.typed and one.action in {Action.CONFIRM, Action.UNCERTAIN, Action.SECOND_OPINION}:
            keyed[one.period, one.slip_id][one.who] = one
    found: defaultdict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for readers in keyed.values():
        for who, one in readers.items():
            for other in (other for name, other in readers.items() if name != who):
                same = set(one.typed) & set(other.typed)
                if same:
                    agreed, compared = found[who]
                    is_agreed = all(one.typed[name] == other.typed[name] for name in same)
                    found[who] = agreed + is_agreed, compared + 1
    return found
