"""The command line: the one place that reads the clock, and turns errors into words and exit statuses.

Nothing heavy is imported before it is needed: `livret --help` and `livret status` start in a blink.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

from pipelines.errors import ConfigurationError, LivretError, SetAside
from pipelines.resources import ROOT, Settings, settings

_OPTIONS = {
    "inbox": click.option(
        "--inbox", type=click.Path(path_type=Path), help="Folder of files to read (LIVRET_INBOX)."
    ),
    "contract": click.option(
        "--contract", type=click.Path(path_type=Path), help="Folder of terms (LIVRET_CONTRACT)."
    ),
    "warehouse": click.option(
        "--warehouse", type=click.Path(path_type=Path), help="Published file (LIVRET_WAREHOUSE)."
    ),
    "reports": click.option(
        "--reports", type=click.Path(path_type=Path), help="Folder of reports (LIVRET_REPORTS)."
    ),
    "as_of": click.option(
        "--as-of",
        help="Instant of the question, ISO 8601 with offset, or a day: its end (LIVRET_AS_OF; default now).",
    ),
    "quiet": click.option("--quiet", is_flag=True, help="Say nothing but errors."),
    "as_json": click.option("--json", "as_json", is_flag=True, help="Answer in JSON."),
}


def _with(*names: str) -> Any:
    def decorate(command: Any) -> Any:
        for name in reversed(names):
            command = _OPTIONS[name](command)
        return command

    return decorate


def main() -> NoReturn:
    """Entry point of the console script."""
    try:
        cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(ConfigurationError.exit_status)
    except click.exceptions.Abort:
        click.echo("livret: interrupted; run again, nothing is lost or doubled", err=True)
        sys.exit(1)
    except LivretError as error:
        click.echo(f"livret: {error}", err=True)
        sys.exit(error.exit_status)
    except Exception as error:  # nobody should read a traceback to learn that a disk is full
        click.echo(f"livret: {type(error).__name__}: {error}; nothing more was done. Report this", err=True)
        sys.exit(LivretError.exit_status)
    sys.exit(0)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="livret")
def cli() -> None:
    """Prove, month after month, whether a SaaS service kept what its service booklet promises."""


@cli.command()
@_with("inbox", "contract", "warehouse", "reports", "as_of", "quiet", "as_json")
@click.option("--again", is_flag=True, help="Run even where nothing is new since the last run.")
def run(
    inbox: Path | None,
    contract: Path | None,
    warehouse: Path | None,
    reports: Path | None,
    as_of: str | None,
    quiet: bool,
    as_json: bool,
    again: bool,
) -> None:
    """Ingest what is new, build, publish, report."""
    chosen = settings(
        now=_now(), inbox=inbox, contract=contract, warehouse=warehouse, reports=reports, as_of=as_of
    )
    from pipelines.published import answered
    from pipelines.reports import summary

    tell = _teller(quiet or as_json)
    if not again and answered.stands(chosen):
        tell(
            "nothing new: inbox, settings, contract, program and instant are those of the last run, whose figures stand\n"
        )
    else:
        _refuse_unusable(chosen)
        from pipelines.runs import materialise

        materialise(chosen, tell)
    found = summary.of(chosen.warehouse, chosen.reports)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, default=str))
    elif not quiet:
        click.echo(summary.table(found))
    _tell_aside(found["set_aside"])


@cli.command()
@_with("inbox", "contract", "as_json")
def check(inbox: Path | None, contract: Path | None, as_json: bool) -> None:
    """Read and validate only: what would be accepted and rejected, and why."""
    from pipelines import checking

    chosen = settings(now=_now(), inbox=inbox, contract=contract)
    found = checking.of(chosen.inbox, chosen.contract, _now())
    click.echo(json.dumps(found, ensure_ascii=False, default=str) if as_json else checking.table(found))


@cli.command()
@_with("warehouse", "as_json")
def status(warehouse: Path | None, as_json: bool) -> None:
    """Last run, months, verdicts, rejects, age of each source."""
    from pipelines.reports import summary

    found = summary.status(settings(now=_now(), warehouse=warehouse).warehouse)
    click.echo(json.dumps(found, ensure_ascii=False, default=str) if as_json else summary.status_table(found))


@cli.command()
@click.option("--month", required=True, help="Month to close, YYYY-MM.")
@_with("warehouse", "quiet", "as_json")
def close(month: str, warehouse: Path | None, quiet: bool, as_json: bool) -> None:
    """Write the month's statements: figures that later data never alter."""
    from pipelines.evidence import statement_keeping, statements
    from pipelines.published.publication import publish
    from pipelines.warehouse.connections import only_run, refuse_unbuilt, refuse_unfinished, writer

    chosen = settings(now=_now(), warehouse=warehouse)
    wanted = statements.month_of(month)
    refuse_unbuilt(chosen.work_database, chosen.warehouse)
    with only_run(chosen.work):
        refuse_unfinished(chosen.work_database, chosen.warehouse)
        with writer(chosen.work_database) as con:
            statement_keeping.take_back(con, chosen.warehouse)
            closed = statements.close(con, wanted)
        publish(chosen.work_database, chosen.warehouse)
    if as_json:
        click.echo(json.dumps(asdict(closed), default=str))
    elif not quiet:
        click.echo(
            f"{month}: {len(closed.first)} first statements, {len(closed.changed)} new versions, "
            f"{len(closed.unchanged)} unchanged, in sla_statements of {chosen.warehouse}"
        )
    if closed.aside:
        raise SetAside(
            f"{month}: no statement for {', '.join(closed.aside)}, which are put aside; `livret status` says why"
        )


