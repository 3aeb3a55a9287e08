"""The purge file: what a client may purge, written down and provable; and the certificate that it was done (art. 4).

Nothing here deletes a line. `purge_list` writes the candidates of the last run as Parquet, CSV and FEC archive with a manifest;
`purge_certify` puts a certificate into the inbox, from which every later run, of any warehouse, knows what was purged.
The same warehouse gives the same files, byte for byte: no clock is read.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import polars as pl
from pyarrow import parquet

from pipelines.errors import BuildError, ConfigurationError, InvariantError
from pipelines.evidence.purge_rejects import Reject, refuse_unplaced, touching
from pipelines.inbox.discovery import InboxFile, sha256
from pipelines.inbox.source_config import SourceConfig
from pipelines.readers import history_fec
from pipelines.readers.history_certificates import KEY, PURGED_ON
from pipelines.readers.movement_keys import list_digest
from pipelines.warehouse import set_aside

MANIFEST = "manifest.json"
LIST_PARQUET, LIST_CSV, ARCHIVE = "lines.parquet", "lines.csv", "archive"
UNKNOWN_SIREN = "000000000"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the beginning of a formula
_ORDER = ("client_id", "dossier_id", "entry_on", "journal_code", "entry_number", "movement_id")
# What an archive must give back; keys and bytes belong to the file a line came from.
_CONTENT = (
    "journal_code", "entry_number", "entry_on", "account", "auxiliary_account", "piece", "piece_on", "label", "debit",
    "credit", "lettering", "lettered_on", "validated_on", "journal_label", "account_label", "auxiliary_label",
    "currency_amount", "currency",
)  # fmt: skip

_LINES = """
select
    cut_offs.client_id, cut_offs.dossier_id, movements.movement_id, movements.entry_id,
    movements.journal_code, movements.journal_label, movements.entry_number, movements.entry_on, movements.account,
    movements.account_label, movements.auxiliary_account, movements.auxiliary_label, movements.piece, movements.piece_on,
    movements.label, movements.debit, movements.credit, movements.lettering, movements.lettered_on, movements.validated_on,
    movements.currency_amount, movements.currency, movements.size_bytes, verdicts.fiscal_year_end, files.name as file,
    movements.line
from sla_intermediate.int_history_entry_verdicts as verdicts
inner join sla_intermediate.int_history_cut_offs as cut_offs on cut_offs.dossier_key = verdicts.dossier_key
inner join landing.movements as movements
    on movements.dossier_key = verdicts.dossier_key and movements.entry_id = verdicts.entry_id
inner join landing.files as files on files.file_id = movements.file_id
where verdicts.verdict = 'purge' and cut_offs.client_id = $client and ($dossier is null or cut_offs.dossier_id = $dossier)
"""
# Dossiers of which lines were read, or facts changed, since they were judged: a run broke off in between.
_UNJUDGED = """
select keys.dossier_id
from landing.dossier_keys as keys
inner join landing.ledgers as ledgers on ledgers.dossier_key = keys.dossier_key and ledgers.lines > 0
left join sla_intermediate.int_history_fingerprints as known
    on known.dossier_key = keys.dossier_key and known.lines = ledgers.lines and known.revision = ledgers.revision
left join (select distinct dossier_key, fingerprint from sla_intermediate.int_history_counts) as judged
    on judged.dossier_key = known.dossier_key and judged.fingerprint = known.fingerprint
