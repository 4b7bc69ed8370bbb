"""What the script says: it has no words of its own."""

from __future__ import annotations

from collections.abc import Mapping

from forms_ocr.review.web.language import Language


def script_words(spoken: Language) -> Mapping[str, str]:
    """By the names under which ``app.js`` asks for them; what stands in braces it puts in itself."""
    return {**_desk_words(spoken), **_field_words(spoken), **_registry_words(spoken), **_sheet_words(spoken)}


def _desk_words(spoken: Language) -> Mapping[str, str]:
    say = spoken.say
    return {
        "accepted": say("Accepted. {undo} takes it back."),
        "refused": say("Refused. {undo} takes it back."),
        "rescan": say("To be scanned again. {undo} takes it back."),
        "passed_on": say("Passed on to another reader. {undo} takes it back."),
        "skipped": say("Put off."),
        "undone": say("Taken back: decide anew."),
        "nothing_to_undo": say("There is nothing to take back."),
        "differs": say(
            "Read otherwise: look at the marked cells. {confirm} if it stands as typed, "
            "{uncertain} for another reader."
        ),
        "needs_second": say("Another reader will look at it too. {confirm} passes it on as typed."),
        "can_confirm": say("{confirm} if the slip says so, {refuse} refuses it, {uncertain} passes it on."),
        "cannot_confirm": say("{refuse} refuses it, {uncertain} passes it on."),
        "incomplete": say("Not everything is keyed yet."),
        "ready": say("All is keyed. {confirm} saves it."),
        "conflict_settled": say(
            "Somebody else has decided on this slip. What you typed is kept as a second opinion. "
            "{skip} goes on."
        ),
        "conflict_taken": say(
            "Your time with this slip had run out and it went to somebody else. What you typed is kept as a "
            "second opinion. {skip} goes on."
        ),
        "offline": say("No answer from the server. Nothing is lost: {confirm} tries again."),
        "signed_out": say(
            "You are signed out. What you typed stays here: sign in in another tab, then {confirm}."
        ),
        "forbidden": say("The server did not take this. Load the page anew."),
        "gone": say("This slip is not before you any more. {skip} goes on."),
        "nothing_confirmed": say("Enter confirms nothing. {confirm} does."),
        "second_reader": say("Second reader"),
        "last_reader": say("You decide"),
        "whole_slip": say("The whole slip; the field in question is outlined"),
        "closes": say("closes {day}"),
        "place": say("{scan}, page {page}, slip {slip}"),
        "opinions": say("Keyed before: {values}"),
    }


def _field_words(spoken: Language) -> Mapping[str, str]:
    say = spoken.say
    return {
        "is_accepted": say("agrees"),
        "is_differing": say("read otherwise"),
        "crop": say("{label}, as written"),
        "cells_of": say("{label}: {count} characters, {asked} to key"),
        "yes": say("Yes"),
        "no": say("No"),
        "type_it": say("Type it"),
        "nothing": say("Nothing there"),
        "no_picture": say("There is no picture."),
    }


def _registry_words(spoken: Language) -> Mapping[str, str]:
    say = spoken.say
    return {
        "no_registry": say("There is no registry."),
        "unknown_account": say("The registry does not have this account."),
        "flat": say("flat {flat}"),
        "used": say("{kwh} kWh"),
        "on_day": say("{reading} on {day}"),
        "nobody": say("Nobody is found."),
    }


def _sheet_words(spoken: Language) -> Mapping[str, str]:
    say = spoken.say
    return {
        "odd": say("not it"),
        "sheet_taken": say("Taken. The next sheet:"),
        "sheet_back": say("Some known cells were missed; they are framed. Look at the sheet again."),
        "sheet_lost": say("This sheet has gone to somebody else."),
        "cell": say("cell {number}"),
        "signed_out_here": say("You are signed out. Load the page anew to sign in."),
        "offline_here": say("No answer from the server. Try again in a moment."),
    }
