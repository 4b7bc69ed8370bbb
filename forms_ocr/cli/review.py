"""``forms-ocr review``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from forms_ocr.cli.options import FILE, config_option, old_workspace_option, templates_option
from forms_ocr.errors import ExitCode


@click.command(short_help="Let people decide on slips in a browser.")
@old_workspace_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8017, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on."
)
@click.option("--tls-cert", type=FILE, help="Certificate in PEM, with those it hangs on.")
@click.option("--tls-key", type=FILE, help="Its key in PEM.")
@click.option(
    "--behind-proxy",
    default="",
    metavar="ADDRESS",
    help="IP address from which a proxy connects that speaks TLS to people; it alone is believed.",
)
@templates_option
@click.option("--registry", type=FILE, help="The retailer's accounts; without it no account is checked.")
@click.option(
    "--inbox",
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for uploaded scans, one folder an office below it; WORKSPACE/inbox if not given.",
)
@click.option("--fill-only", is_flag=True, help="Bring the queue in step with the ledger, serve nothing.")
@config_option
def review(
    workspace: Path,
    fill_only: bool,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    **asked: Any,
) -> ExitCode:
    """Serve the pages on which people decide on the slips under review.

    Who may come in is said with `forms-ocr user add`. Runs may work on the same workspace meanwhile; what
    people decide is in the exports that the next `run` or `resume` writes. Without TLS or a proxy only
    programs of this machine are answered.

    \b
    forms-ocr user add anna -w workspace --role reviewer
    forms-ocr review -w workspace --registry registry.csv
    forms-ocr review -w workspace --host 0.0.0.0 --tls-cert review.pem --tls-key review.key
    """  # noqa: D301  # click keeps the line breaks after it
    # workers need none of it
    from forms_ocr.cli.reviewing import Review, fill, serve_review  # noqa: PLC0415
    from forms_ocr.review.serving import Serving  # noqa: PLC0415

    proxy = asked.pop("behind_proxy")
    order = Review(workspace, **asked)
    if fill_only:
        click.echo(f"{fill(order)} slip(s) wait for people")
        return ExitCode.DONE
    serving = Serving(host, port, tls_cert, tls_key, proxy)
    serving.check()
    serve_review(order, serving)
    return ExitCode.DONE
