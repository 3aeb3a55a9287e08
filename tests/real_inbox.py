"""An inbox of real data: an Upptime log, a help desk's event log, backup listings and five FEC files, with their `source.toml`.

`python tests/real_inbox.py INBOX CONTRACT [--without-jobs]` lays both folders out. The data are not part of the project (one
licence is unverified, others differ from ours): they are looked for in `shared/data` beside the project's folder.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import holidays

PROJECT = Path(__file__).resolve().parents[1]
REAL_DATA = PROJECT.parent / "shared" / "data"
AS_OF = "2026-03-31T09:00:00+02:00"
BOOKLET, ITALIAN_DESK, BERN = "quadra-expert-2023-09", "italian-desk-2010", "bern-editions-2026"
FEC_DOSSIERS = {  # file -> client, dossier, closing day of its fiscal years
    "neolegal_0000000001FEC20220831.txt": ("neolegal", "sept-aout", "08-31"),
    "neolegal_000000000FEC20231231.txt": ("neolegal", "bnc", "12-31"),
    "neolegal_111111111FEC20221231.TXT": ("neolegal", "maquette", "12-31"),
    "odicom_123456789FEC20200331.txt": ("odicom", "ferme", "03-31"),
    "quadra_123456789FEC20190731.txt": ("quadra", "dossier-1", "07-31"),
}
ALWAYS = dict.fromkeys(range(1, 8), ("00:00:00", "24:00:00"))
OFFICE = dict.fromkeys(range(1, 6), ("09:00:00", "18:00:00"))


def build(inbox: Path, contract: Path, *, jobs: bool = True, data: Path = REAL_DATA) -> None:
    """Lay out the inbox and a contract folder that also binds the two services which are not the booklet's."""
    lay_out_backups(inbox, jobs=jobs, data=data / "backups")
    sites = lay_out_monitoring(inbox, data=data / "monitoring")
    customers = lay_out_tickets(inbox, data=data / "tickets")
    lay_out_ledgers(inbox, data=data / "fec")
    environments = [*saved_environments(data / "backups")]
    environments += [_environment(name, name, BERN, "2026-01-20") for name in sorted(set(sites.values()))]
    environments += [
        _environment(f"it-{name}", name, ITALIAN_DESK, "2010-01-01") for name in sorted(customers)
    ]
    clients = sorted({client for client, _, _ in FEC_DOSSIERS.values()})
    environments += [
        _environment(f"fec-{name}", name, BOOKLET, "2026-03-01", kind="test") for name in clients
    ]
    write_csv(inbox / "registry/canonical/environments.csv", environments)
    dossiers = (
        {"client_id": client, "dossier_id": dossier, "siren": "", "fiscal_year_end": closing}
        for client, dossier, closing in FEC_DOSSIERS.values()
    )
    write_csv(inbox / "registry/canonical/dossiers.csv", dossiers)
    write_contract(contract)


# ---------------------------------------------------------------- backups
def lay_out_backups(inbox: Path, *, jobs: bool = True, data: Path = REAL_DATA / "backups") -> None:
    """Listings of both sites per tool; the job log on request; the outputs of integrity checks."""
    root = inbox / "backups"
    paris = {"time_zone": "Europe/Paris", "listed_time": "08:00"}
    for site in ("site-a", "site-b"):
        _copy(data, f"restic_{site}_snapshots_*", root / "restic" / site)
        write_toml(
            root / "restic" / site,
            {**paris, "repository_id": f"restic-{site}", "place": site, "environment_tag": "env",
             "environment_path": "/srv/quadra/{environment}", "manual_tag": "manual"},
        )  # fmt: skip
        _copy(data, f"borg_{site}_list_tz-paris_*", root / "borg" / site)
        borg = {
            **paris,
            "repository_id": f"borg-{site}",
            "place": site,
            "environment_name": "{environment}-*",
        }
        write_toml(root / "borg" / site, borg)
        _copy(data, f"borg-docs_{site}_list_*", root / "borg" / f"docs-{site}")
        docs = {**borg, "repository_id": f"borg-docs-{site}", "environment_name": "docs-{environment}-*"}
        write_toml(root / "borg" / f"docs-{site}", {**docs, "content": "documents"})
    _copy(data, "borg_site-a_list_checkpoints_*", root / "borg/site-a/checkpoints")
    write_toml(root / "borg/site-a/checkpoints", {"complete": False})
    _copy(data, "borg_site-a_list_tz-utc_*", root / "borg/site-a/utc")
    write_toml(root / "borg/site-a/utc", {"time_zone": "UTC", "listed_at": "2026-03-31T06:00:00Z"})
    _copy(data, "pgbackrest_info_*", root / "pgbackrest")
    repositories = {
        str(key): {"repository_id": f"pgbackrest-{site}", "place": site}
        for key, site in ((1, "site-a"), (2, "site-b"))
    }
    write_toml(root / "pgbackrest", {**paris, "repositories": repositories})
    if jobs:
        _copy(data, "jobs_*", root / "jobs")
        write_toml(root / "jobs", JOBS_TOML)
    for pattern in ("*_check.txt", "*_restore_test.txt", "pgbackrest_verify_*"):
        _copy(data, pattern, root / "checks")
    write_toml(root / "checks", CHECKS_TOML)


