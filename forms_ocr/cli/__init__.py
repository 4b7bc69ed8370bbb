"""The command line. ``main`` is the program; each command has a module of its own.

Worker processes import this package again when they start, so modules that only the end of a run
needs are imported where they are used.
"""

from forms_ocr.cli.evaluate import evaluate
from forms_ocr.cli.program import Program, program
from forms_ocr.cli.run import run
from forms_ocr.cli.template import template

main: Program = program
main.add_command(evaluate)
main.add_command(run)
main.add_command(template)

__all__ = ["main"]
