"""The command line. ``main`` is the program; each command has a module of its own.

Worker processes import this package again when they start, so modules that only the end of a run
needs are imported where they are used.
"""

from forms_ocr.cli.answers import answers
from forms_ocr.cli.backup import backup
from forms_ocr.cli.doctor import doctor
from forms_ocr.cli.evaluate import evaluate
from forms_ocr.cli.explain import explain
from forms_ocr.cli.inspect import inspect
from forms_ocr.cli.program import Program, program
from forms_ocr.cli.purge import purge
from forms_ocr.cli.quality import quality
from forms_ocr.cli.recalibrate import recalibrate
from forms_ocr.cli.receipt import receipt
from forms_ocr.cli.resume import resume
from forms_ocr.cli.retry import retry
from forms_ocr.cli.review import review
from forms_ocr.cli.run import run
from forms_ocr.cli.status import status
from forms_ocr.cli.template import template
from forms_ocr.cli.user import user
from forms_ocr.cli.verify import verify
from forms_ocr.cli.watch import watch

main: Program = program
main.add_command(answers)
main.add_command(evaluate)
main.add_command(explain)
main.add_command(inspect)
main.add_command(quality)
main.add_command(recalibrate)
main.add_command(resume)
main.add_command(run)
main.add_command(template)
main.add_command(watch)
main.add_command(backup)
main.add_command(doctor)
main.add_command(purge)
main.add_command(receipt)
main.add_command(retry)
main.add_command(review)
main.add_command(status)
main.add_command(user)
main.add_command(verify)

__all__ = ["main"]