JOBS_TOML: dict[str, object] = {
    "time_zone": "Europe/Paris",
    "repositories": {f"restic/{site}": f"restic-{site}" for site in ("site-a", "site-b")},
}
# The texts bear no date (and pgBackRest's bears the lab's own clock): the round of checks is declared.
CHECKS_TOML: dict[str, object] = {
    "time_zone": "Europe/Paris",
    "checked_at": "2026-03-31T08:30:00+02:00",
    "environment_path": "/srv/quadra/{environment}",
    "files": {
        **{
            f"{tool}_{site}_*.txt": {"repository_id": f"{tool}-{site}", "place": site}
            for tool in ("restic", "borg")
            for site in ("site-a", "site-b")
        },
        "borg_site-b-damaged-copy_check.txt": {"repository_id": "borg-site-b-copy", "place": "site-b"},
        "pgbackrest_verify_repo1.txt": {"repository_id": "pgbackrest-site-a/c2044", "place": "site-a"},
    },
}


def saved_environments(data: Path) -> Iterable[dict[str, object]]:
    """The inventory that came with the listings; its documents line is a content of c0417, not an environment."""
    with (data / "inventory_environments.csv").open(encoding="utf-8", newline="") as text:
        for row in csv.DictReader(text):
            if row["kind"] == "environment":
                key, name = row["env_id"], row["client"]
                yield {**_environment(key, f"client-{key}", BOOKLET, row["active_from"]), "client_name": name,
                       "closed_on": row["active_to"]}  # fmt: skip


# ---------------------------------------------------------------- monitoring
def lay_out_monitoring(inbox: Path, *, data: Path = REAL_DATA / "monitoring") -> dict[str, str]:
    """Site name -> environment, one of its own each. A line holds until the next one, written about once a day."""
    _copy(data, "upptime_digitaleditions.tsv", inbox / "monitoring/upptime")
    lines = (data / "upptime_digitaleditions.tsv").read_text(encoding="utf-8").splitlines()
    messages = (line.partition("\t")[2].split(" ", 1)[1] for line in lines)
    names = sorted({re.split(r" is (?:up|down|degraded) \(", message)[0] for message in messages})
    sites = {name: f"site-{number:02}" for number, name in enumerate(names, 1)}
    write_toml(inbox / "monitoring/upptime", {"period_s": 86400, "environments": sites})
    return sites


# ---------------------------------------------------------------- tickets
def lay_out_tickets(inbox: Path, *, data: Path = REAL_DATA / "tickets") -> list[str]:
    """Customers of the desk, each a client."""
    _copy(data, "italian_helpdesk_event_log.csv", inbox / "tickets/event_log")
    write_toml(inbox / "tickets/event_log", TICKETS_TOML)
    with (data / "italian_helpdesk_event_log.csv").open(encoding="utf-8", newline="") as text:
        return sorted({row["customer"] for row in csv.DictReader(text)})


TICKETS_TOML: dict[str, object] = {
    "time_zone": "UTC",
    "time_format": "%Y/%m/%d %H:%M:%S%.f",
    "columns": {
        "ticket_id": "Case ID", "event": "Activity", "event_at": "Complete Timestamp", "client_id": "customer",
        "criticality": "seriousness_2", "agent": "Resource",
    },
    "defaults": {"kind": "incident", "channel": "support"},
    # `Value 3` (35 events) is left unmapped: its tickets are unclassified, and that is told.
    "criticalities": {"Value 1": "moderate", "Value 2": "high", "Value 4": "critical"},
    "events": {
        "Insert ticket": "created", "Assign seriousness": "criticality", "Take in charge ticket": "taken_in_charge",
        "Wait": "paused", "Create SW anomaly": "qualified", "Resolve SW anomaly": "fix_or_workaround",
        "Resolve ticket": "closed", "Closed": "closed", "Require upgrade": "ignored", "Schedule intervention": "ignored",
        "VERIFIED": "ignored", "RESOLVED": "ignored", "INVALID": "ignored", "DUPLICATE": "ignored",
    },
}  # fmt: skip


# ---------------------------------------------------------------- history
def lay_out_ledgers(inbox: Path, *, data: Path = REAL_DATA / "fec") -> None:
    for name, (client, dossier, _) in FEC_DOSSIERS.items():
        _copy(data, name, inbox / "history/fec" / client / dossier)


