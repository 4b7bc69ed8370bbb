#!/usr/bin/env bash
# Sets up what forms-ocr needs on Debian 12 or later and Ubuntu 24.04 or later: system packages where they are
# missing, a virtual environment in .venv, pinned Python packages. A second call finds everything done.
#
#   ./install.sh        what the program needs
#   ./install.sh dev    and what its tests and checks need
#
# PYTHON=/path/to/python3.11 chooses another interpreter.
set -Eeuo pipefail

MODE=${1:-run}
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
VENV=$ROOT/.venv
APT_WAIT_S=300 # a new machine's own first update takes minutes
MISSING=()

say() { printf '%s\n' "$*"; }

fail() {
    printf '\nforms-ocr was not set up: %s\n' "$1" >&2
    shift
    printf '%s\n' "$@" >&2
    exit 1
}

# Runs a command in silence; on failure shows the end of what it said and what to do.
# $1: what to do. The rest: the command.
quietly() {
    local advice=$1 log
    shift
    log=$(mktemp)
    if ! "$@" >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "this step failed: $*" "$advice"
    fi
    rm -f "$log"
}

has_command() { command -v "$1" >/dev/null 2>&1; }
# The list is read whole: under pipefail a grep that stops early makes ldconfig look as if it had failed.
has_library() { [[ "$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p)" == *"$1"* ]]; }
has_russian() { [[ "$(tesseract --list-langs 2>&1)" == *rus* ]]; }

# ---- Python ------------------------------------------------------------------------------------------------

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# Prints the interpreter to use, nothing where there is none.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
        if has_command "$candidate" && is_new_enough "$candidate"; then
            command -v "$candidate"
            return
        fi
    done
}

# A virtual environment that was made elsewhere, half made, or whose Python is gone is of no use.
is_venv_sound() {
    "$VENV/bin/python" -c 'import pip' 2>/dev/null || return 1
    local made_at
    made_at=$(sed -n 's/^command = .* -m venv \(--[a-z-]* \)*\(\/.*\)$/\2/p' "$VENV/pyvenv.cfg")
    [[ -z $made_at || $made_at == "$VENV" ]]
}

# ---- System packages ---------------------------------------------------------------------------------------

# The package of glib's libraries got another name when time became 64 bits wide.
glib_package() {
    if apt-cache show libglib2.0-0t64 >/dev/null 2>&1; then echo libglib2.0-0t64; else echo libglib2.0-0; fi
}

find_missing_packages() {
    MISSING=()
    has_command pdftoppm || MISSING+=(poppler-utils)
    has_command tesseract || MISSING+=(tesseract-ocr)
    { has_command tesseract && has_russian; } || MISSING+=(tesseract-ocr-rus)
    has_library libGL.so.1 || MISSING+=(libgl1)
    has_library libX11.so.6 || MISSING+=(libx11-6)
    has_library libgthread-2.0.so.0 || MISSING+=("$(glib_package)")
    is_venv_sound || find_missing_python_packages
}