@cli.command()
@click.option("--client", required=True, help="Client whose ledgers are asked about.")
@click.option("--dossier", help="Only this dossier of the client.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Folder of the lists (default: purge, beside the reports).",
)
@_with("warehouse", "reports", "quiet", "as_json")
def purge_list(
    client: str,
    dossier: str | None,
    output: Path | None,
    warehouse: Path | None,
    reports: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """What a client may purge: list, manifest and archive. Deletes nothing."""
    from pipelines.evidence import purge, purge_rejects
    from pipelines.warehouse.connections import only_run, refuse_unbuilt, refuse_unfinished

    chosen = settings(now=_now(), warehouse=warehouse, reports=reports)
    refuse_unbuilt(chosen.work_database, chosen.warehouse)
    with only_run(chosen.work):
        refuse_unfinished(chosen.work_database, chosen.warehouse)
        written = purge.purge_list(
            chosen.work_database, output or chosen.reports.parent / "purge", client, dossier
        )
    if as_json:
        click.echo(json.dumps({**asdict(written), "manifest": written.manifest}, default=str))
    elif not quiet:
        click.echo(
            f"{written.lines} lines in {written.entries} entries, debit {written.debit}, credit {written.credit}, "
            f"{written.size_bytes} bytes\nlist sha256 {written.digest}\n{written.manifest}"
        )
        for line in purge_rejects.told(written.rejects):
            click.echo(line)


@cli.command()
@click.argument("manifest", type=click.Path(path_type=Path))
@click.option("--on", "purged_on", help="Day of the purge, YYYY-MM-DD (default today, UTC).")
@_with("inbox", "quiet")
def purge_certify(manifest: Path, purged_on: str | None, inbox: Path | None, quiet: bool) -> None:
    """Register that the lines of a manifest were purged; the next run reads the certificate."""
    from pipelines.evidence import purge

    try:
        day = date.fromisoformat(purged_on) if purged_on else _now().date()
    except ValueError as error:
        raise ConfigurationError(f"--on {purged_on!r}: expected YYYY-MM-DD") from error
    certificate = purge.purge_certify(manifest, settings(now=_now(), inbox=inbox).inbox, day)
    if not quiet:
        click.echo(str(certificate))


@cli.command()
@click.argument("files", nargs=-1, required=True)
@click.option("--why", help="Why the files should never have been fed (asked for where it is not given).")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--undo", "undoes", is_flag=True, help="Let files that were withdrawn be read again by the next run."
)
@_with("inbox", "warehouse", "quiet", "as_json")
def forget(
    files: tuple[str, ...],
    why: str | None,
    yes: bool,
    undoes: bool,
    inbox: Path | None,
    warehouse: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Withdraw what FILES brought, by their names in the inbox; what other files also brought stays."""
    from pipelines.landing import ingestion, withdrawal
    from pipelines.published import answered
    from pipelines.warehouse.connections import only_run, writer

    chosen = settings(now=_now(), inbox=inbox, warehouse=warehouse)
    if not chosen.work_database.is_file():
        raise ConfigurationError(f"{chosen.work_database}: nothing was built there yet; `livret run` first")
    with only_run(chosen.work), writer(chosen.work_database) as con:
        ingestion.create(con)
        if undoes:
            readings = withdrawal.undo(con, chosen.inbox, files, at=_now(), by=_user())
            answered.forget(chosen)
            told = {"readings": readings}
            text = "the next run reads them again"
        else:
            found = withdrawal.readings(con, chosen.inbox, files)
            _agree([f"{reading.name}: {reading.rows} rows" for reading in found], yes)
            reason = _reason(why)
            answered.forget(chosen)
            became = withdrawal.forget(con, found, at=_now(), by=_user(), why=reason)
            told = {"readings": len(found), **asdict(became)}
            text = (
                f"{became.stored} stored rows: {became.gone} gone, {became.kept} kept as other files brought them too, "
                f"{became.restored} in whose place the older row is back\n`livret run` computes the figures without them"
            )
    if as_json:
        click.echo(json.dumps(told))
    elif not quiet:
        click.echo(text)


@cli.command()
@click.option("--port", default=3000, show_default=True, help="Port of the page, on this machine only.")
@click.option("--home", type=click.Path(path_type=Path), help="Dagster's own folder (default data/dagster).")
def dev(port: int, home: Path | None) -> None:
    """The Dagster UI with schedules and sensors."""
    home = (home or ROOT / "data" / "dagster").absolute()
    home.mkdir(parents=True, exist_ok=True)
    (home / "dagster.yaml").write_text((ROOT / "pipelines" / "dagster.yaml").read_text())
    command = [
        sys.executable,
        "-m",
        "dagster",
        "dev",
        "-m",
        "pipelines.definitions",
        "-h",
        "127.0.0.1",
        "-p",
        str(port),
    ]
    os.execve(sys.executable, command, {**os.environ, "DAGSTER_HOME": str(home)})


def _tell_aside(found: list[dict[str, Any]]) -> None:
    """Raises SetAside, with all of it, where anything is put aside: the figures of all others are published."""
    if found:
        from pipelines.warehouse import set_aside

        told = "".join(f"\n  {set_aside.words(row)}" for row in found)
        raise SetAside(f"published, but put aside; mart set_aside has the same list{told}")


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _user() -> str:
    """Who runs this, as the system knows them."""
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def _agree(what: list[str], yes: bool) -> None:
    """Ask before something is withdrawn; who cannot be asked must have said so."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise ConfigurationError(
            "nobody to ask: name the files again with --yes to withdraw what they brought"
        )
    click.echo("\n".join(what), err=True)
    if not click.confirm("Withdraw all of it?", err=True):
        raise click.exceptions.Abort


def _reason(why: str | None) -> str:
    if why is None and sys.stdin.isatty():
        why = click.prompt("Why", err=True)
    if not (why or "").strip():
        raise ConfigurationError(
            "--why is empty: say why the files should never have been fed; it is written down"
        )
    return str(why).strip()


def _refuse_unusable(chosen: Settings) -> None:
    """Contract, inbox and what is to be replaced are looked at before anything starts: a typing error costs no build."""
    from pipelines.contract import booklet
    from pipelines.evidence import statement_keeping
    from pipelines.inbox import discovery

    booklet.load(chosen.contract)
    for _ in discovery.discover(chosen.inbox):
        break
    statement_keeping.refuse_unpublished(chosen.warehouse)


def _teller(quiet: bool) -> Any:
    """Progress: one line rewritten on a terminal, plain lines elsewhere."""
    if quiet:
        return lambda text: None
    if not sys.stderr.isatty():
        return lambda text: click.echo(text, err=True)
    return lambda text: click.echo(f"\r\033[K{text[:100]}", nl=False, err=True)