# ---------------------------------------------------------------- contract
def write_contract(folder: Path, own: Path = PROJECT / "data" / "contract") -> None:
    """The booklet's folder and, beside it, an Italian desk (with Italy's holidays) and a service watched day and night."""
    shutil.copytree(own, folder, dirs_exist_ok=True)
    italy = holidays.country_holidays("IT", years=range(2010, 2028))
    _append(folder, "holiday_calendars.csv", [
        {"holiday_calendar": "it", "covers_from": "2010-01-01", "covers_until": "2028-01-01", "source": "holidays, country IT"},
        {"holiday_calendar": "none", "covers_from": "2010-01-01", "covers_until": "2041-01-01", "source": "open every day"},
    ])  # fmt: skip
    _append(folder, "holidays.csv", [
        {"holiday_calendar": "it", "day": day.isoformat(), "name": name} for day, name in sorted(italy.items())
    ])  # fmt: skip
    desk, bern = _valid(ITALIAN_DESK), _valid(BERN)
    _append(folder, "contracts.csv", [
        {**desk, "title": "Help desk", "service": "ERP", "time_zone": "Europe/Rome", "holiday_calendar": "it", "language": "en"},
        {**bern, "title": "Editions", "service": "Web", "time_zone": "Europe/Zurich", "holiday_calendar": "none", "language": "en"},
    ])  # fmt: skip
    clocks = [(desk, "support", OFFICE), (desk, "working_day", ALWAYS), (bern, "reference", ALWAYS)]
    _append(folder, "clocks.csv", [
        {**base, "clock": clock, "weekday": weekday, "opens": opens, "closes": closes}
        for base, clock, week in clocks for weekday, (opens, closes) in week.items()
    ])  # fmt: skip
    limits = (("critical", 4), ("high", 8), ("moderate", 16))
    _append(folder, "targets.csv", [
        *({**desk, "commitment": "take_in_charge", "criticality": criticality, "value": hours, "unit": "h", "clock": "support"}
          for criticality, hours in limits),
        {**bern, "commitment": "availability", "criticality": "", "value": "99.0", "unit": "pct", "clock": "reference"},
    ])  # fmt: skip
    _append(folder, "terms.csv", [{**desk, "term": "waiting_stops_clock", "value": "true"}])


def _valid(contract: str) -> dict[str, object]:
    return {"contract_id": contract, "valid_from": "2010-01-01", "valid_until": "", "clause": "real data"}


def _append(folder: Path, name: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Rows at the end of a contract file, under its own header."""
    path = folder / name
    with path.open(encoding="utf-8", newline="") as text:
        header = next(csv.reader(text))
    with path.open("a", encoding="utf-8", newline="") as text:
        csv.DictWriter(text, header, restval="").writerows(rows)


# ---------------------------------------------------------------- writing
def _environment(
    key: str, client: str, contract: str, opened: str, *, kind: str = "production"
) -> dict[str, object]:
    return {"environment_id": key, "client_id": client, "client_name": client, "contract_id": contract, "kind": kind,
            "opened_on": opened, "closed_on": ""}  # fmt: skip


def _copy(data: Path, pattern: str, folder: Path) -> None:
    """Copies keep the times of the originals' files out of it: names or settings say when a listing was taken."""
    found = sorted(data.glob(pattern))
    if not found:
        raise FileNotFoundError(f"{data}: no file {pattern}")
    folder.mkdir(parents=True, exist_ok=True)
    for path in found:
        (folder / path.name).write_bytes(path.read_bytes())


def write_csv(path: Path, rows: Iterable[Mapping[str, object]]) -> None:
    written = list(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, list(dict.fromkeys(key for row in written for key in row)), restval="")
        writer.writeheader()
        writer.writerows(written)


def write_toml(folder: Path, settings: Mapping[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "source.toml").write_text("\n".join(_toml(settings)) + "\n", encoding="utf-8")


def _toml(settings: Mapping[str, object], prefix: str = "") -> list[str]:
    """TOML of texts, numbers, booleans, lists and tables; JSON's spelling of a text is also TOML's."""
    plain = [
        f"{_key(key)} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in settings.items()
        if not isinstance(value, Mapping)
    ]
    for key, value in settings.items():
        if isinstance(value, Mapping):
            name = f"{prefix}{_key(key)}"
            plain += ["", f"[{name}]", *_toml(value, f"{name}.")]
    return plain


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("inbox", type=Path)
    parser.add_argument("contract", type=Path)
    parser.add_argument("--without-jobs", action="store_true")
    arguments = parser.parse_args()
    build(arguments.inbox, arguments.contract, jobs=not arguments.without_jobs)