find_missing_python_packages() {
    local python
    python=$(find_python)
    if [[ -z $python ]]; then
        [[ -z ${PYTHON:-} ]] || fail "PYTHON=$PYTHON is not a Python 3.11 or newer." "Name another, or none."
        ! has_command python3 || refuse_old_python
        MISSING+=(python3 python3-venv)
    elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        [[ $python == /usr/bin/* ]] || fail "$python cannot make virtual environments." \
            "It lacks the modules venv and ensurepip. Choose another: PYTHON=/usr/bin/python3 make run"
        MISSING+=("$(basename "$python")-venv")
    fi
}

refuse_old_python() {
    fail "this machine has $(python3 --version 2>&1); 3.11 or newer is needed." \
        "Debian 12 and 13 and Ubuntu 24.04 bring it. On an older system install a newer Python beside the old one" \
        "(Ubuntu 22.04: sudo apt-get install python3.11 python3.11-venv) and call: PYTHON=python3.11 make run"
}

# Prints how to become root: nothing for root itself.
find_root_command() {
    if [[ $(id -u) -eq 0 ]]; then
        echo env
    elif has_command sudo && { sudo -n true 2>/dev/null || [[ -t 2 ]]; }; then
        echo sudo
    fi
}

install_packages() {
    local as_root
    has_command apt-get || fail "there is no apt-get here, and something is missing." \
        "Install what gives these Debian packages with your system's own tool: ${MISSING[*]}"
    as_root=$(find_root_command)
    [[ -n $as_root ]] || fail "system packages are missing, and this user may not install them." \
        "Ask an administrator to run:" "    apt-get install ${MISSING[*]}" "and then start again."
    say "Asking the package lists for the newest versions (apt-get update)."
    [[ $as_root != sudo ]] || sudo -v || fail "sudo did not let this user in." \
        "Ask an administrator to run:" "    apt-get install ${MISSING[*]}"
    update_lists "$as_root"
    find_missing_packages # names can differ once the lists are known
    say "Installing system packages: ${MISSING[*]}."
    quietly "Mend what apt-get complains about, or run it by hand: apt-get install ${MISSING[*]}" \
        "$as_root" env DEBIAN_FRONTEND=noninteractive \
        apt-get -o "DPkg::Lock::Timeout=$APT_WAIT_S" install -y --no-install-recommends "${MISSING[@]}"
}

# apt-get waits for dpkg's lock by itself, but not for the lock of the lists.
update_lists() {
    local waited_s=0 output
    until output=$("$1" apt-get update 2>&1 </dev/null); do
        if [[ $output != *"Could not get lock"* || $waited_s -ge $APT_WAIT_S ]]; then
            printf '%s\n' "$output" | tail -n 20 >&2
            fail "the package lists could not be renewed." "Is there a network? Try by hand: apt-get update"
        fi
        [[ $waited_s -gt 0 ]] || say "Another program is installing packages; waiting up to $APT_WAIT_S seconds."
        sleep 5
        waited_s=$((waited_s + 5))
    done
}

# ---- The virtual environment -------------------------------------------------------------------------------

make_venv() {
    local python
    python=$(find_python)
    [[ -n $python ]] || refuse_old_python
    say "Making a virtual environment in .venv with $("$python" --version)."
    quietly "Is the disk full, or does .venv belong to another user? Remove .venv and try again." \
        "$python" -m venv --clear "$VENV"
}

# What an installation depends on; another answer means that it has to be done again.
fingerprint() { cat pyproject.toml constraints.txt install.sh "$VENV/pyvenv.cfg" | sha256sum; }

is_installed() {
    local stamp
    for stamp in dev "$MODE"; do
        [[ "$(cat "$VENV/.installed-$stamp" 2>/dev/null)" == "$(fingerprint)" ]] && return
    done
    return 1
}

install_python_packages() {
    local what=.
    [[ $MODE == run ]] || what=".[dev]"
    [[ -w $VENV ]] || fail ".venv belongs to another user." \
        "Run this as that user, or remove .venv and start again."
    say "Installing the pinned Python packages into .venv (some 600 MB on disk; minutes the first time)."
    quietly "Is there a network, and room on the disk? Then start again." \
        "$VENV/bin/python" -m pip install --no-input --constraint constraints.txt --editable "$what"
    fingerprint >"$VENV/.installed-$MODE"
}

main() {
    [[ $MODE == run || $MODE == dev ]] || fail "there is no mode '$MODE'." "Use: ./install.sh [dev]"
    cd "$ROOT"
    exec 9<.
    flock -n 9 || { say "Another set-up works in this folder; waiting for it." && flock 9; }
    find_missing_packages
    [[ ${#MISSING[@]} -eq 0 ]] || install_packages 9<&-
    is_venv_sound || make_venv
    is_installed || install_python_packages 9<&-
}

main