where keys.client_id = $client and judged.dossier_key is null
union all
select keys.dossier_id
from landing.touched_ledgers
inner join landing.dossier_keys as keys using (dossier_key)
where keys.client_id = $client
"""


@dataclass(frozen=True)
class PurgeList:
    """What was written, and where. `lines` 0: nothing to purge. `rejects`: what could not be read and may touch them."""

    folder: Path
    digest: str
    lines: int
    entries: int
    debit: str
    credit: str
    size_bytes: int
    rejects: tuple[Reject, ...] = ()

    @property
    def manifest(self) -> Path:
        return self.folder / MANIFEST


def purge_list(work_database: Path, folder: Path, client_id: str, dossier_id: str | None = None) -> PurgeList:
    """Write the purge candidates of a client, or of one of its dossiers, below `folder`, in a folder named after them.

    Reads the working database of the last run. Raises BuildError where there is none, a run is writing to it or broke off, or
    what may be a hold of any client could not be read (R41); ConfigurationError for a client or dossier without a ledger;
    InvariantError where the archive does not read back to the same rows and sums (then nothing is left behind).
    """
    with _reading(work_database) as con:
        _check_known(con, client_id, dossier_id)
        _check_judged(con, client_id)
        if set_aside.concerns(con, None, client_id):
            raise BuildError(
                f"--client {client_id!r}: its figures are put aside, so nothing may be purged; `livret status` says why"
            )
        refuse_unplaced(con, client_id)
        rejects = touching(con, client_id, dossier_id)
        lines = con.execute(_LINES, {"client": client_id, "dossier": dossier_id}).pl().sort(*_ORDER)
        run = con.execute(
            "select strftime(as_of at time zone 'UTC', '%Y-%m-%dT%H:%M:%SZ') from landing.run"
        ).fetchone()
        terms = con.execute(
            "select distinct contract_id from sla_intermediate.int_history_cut_offs where client_id = ? order by 1",
            [client_id],
        ).fetchall()
        texts = con.execute("select name, sha256 from sla_contract.contract_files order by 1").fetchall()
        sirens = dict(
            con.execute(
                "select dossier_id, max(siren) from landing.dossiers where client_id = ? group by 1",
                [client_id],
            ).fetchall()
        )
    digest = list_digest(lines)
    scope = _folder_name(client_id if dossier_id is None else f"{client_id} {dossier_id}")
    target = folder / f"{scope}-{digest[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".purge.") as name:
        fresh = Path(name) / scope
        fresh.mkdir()
        lines.write_parquet(fresh / LIST_PARQUET, compression="zstd", statistics=False)
        _write_csv(fresh / LIST_CSV, lines)
        archived = list(_archive(fresh, lines, sirens))
        manifest = _manifest(lines, digest, client_id, dossier_id) | {
            "as_of": run[0] if run else None,
            "contract_id": [row[0] for row in terms],
            "contract_sha256": hashlib.sha256(
                "".join(f"{file} {text}\n" for file, text in texts).encode()
            ).hexdigest(),
            "rejects": [asdict(reject) for reject in rejects],
            "files": {path: {"sha256": sha256(fresh / path)} for path in (LIST_PARQUET, LIST_CSV, *archived)},
        }
        (fresh / MANIFEST).write_text(
            json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8"
        )
        if target.exists():
            shutil.rmtree(target)
        os.replace(fresh, target)
    return PurgeList(
        target,
        digest,
        lines.height,
        manifest["entries"],
        manifest["debit"],
        manifest["credit"],
        manifest["bytes"],
        rejects,
    )


def purge_certify(manifest: Path, inbox: Path, purged_on: date) -> Path:
    """Register that the lines of a manifest were purged on a day; returns the certificate in the inbox.

    Raises ConfigurationError where the manifest cannot be read, lists nothing, or its list was altered since.
    """
    told = _read_manifest(manifest)
    listed = manifest.parent / LIST_PARQUET
    if not listed.is_file() or sha256(listed) != told["files"][LIST_PARQUET]["sha256"]:
        raise ConfigurationError(
            f"{listed}: missing, or not the file that {manifest} was written for; write the list anew with livret purge-list"
        )
    lines = pl.read_parquet(listed)
    if not lines.height or list_digest(lines) != told["list_sha256"]:
        raise ConfigurationError(
            f"{manifest}: lists nothing, or its digest is not that of {listed}; nothing was registered"
        )
    target = inbox / "history" / "certificates" / f"{told['list_sha256']}.parquet"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    table = (
        lines.select(*KEY, "debit", "credit")
        .to_arrow()
        .replace_schema_metadata({PURGED_ON: purged_on.isoformat().encode()})
    )
    fresh = target.with_suffix(".tmp")
    try:
        parquet.write_table(table, fresh, compression="zstd")
        os.replace(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)
    return target


# ---------------------------------------------------------------- reading
@contextmanager
def _reading(work_database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    if not work_database.is_file():
        raise BuildError(f"{work_database}: no working database there yet; `livret run` makes it")
    try:
        con = duckdb.connect(str(work_database), read_only=True)
    except duckdb.IOException as error:
        raise BuildError(f"{work_database}: a run is writing to it; wait for it to end ({error})") from error
    try:
        con.execute("set TimeZone = 'UTC'")
        yield con
    finally:
        con.close()


def _check_known(con: duckdb.DuckDBPyConnection, client_id: str, dossier_id: str | None) -> None:
    known = [
        row[0]
        for row in con.execute(
            "select dossier_id from landing.dossier_keys where client_id = ?", [client_id]
        ).fetchall()
    ]
    if not known:
        raise ConfigurationError(
            f"--client {client_id!r}: no ledger of that client was read; see livret status"
        )
    if dossier_id is not None and dossier_id not in known:
        shown = ", ".join(sorted(known)[:10]) + (", ..." if len(known) > 10 else "")
        raise ConfigurationError(
            f"--dossier {dossier_id!r}: client {client_id!r} has none such; it has {shown}"
        )


def _check_judged(con: duckdb.DuckDBPyConnection, client_id: str) -> None:
    unjudged = con.execute(_UNJUDGED, {"client": client_id}).fetchone()
    if unjudged:
        raise BuildError(
            f"dossier {unjudged[0]!r} of client {client_id!r} changed since it was judged: a run broke off; run livret run again"
        )


def _read_manifest(manifest: Path) -> dict[str, Any]:
    try:
        told = json.loads(manifest.read_text(encoding="utf-8"))
        _ = (told["list_sha256"], told["files"][LIST_PARQUET]["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            f"{manifest}: not a manifest of livret purge-list ({error}); name the one it wrote"
        ) from error
    return dict(told)


# ---------------------------------------------------------------- writing
def _folder_name(text: str) -> str:
    """A name that stays one harmless folder, whatever a client is called."""
    return quote(text, safe=" ").replace(" ", "_").replace(".", "%2E")


def _manifest(lines: pl.DataFrame, digest: str, client_id: str, dossier_id: str | None) -> dict[str, Any]:
    def counted(part: pl.DataFrame) -> dict[str, Any]:
        return {
            "entries": part["entry_id"].n_unique() if part.height else 0,
            "lines": part.height,
            "debit": str(part["debit"].sum()),
            "credit": str(part["credit"].sum()),
            "bytes": int(part["size_bytes"].sum()),
        }

    years = [
        {"dossier_id": dossier, "fiscal_year_end": None if end is None else end.isoformat(), **counted(part)}
        for (dossier, end), part in lines.group_by("dossier_id", "fiscal_year_end", maintain_order=True)
    ]
    return {
        "client_id": client_id,
        "dossier_id": dossier_id,
        **counted(lines),
        "list_sha256": digest,
        "fiscal_years": sorted(years, key=lambda year: (year["dossier_id"], year["fiscal_year_end"] or "")),
    }


def _write_csv(path: Path, lines: pl.DataFrame) -> None:
    """One row per line; texts that a spreadsheet would run as a formula begin with an apostrophe."""
    texts = [name for name, kind in lines.schema.items() if kind == pl.String]
    safe = lines.with_columns(
        pl.when(pl.any_horizontal(pl.col(name).str.starts_with(mark) for mark in _FORMULA))
        .then("'" + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in texts
    )
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, quoting=csv.QUOTE_MINIMAL)
        writer.writerow(safe.columns)
        writer.writerows(safe.iter_rows())


# ---------------------------------------------------------------- archive
def _archive(folder: Path, lines: pl.DataFrame, sirens: dict[str, str | None]) -> Iterator[str]:
    """One FEC file per dossier and fiscal year, each read back and compared; yields their paths below `folder`."""
    groups = lines.group_by("client_id", "dossier_id", "fiscal_year_end", maintain_order=True)
    for (client, dossier, end), part in groups:
        closing = end or part["entry_on"].max()
        assert isinstance(closing, date)
        siren = sirens.get(str(dossier)) or UNKNOWN_SIREN
        path = Path(ARCHIVE) / _folder_name(str(dossier)) / f"{_folder_name(siren)}FEC{closing:%Y%m%d}.txt"
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(fec(part))
        _check_read_back(folder / path, part, str(client), str(dossier))
        yield path.as_posix()


def fec(lines: pl.DataFrame) -> bytes:
    """Lines as a FEC file of 18 fields: tabs, decimal commas, dates as AAAAMMJJ, UTF-8."""
    source = {field: name for name, field in history_fec.CANONICAL.items()} | {
        "Debit": "debit",
        "Credit": "credit",
    }
    columns = []
    for field in history_fec.FIELDS:
        column = pl.col(source[field])
        if field in ("Debit", "Credit"):
            text = column.cast(pl.String).str.replace(".", ",", literal=True)
        elif lines.schema[source[field]] == pl.Date:
            text = column.dt.strftime("%Y%m%d")
        else:
            text = _one_line(column)
        columns.append(text.fill_null("").alias(field))
    rows = lines.select(pl.concat_str(columns, separator="\t")).to_series()
    return "\r\n".join(["\t".join(history_fec.FIELDS), *rows, ""]).encode()


def _one_line(column: pl.Expr) -> pl.Expr:
    """Text without the characters that part fields and lines: a FEC file has no way to keep them."""
    return column.cast(pl.String).str.replace_all(r"[\t\r\n]+", " ").str.strip_chars()


def _check_read_back(path: Path, lines: pl.DataFrame, client: str, dossier: str) -> None:
    name = f"history/fec/{_folder_name(client)}/{_folder_name(dossier)}/{path.name}"
    file = InboxFile(path, name, "history", "fec", SourceConfig({"encoding": "utf-8"}))
    batches = [batch for batch in history_fec.read(file) if batch.table == "movements"]
    found = pl.concat([batch.rows for batch in batches])
    lost = sum(batch.rejects.height for batch in batches)
    texts = [name for name in _CONTENT if lines.schema[name] == pl.String]
    wanted = lines.with_columns(_one_line(pl.col(name)).replace("", None).alias(name) for name in texts)
    wanted = wanted.with_columns(pl.col("entry_number").fill_null(""))
    same = (
        found.select(_CONTENT)
        .sort(_CONTENT)
        .equals(wanted.select(_CONTENT).cast(found.select(_CONTENT).schema).sort(_CONTENT))
    )
    if lost or not same:
        raise InvariantError(
            f"{path.name} of dossier {dossier}: the archive reads back to {found.height} lines ({lost} rejected), not to the "
            f"{lines.height} listed; the list was not written, report this"
        )


__all__ = ["PurgeList", "fec", "purge_certify", "purge_list"]
