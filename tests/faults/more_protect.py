"""F4 and its like: dossiers with one old entry that may be purged, and what was meant to protect it, written oddly."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from pyarrow import parquet

from pipelines.readers.history_certificates import PURGED_ON
from pipelines.readers.movement_keys import list_digest
from tests.history.test_history_purge import pair, write_fec, write_rows

CLIENT = "p-cli"
NAMES = (
    "free", "alike", "no_reason", "backward", "released", "span", "years", "accounts", "piece", "twice_a", "twice_b",
    "newer_rejected", "called_off", "closing_0230", "overlap", "told_twice", "closing_alike", "year_date", "spoilt_list",
)  # fmt: skip
AS_IT_IS = {"reason": "litige", "from_on": "2020-01-01"}

# dossier -> the hold that is to hold it. Where it narrows its scope, by something its entry is not in.
HOLDS: list[dict[str, object]] = [
    {"hold_id": "p1", "client_id": "P-CLI\u00a0", "dossier_id": "al ike", **AS_IT_IS},
    {"hold_id": "p2", "client_id": CLIENT, "dossier_id": "no_reason", "from_on": "2020-01-01"},
    {"hold_id": "p3", "client_id": CLIENT, "dossier_id": "backward", **AS_IT_IS, "until_on": "2019-12-31"},
    {"hold_id": "p4", "client_id": CLIENT, "dossier_id": "released", **AS_IT_IS, "released_on": "2002-01-01"},
    {"hold_id": "p5", "client_id": CLIENT, "dossier_id": "span", **AS_IT_IS, "movements_from": "2019-01-01",
     "movements_until": "2018-01-01"},
    {"hold_id": "p6", "client_id": CLIENT, "dossier_id": "years", **AS_IT_IS, "fiscal_years": "2010 et suivants"},
    {"hold_id": "p7", "client_id": CLIENT, "dossier_id": "accounts", **AS_IT_IS, "accounts": "tous sauf 512"},
    {"hold_id": "p8", "client_id": CLIENT, "dossier_id": "piece", **AS_IT_IS, "piece": "f 1"},
    {"hold_id": "p9", "client_id": CLIENT, "dossier_id": "twice_a", **AS_IT_IS},
    {"hold_id": "p9", "client_id": CLIENT, "dossier_id": "twice_b", **AS_IT_IS},
    {"hold_id": "p10", "client_id": CLIENT, "dossier_id": "newer_rejected", **AS_IT_IS, "until_on": "2020-12-31"},
    {"hold_id": "p11", "client_id": CLIENT, "dossier_id": "called_off", **AS_IT_IS, "released_on": "2020-01-01"},
    {"hold_id": "p12", "client_id": "p-other", "dossier_id": "mistyped", **AS_IT_IS},
    {"hold_id": "p13", "client_id": CLIENT, "dossier_id": "spoilt_list", "reason": "x", "from_on": "31-02-2020"},
]  # fmt: skip
DOSSIERS: list[dict[str, object]] = [
    {"client_id": CLIENT, "dossier_id": "closing_0230", "fiscal_year_end": "02-30"},
    {"client_id": CLIENT, "dossier_id": "overlap", "fiscal_year_from": "2015-01-01", "fiscal_year_until": "2015-12-31"},
    {"client_id": CLIENT, "dossier_id": "overlap", "fiscal_year_from": "2015-12-31", "fiscal_year_until": "2016-12-31"},
    {"client_id": CLIENT, "dossier_id": "told_twice", "fiscal_year_end": "06-30"},
    {"client_id": CLIENT, "dossier_id": "told_twice", "fiscal_year_end": "12-31"},
    {"client_id": CLIENT, "dossier_id": "CLOSING_alike", "fiscal_year_end": "06-30"},
    {"client_id": CLIENT, "dossier_id": "year_date", "fiscal_year_from": "2015-01-01", "fiscal_year_until": "2015-12-32"},
]  # fmt: skip


def write(inbox: Path) -> None:
    environments: list[dict[str, object]] = [
        {"environment_id": client, "client_id": client, "contract_id": "quadra-expert-2023-09", "kind": "production",
         "opened_on": "2010-01-01"}
        for client in (CLIENT, "p-other")
    ]  # fmt: skip
    write_rows(inbox / "registry/canonical/protect/environments.csv", environments)
    for name in NAMES:
        write_fec(inbox / "history/fec" / CLIENT / name / "export.txt", pair("20150115", "1"))
    for name in ("one", "two"):
        write_fec(inbox / "history/fec/p-other" / name / "export.txt", pair("20150115", "1"))
    write_rows(
        inbox / "holds/canonical/protect/holds.csv",
        [dict.fromkeys(_columns(HOLDS), "") | row for row in HOLDS],
    )
    later = {
        "hold_id": "p10",
        "client_id": CLIENT,
        "dossier_id": "newer_rejected",
        "reason": "x",
        "from_on": "soon",
    }
    write_rows(inbox / "holds/canonical/protect/later.csv", [later])
    write_rows(
        inbox / "registry/canonical/protect/dossiers.csv",
        [dict.fromkeys(_columns(DOSSIERS), "") | row for row in DOSSIERS],
    )
    # A certificate of lines that are not there frees nothing and takes nothing from the list.
    lines = pl.DataFrame([
        {"client_id": CLIENT, "dossier_id": name, "movement_id": 1, "debit": "5.00", "credit": "5.00"}
        for name in ("free", "no_reason", "nowhere")
    ])  # fmt: skip
    table = lines.to_arrow().replace_schema_metadata({PURGED_ON: b"2026-01-01"})
    path = inbox / "history/certificates" / f"{list_digest(lines)}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(table, path)


def _columns(rows: list[dict[str, object]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))
