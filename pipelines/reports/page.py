"""The report of a run: one HTML page that opens without network, in French and English, out of the
published file.

It computes no figure: every number comes from a mart and is only ordered, cut and worded. The same
warehouse gives the same bytes. `report.html`, `report.css` and `report.js` beside this module are the empty
page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from plotly.offline import get_plotlyjs

from pipelines.errors import BuildError
from pipelines.reports import charts, notices_part
from pipelines.reports.labels import NONE
from pipelines.reports.markup import (
    Cell,
    both,
    card,
    chart,
    day,
    day_cell,
    details,
    duration_cell,
    heading,
    instant,
    instant_cell,
    month,
    month_cell,
    nothing,
    number,
    number_cell,
    percent,
    percent_cell,
    section,
    share_cell,
    shown_of,
    size,
    table,
    text_cell,
    word,
    word_cell,
)
from pipelines.warehouse import connections as published
from pipelines.warehouse import set_aside

# Rows shown of lists that grow with the fleet, worst or newest first; the mart named beneath holds them all.
MATRIX_ENVIRONMENTS, MATRIX_MONTHS, HEAT_MAP_ROWS, LIST_ROWS = 40, 12, 40, 60
ENVIRONMENTS_DRAWN = 400  # dots of environments and months in the chart of availability
OBLIGATION_MONTHS = 3  # the newest, beside each other
MONTHS_DRAWN = 24  # in a chart; more columns than that cannot be told apart on a telephone
DEFINED = ("monthly_availability", "monthly_sla_adherence", "backup_coverage", "history_purge_candidates")

Row = dict[str, Any]

_NAMED = """
    select shown.*, headline_environments.client_name, headline_environments.environment_kind as kind
    from sla_marts.{mart} as shown
    inner join sla_marts.headline_environments
        on headline_environments.environment_id = shown.environment_id
    order by headline_environments.environment_kind <> 'production', {order}
"""
QUERIES: Mapping[str, str] = {
    "total": "select * from sla_marts.headline_total",
    "contracts": """
        select headline_contracts.*, contracts.title, contracts.service
        from sla_marts.headline_contracts
        inner join sla_contract.contracts on contracts.contract_id = headline_contracts.contract_id
        where contracts.valid_from <= cast(? as date)
            and (contracts.valid_until is null or contracts.valid_until > cast(? as date))
        order by headline_contracts.contract_id
    """,
    "months": "select * from sla_marts.headline order by contract_id, month",
    "availability": """
        select monthly_availability.*, headline_environments.client_name
        from sla_marts.monthly_availability
        inner join sla_marts.headline_environments
            on headline_environments.environment_id = monthly_availability.environment_id
        where monthly_availability.environment_kind = 'production'
        order by monthly_availability.environment_id, monthly_availability.month
    """,
    "exclusions": "select * from sla_marts.headline_exclusions order by month desc, excluded_s desc, cause",
    "sla": "select * from sla_marts.headline_sla order by month, commitment, criticality",
    "coverage": _NAMED.format(
        mart="backup_coverage",
        order="shown.coverage_pct nulls first, shown.environment_id, shown.content",
    ),
    "places": _NAMED.format(
        mart="headline_backup_places",
        order="shown.environment_id, shown.place nulls last, shown.night_on",
    ),
    "gaps": _NAMED.format(
        mart="backup_gaps",
        order="shown.nights_without_copy desc, shown.nights desc, shown.environment_id, shown.content,"
        " shown.first_night_on",
    ),
    "purge": "select * from sla_marts.headline_purge order by fiscal_year, verdict",
    "freshness": "select * from sla_marts.source_freshness order by source, format",
    "rejects": "select * from sla_marts.headline_rejects order by rows_rejected desc, source, format, rule",
    "notices": "select * from sla_marts.notices order by notice, name, source, log",
    "unjudged": "select * from sla_marts.unjudged order by reason, log, name",
    "obligations": "select * from sla_marts.obligations order by month, article, title",
    "files": "select name, sha256 from sla_contract.contract_files order by name",
    "definitions": """
        select table_name, column_name, comment
        from duckdb_columns()
        where database_name = current_database() and schema_name = 'sla_marts' and comment is not null
        order by table_name, column_index
    """,
}


@dataclass(frozen=True)
class Figures:
    """What the page shows: one frame per entry of QUERIES."""

    frames: Mapping[str, pl.DataFrame]

    def frame(self, name: str, contract_id: str | None = None) -> pl.DataFrame:
        frame = self.frames[name]
        return frame if contract_id is None else frame.filter(pl.col("contract_id") == contract_id)

    def rows(self, name: str, contract_id: str | None = None) -> list[Row]:
        return self.frame(name, contract_id).to_dicts()


def write(warehouse: Path, folder: Path, as_of: datetime) -> Path:
    """Write the report of the published file `warehouse` into `folder`; gives its path.

    `as_of` names the file and must be the instant the warehouse answers for: BuildError where it is not.
    """
    with published.reader(warehouse) as con:
        data = read(con)
    answered = data.rows("total")[0]["as_of"].astimezone(UTC)
    if answered != as_of.astimezone(UTC):
        raise BuildError(
            f"{warehouse} answers for {answered.isoformat()}, the report was asked for {as_of.isoformat()};"
            " run livret again for that instant"
        )
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"livret-{answered:%Y-%m-%dT%H%M%SZ}.html"
    draft = path.with_suffix(".part")
    draft.write_text(page(data), encoding="utf-8", newline="\n")
    draft.replace(path)
    return path


def read(con: duckdb.DuckDBPyConnection) -> Figures:
    """Frames of all QUERIES. A contract bears the title that is valid on the UTC day of as_of."""
    found = con.execute("select as_of from sla_marts.headline_total").fetchone()
    if found is None:
        raise BuildError("sla_marts.headline_total is empty: the warehouse was never built; run livret first")
    today = found[0].date()
    frames = {}
    for name, query in QUERIES.items():
        frame = pl.from_arrow(con.execute(query, [today] * query.count("?")).to_arrow_table())
        assert isinstance(frame, pl.DataFrame)
        frames[name] = frame
    names = ("contract_id", "client_id", "finding", "reason")
    rows = [{name: row[name] for name in names} for row in set_aside.listed(con)]
    frames["set_aside"] = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    return Figures(frames)


# ---------------------------------------------------------------- the five headline figures
def _latest(rows: list[Row]) -> Row | None:
    """The last complete month, or the one in progress where there is no other."""
    complete = [row for row in rows if row["is_complete"]]
    shown = complete or rows
    return shown[-1] if shown else None


def _in_progress(rows: list[Row]) -> Row | None:
    """The month in progress, where a complete one stands before it."""
    return rows[-1] if len(rows) > 1 and not rows[-1]["is_complete"] else None


def _month_name(row: Row) -> str:
    name = month(row["month"])
    return name if row["is_complete"] else f"{name} ({both('en cours', 'in progress')})"


def contract_cards(data: Figures, contract: Row) -> str:
    months = data.rows("months", contract["contract_id"])
    measured = [row for row in months if row["availability_pct"] is not None]
    judged = [row for row in months if (row["sla_met"] or 0) + (row["sla_breached"] or 0) > 0]
    return (
        _availability_card(_latest(measured), _in_progress(measured))
        + _adherence_card(_latest(judged), _in_progress(judged))
        + _backup_card(contract)
    )


def _availability_card(row: Row | None, current: Row | None) -> str:
    title = both("Disponibilité", "Availability")
    if row is None:
        return card(title, NONE, "", both("aucune mesure", "nothing measured"))
    met, broken, open_ = (row[f"environments_{verdict}"] for verdict in ("met", "broken", "inconclusive"))
    return card(
        title,
        percent(row["availability_pct"]),
        row["verdict"] or "",
        f"{_month_name(row)} – {both('engagement', 'promise')} {percent(row['target_pct'])}",
        both(f"tenu : {met}, rompu : {broken}", f"met: {met}, broken: {broken}")
        + (both(f", indécidable : {open_}", f", inconclusive: {open_}") if open_ else ""),
        f"{both('plancher', 'floor')} {percent(row['availability_floor_pct'])}"
        if row["unobserved_s"]
        else "",
        ""
        if current is None
        else f"{_month_name(current)}{both(' : ', ': ')}{percent(current['availability_pct'])}"
        + both(f", rompu : {current['environments_broken']}", f", broken: {current['environments_broken']}"),
    )


def _adherence_card(row: Row | None, current: Row | None) -> str:
    title = both("Respect des délais", "SLA adherence")
    if row is None:
        return card(title, NONE, "", both("aucune demande jugée", "no ticket judged"))
    met, breached, running, not_covered = (
        row[f"sla_{outcome}"] for outcome in ("met", "breached", "running", "not_covered")
    )
    return card(
        title,
        percent(row["adherence_pct"]),
        "broken" if breached else "met",
        _month_name(row),
        both(f"tenus : {met}, dépassés : {breached}", f"met: {met}, breached: {breached}"),
        both(
            f"en cours : {running}, hors engagement : {not_covered}",
            f"running: {running}, not covered: {not_covered}",
        ),
        ""
        if current is None
        else f"{_month_name(current)}{both(' : ', ': ')}{percent(current['adherence_pct'])}"
        + both(f", dépassés : {current['sla_breached']}", f", breached: {current['sla_breached']}"),
    )


def _backup_card(contract: Row) -> str:
    title = both("Couverture des sauvegardes", "Backup coverage")
    required, covered = contract["required_nights"], contract["covered_nights"]
    if not required:
        return card(title, NONE, "", both("aucune nuit exigée", "no night required"))
    low, high = contract["coverage_floor_pct"], contract["coverage_max_pct"]
    uncovered = contract["backup_environments_uncovered"]
    return card(
        title,
        percent(contract["coverage_pct"]),
        "met" if contract["backup_environments_met"] == contract["backup_environments"] else "broken",
        both(f"{covered} nuits sur {required}", f"{covered} of {required} nights"),
        f"{both('restaurables', 'restorable')} {percent(contract['restorable_pct'])}",
        f"{both('entre', 'between')} {percent(low)} {both('et', 'and')} {percent(high)}"
        if low != high
        else "",
        both(f"environnements sans aucune nuit : {uncovered}", f"environments without any night: {uncovered}")
        if uncovered
        else "",
    )


def total_cards(data: Figures, zone: str) -> str:
    total = data.rows("total")[0]
    purge = card(
        both("Candidats à la purge", "Purge candidates"),
        number(total["purge_lines"]),
        "",
        f"{both('lignes sur', 'lines of')} {number(total['history_lines'])}",
        f"{both('écritures : ', 'entries: ')}{number(total['purge_entries'])},"
        f" {both('dossiers : ', 'dossiers: ')}{number(total['purge_dossiers'])}",
        both("simulation : rien n’est effacé", "a dry run: nothing is deleted"),
    )
    rejects = card(
        both("Lignes rejetées", "Rejected rows"),
        number(total["rows_rejected"]),
        "inconclusive" if total["rows_rejected"] else "met",
        f"{number(total['rows_accepted'])} {both('acceptées', 'accepted')},"
        f" {number(total['files'])} {both('fichiers', 'files')}",
        f"{both('dernier événement', 'last event')} {instant(total['last_event_at'], zone)}",
    )
    return purge + rejects


# ---------------------------------------------------------------- sections of one contract
def months_section(data: Figures, contract: Row) -> str:
    rows = sorted(data.rows("months", contract["contract_id"]), key=lambda row: row["month"], reverse=True)
    headers = [
        both("Mois", "Month"),
        both("Verdict", "Verdict"),
        both("Disponibilité", "Availability"),
        both("Plancher", "Floor"),
        both("Engagement", "Promise"),
        both("Rompus", "Broken"),
        both("Respect des délais", "SLA adherence"),
        both("Tenus", "Met"),
        both("Dépassés", "Breached"),
        both("En cours", "Running"),
        both("Nuits couvertes", "Nights covered"),
        both("Couverture", "Coverage"),
    ]
    cells = [
        [
            Cell(_month_name(row)),
            word_cell(row["verdict"]),
            percent_cell(row["availability_pct"]),
            percent_cell(row["availability_floor_pct"]),
            percent_cell(row["target_pct"]),
            share_cell(row["environments_broken"], row["environments"]),
            percent_cell(row["adherence_pct"]),
            number_cell(row["sla_met"]),
            number_cell(row["sla_breached"]),
            number_cell(row["sla_running"]),
            share_cell(row["backup_covered_nights"], row["backup_required_nights"]),
            percent_cell(row["backup_coverage_pct"]),
        ]
        for row in rows[:LIST_ROWS]
    ]
    note = shown_of(len(cells), len(rows), "sla_marts.headline")
    title = both("Les mois", "The months")
    return section(f"{contract['key']}-months", title, table(headers, cells, css="wide", note=note))


def availability_section(data: Figures, contract: Row) -> str:
    key, contract_id = contract["key"], contract["contract_id"]
    months = data.frame("months", contract_id).filter(pl.col("availability_pct").is_not_null())
    title = both("Disponibilité (article 6)", "Availability (article 6)")
    if months.is_empty():
        return section(
            f"{key}-availability-section", title, nothing(both("Aucune mesure.", "Nothing measured."))
        )
    drawn, environments = months.tail(MONTHS_DRAWN), data.frame("availability", contract_id)
    dots = _worst_first(environments.filter(pl.col("month").is_in(drawn["month"].implode())))
    caption = both(
        "Taux mensuel de tous les environnements de production, plancher si le temps non observé avait été"
        " une panne, et chaque environnement.",
        "Monthly rate of all production environments, the floor if unobserved time had been downtime, and"
        " every environment.",
    )
    parts = [
        chart(
            f"{key}-availability",
            lambda language: charts.availability(drawn, dots.head(ENVIRONMENTS_DRAWN), language),
            " ".join(
                (
                    caption,
                    shown_of(drawn.height, months.height, "sla_marts.headline"),
                    shown_of(
                        min(dots.height, ENVIRONMENTS_DRAWN), dots.height, "sla_marts.monthly_availability"
                    ),
                )
            ).strip(),
        ),
        heading("Environnements et mois", "Environments and months"),
        nothing(
            both(
                "≥ : plancher là où le temps non observé décide.",
                "≥: the floor where unobserved time decides.",
            )
        ),
        _matrix(environments),
        heading("Engagement rompu", "Promise broken"),
        _broken(environments),
        heading("Temps exclu par cause", "Excluded time by cause"),
        _exclusions(data.rows("exclusions", contract_id)),
    ]
    return section(f"{key}-availability-section", title, *parts)


def _worst_first(environments: pl.DataFrame) -> pl.DataFrame:
    """Judged environments and months: broken, inconclusive, met; within each the lowest rate first."""
    return environments.filter(pl.col("verdict").is_not_null()).sort(
        pl.col("verdict").replace_strict({"broken": 0, "inconclusive": 1, "met": 2}, return_dtype=pl.Int8),
        "availability_pct",
        "environment_id",
        "month",
    )


def _matrix(environments: pl.DataFrame) -> str:
    """Environments down, worst first; months across; each cell the rate in the colour of its verdict."""
    months = sorted(set(environments["month"]))[-MATRIX_MONTHS:]
    order = (
        environments.filter(pl.col("month").is_in(months) & pl.col("availability_pct").is_not_null())
        .group_by("environment_id", "client_name")
        .agg(pl.col("availability_pct").min().alias("worst"))
        .sort("worst", "environment_id")
        .select("environment_id", "client_name")
        .rows()
    )
    shown = order[:MATRIX_ENVIRONMENTS]
    chosen = environments.filter(
        pl.col("environment_id").is_in([environment_id for environment_id, _ in shown])
    )
    cells = {(row["environment_id"], row["month"]): row for row in chosen.to_dicts()}
    rows = []
    for environment_id, client_name in shown:
        line = [Cell(f"<b>{escape(environment_id)}</b> {escape(client_name or '')}", "head")]
        for value in months:
            line.append(_rate_cell(cells.get((environment_id, value))))
        rows.append(line)
    headers = [both("Environnement", "Environment"), *(month(value) for value in months)]
    every = environments["month"].n_unique()
    notes = [shown_of(len(rows), len(order), "sla_marts.monthly_availability")]
    if every > len(months):
        notes.append(
            both(
                f"Les {len(months)} derniers mois sur {every}.", f"The last {len(months)} of {every} months."
            )
        )
    return table(headers, rows, css="matrix", note=" ".join(filter(None, notes)))


def _rate_cell(row: Row | None) -> Cell:
    """A month of an environment; where unobserved time decides, the floor stands beneath the rate (R7)."""
    if row is None:
        return Cell("", "num")
    rate = percent_cell(row["availability_pct"], f"verdict {row['verdict'] or ''}".strip())
    if row["verdict"] != "inconclusive":
        return rate
    return Cell(f"{rate.html}<br><small>≥ {percent(row['availability_floor_pct'])}</small>", rate.css)


def _broken(environments: pl.DataFrame) -> str:
    broken = environments.filter(pl.col("verdict") == "broken").sort(
        ["month", "availability_pct", "environment_id"], descending=[True, False, False]
    )
    headers = [
        both("Mois", "Month"),
        both("Environnement", "Environment"),
        both("Client", "Client"),
        both("Taux", "Rate"),
        both("Engagement", "Promise"),
        both("Retenu", "Counted"),
        both("Exclu", "Excluded"),
        both("Budget restant", "Budget left"),
    ]
    rows = [
        [
            month_cell(row["month"]),
            text_cell(row["environment_id"]),
            text_cell(row["client_name"]),
            percent_cell(row["availability_pct"], "verdict broken"),
            percent_cell(row["target_pct"]),
            duration_cell(row["counted_s"]),
            duration_cell(row["excluded_s"]),
            duration_cell(row["error_budget_left_s"]),
        ]
        for row in broken.head(LIST_ROWS).to_dicts()
    ]
    note = shown_of(len(rows), broken.height, "sla_marts.monthly_availability")
    return table(headers, rows, css="wide", note=note)


def _exclusions(exclusions: list[Row]) -> str:
    headers = [
        both("Mois", "Month"),
        both("Cause", "Cause"),
        both("Environnements", "Environments"),
        both("Exclu", "Excluded"),
    ]
    rows = [
        [
            month_cell(row["month"]),
            Cell(word(row["cause"])),
            number_cell(row["environments"]),
            duration_cell(row["excluded_s"]),
        ]
        for row in exclusions[:LIST_ROWS]
    ]
    return table(headers, rows, note=shown_of(len(rows), len(exclusions), "sla_marts.headline_exclusions"))


def support_section(data: Figures, contract: Row) -> str:
    sla = data.frame("sla", contract["contract_id"])
    months = sorted(set(sla["month"]))
    drawn = sla.filter(pl.col("month").is_in(months[-MONTHS_DRAWN:]))
    caption = both(
        "Demandes par mois d’enregistrement et par issue ; au-dessus, le taux de respect en pour cent.",
        "Tickets by month of registration and outcome; above, adherence in percent.",
    )
    content = (
        chart(
            f"{contract['key']}-adherence",
            lambda language: charts.adherence(drawn, language),
            f"{caption} {shown_of(drawn.height, sla.height, 'sla_marts.headline_sla')}".strip(),
        )
        if (drawn["met"] + drawn["breached"] + drawn["running"]).sum()
        else nothing(both("Aucune demande sous engagement.", "No ticket under a commitment."))
    )
    title = both("Prise en charge et anomalies (article 14)", "Take-in-charge and anomalies (article 14)")
    return section(f"{contract['key']}-support-section", title, content)


def backup_section(data: Figures, contract: Row) -> str:
    key, contract_id = contract["key"], contract["contract_id"]
    places, coverage = data.frame("places", contract_id), data.rows("coverage", contract_id)
    title = both("Sauvegardes (article 9)", "Backups (article 9)")
    required = [row for row in coverage if row["required_nights"]]
    if not required:
        return section(
            f"{key}-backups-section", title, nothing(both("Aucune nuit exigée.", "No night required."))
        )
    parts = []
    if places.height:
        kept, total = _worst_places(places)
        drawn = kept.select("environment_id", "place").unique().height
        caption = both(
            "Chaque nuit exigée, par environnement et par lieu (– : lieu promis qui n’existe pas).",
            "Every required night by environment and place (–: a place promised that does not exist).",
        )
        note = shown_of(drawn, total, "sla_marts.headline_backup_places")
        parts.append(
            chart(
                f"{key}-backups",
                lambda language: charts.backup_nights(kept, language),
                f"{caption} {note}".strip(),
            )
        )
    parts += [
        heading("Trous", "Gaps"),
        _gaps(data.rows("gaps", contract_id)),
        heading("Par environnement", "By environment"),
        _coverage(required),
    ]
    return section(f"{key}-backups-section", title, *parts)


def _worst_places(places: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """Rows of the environments that fit the heat map, most nights lacking first; and of how many rows of
    it.
    """
    keys = (
        places.group_by("environment_id", "kind")
        .agg(
            (pl.col("state") != "restorable").sum().alias("lacking"),
            pl.col("place").n_unique().alias("places"),
        )
        .sort([pl.col("kind") != "production", "lacking", "environment_id"], descending=[False, True, False])
    )
    fitting = keys.filter((pl.col("places").cum_sum() <= HEAT_MAP_ROWS) | (pl.int_range(pl.len()) == 0))
    order = fitting.select("environment_id").with_row_index("order")
    chosen = places.join(order, on="environment_id", how="inner")
    return chosen.sort("order", "place", "night_on", nulls_last=True), int(keys["places"].sum())


def _gaps(gaps: list[Row]) -> str:
    headers = [
        both("Environnement", "Environment"),
        both("Client", "Client"),
        both("Genre", "Kind"),
        both("Contenu", "Content"),
        both("Première nuit", "First night"),
        both("Dernière nuit", "Last night"),
        both("Nuits", "Nights"),
        both("Sans aucune copie", "Without any copy"),
        both("Inconnues", "Unknown"),
    ]
    rows = [
        [
            text_cell(row["environment_id"]),
            text_cell(row["client_name"]),
            Cell(word(row["kind"])),
            Cell(word(row["content"])),
            day_cell(row["first_night_on"]),
            day_cell(row["last_night_on"]),
            number_cell(row["nights"]),
            number_cell(row["nights_without_copy"]),
            number_cell(row["nights_unknown"]),
        ]
        for row in gaps[:LIST_ROWS]
    ]
    return table(headers, rows, css="wide", note=shown_of(len(rows), len(gaps), "sla_marts.backup_gaps"))


def _coverage(coverage: list[Row]) -> str:
    headers = [
        both("Environnement", "Environment"),
        both("Client", "Client"),
        both("Genre", "Kind"),
        both("Contenu", "Content"),
        both("Nuits couvertes", "Nights covered"),
        both("Couverture", "Coverage"),
        both("Restaurables", "Restorable"),
        both("Verdict", "Verdict"),
        both("Expirées trop tôt", "Expired early"),
        both("Dernière nuit bonne", "Last good night"),
        both("Plus grand trou (h)", "Largest gap (h)"),
    ]
    rows = [
        [
            text_cell(row["environment_id"]),
            text_cell(row["client_name"]),
            Cell(word(row["kind"])),
            Cell(word(row["content"])),
            share_cell(row["covered_nights"], row["required_nights"]),
            percent_cell(row["coverage_pct"]),
            percent_cell(row["restorable_pct"]),
            word_cell(row["verdict"]),
            number_cell(row["expired_early"]),
            day_cell(row["last_good_night_on"]),
            number_cell(row["largest_gap_h"], 1),
        ]
        for row in coverage[:LIST_ROWS]
    ]
    return table(
        headers, rows, css="wide", note=shown_of(len(rows), len(coverage), "sla_marts.backup_coverage")
    )


# ---------------------------------------------------------------- sections of the whole warehouse
def obligations_section(data: Figures, contract: Row) -> str:
    """Every clause of the contract with the verdicts of its last months, then those of which nothing is known, and why."""
    frame = data.frame("obligations", contract["contract_id"])
    months = frame["month"].unique().sort(descending=True).to_list()[:OBLIGATION_MONTHS]
    by_clause: dict[tuple[str, str], dict[date, Row]] = {}
    for row in frame.filter(pl.col("month").is_in(months)).iter_rows(named=True):
        by_clause.setdefault((row["article"], row["title"]), {})[row["month"]] = row
    clauses = [found for _, found in sorted(by_clause.items(), key=_article_order)]
    told = [found for found in clauses if any(row["verdict"] != "no_data" for row in found.values())]
    silent = [list(found.values())[-1] for found in clauses if found not in told]
    headers = [
        "Art.",
        both("Obligation", "Obligation"),
        *map(month, months),
        both("Mesuré", "Measured"),
        both("Promis", "Promised"),
        both("Preuve", "Evidence"),
    ]
    rows = []
    for found in told:
        *_, last = (row for row in found.values() if row["verdict"] != "no_data")
        rows.append(
            [
                text_cell(last["article"]),
                text_cell(last["title"]),
                *(word_cell(found[at]["verdict"] if at in found else None) for at in months),
                _obligation_cell(last["figure"], last["unit"]),
                _obligation_cell(last["target"], last["unit"]),
                Cell(_obligation_evidence(last)),
            ]
        )
    reasons = [
        [text_cell(row["article"]), text_cell(row["title"]), Cell(word(row["nature"])), text_cell(row["why"])]
        for row in silent
    ]
    return section(
        f"obligations-{contract['key']}",
        both("Registre des obligations", "Register of obligations"),
        table(
            headers,
            rows,
            css="wide",
            note=both(
                "Le pire constat du mois décide ; les chiffres sont ceux du dernier mois connu. « Menacé » :"
                " en défaut ou en cours à ce jour, encore rattrapable. Tous les mois sont dans"
                " sla_marts.obligations.",
                "The worst finding of a month decides; figures are those of the last month known. “At risk”:"
                " failing or running by now, and may still be kept. All months are in sla_marts.obligations.",
            ),
        ),
        details(
            both("Clauses sans donnée ou non mesurables", "Clauses without data or not measurable"),
            table(
                ["Art.", both("Obligation", "Obligation"), both("Nature", "Nature"), both("Pourquoi", "Why")],
                reasons,
                css="wide",
            ),
        ),
    )


def _article_order(clause: tuple[tuple[str, str], object]) -> tuple[int, str, str]:
    """Articles as people count them: 2 before 10, 20 before 20 bis."""
    (article, title), _ = clause
    digits = re.match(r"\d+", article)
    return (int(digits.group()) if digits else 0, article, title)


def _obligation_cell(value: float | None, unit: str | None) -> Cell:
    return percent_cell(value) if unit == "pct" else number_cell(value)


def _obligation_evidence(row: Row) -> str:
    """The document that attests, else the mart that leads to the intervals, tickets or points behind the figure."""
    if row["document"] is None:
        return f"<code>{escape(row['mart'])}</code>"
    place = f"{row['file']}:{row['line']}"
    return f"{escape(row['document'])}, {day(row['document_on'])}<br><small>{escape(place)}</small>"


def history_section(data: Figures) -> str:
    purge = data.frame("purge")
    title = both("Historique (article 4)", "History (article 4)")
    if purge.is_empty():
        return section("history", title, nothing(both("Aucune écriture lue.", "No accounting line read.")))
    caption = both(
        "Lignes d’écriture par année de clôture de l’exercice et par verdict.",
        "Accounting lines by year in which their fiscal year ended and by verdict.",
    )
    headers = [
        both("Exercice clos en", "Fiscal year ended in"),
        both("Verdict", "Verdict"),
        both("Dossiers", "Dossiers"),
        both("Écritures", "Entries"),
        both("Lignes", "Lines"),
        both("Débit (€)", "Debit (€)"),
        both("Taille", "Size"),
    ]
    rows = [
        [
            Cell(NONE if row["fiscal_year"] is None else str(row["fiscal_year"])),
            Cell(word(row["verdict"])),
            number_cell(row["dossiers"]),
            number_cell(row["entries"]),
            number_cell(row["lines"]),
            number_cell(row["debit"], 2),
            Cell(size(row["bytes"]), "num"),
        ]
        for row in purge.to_dicts()
    ]
    note = shown_of(LIST_ROWS, len(rows), "sla_marts.headline_purge")
    return section(
        "history",
        title,
        chart("purge", lambda language: charts.purge(purge, language), caption),
        table(headers, rows[:LIST_ROWS], css="wide", note=note),
    )


def set_aside_section(data: Figures) -> str:
    """Contracts and clients of which this page shows no figure, first of all; nothing where there is none."""
    rows = [
        [*(text_cell(row[name] or NONE) for name in ("contract_id", "client_id")), text_cell(row["reason"])]
        for row in data.rows("set_aside")
    ]
    if not rows:
        return ""
    headers = [both("Contrat", "Contract"), both("Client", "Client"), both("Raison (en anglais)", "Reason")]
    title = both("Mis de côté : aucun chiffre n’en est publié", "Put aside: no figure of these is published")
    return section("set_aside", title, table(headers, rows, css="wide"))


def evidence_section(data: Figures, zone: str) -> str:
    return section(
        "evidence",
        both("Sources et preuves", "Sources and evidence"),
        heading("Fraîcheur", "Freshness"),
        _freshness(data.rows("freshness"), zone),
        heading("Rejets", "Rejects"),
        _rejects(data.rows("rejects")),
        heading("Hors de tout contrat", "Judged by no contract"),
        _unjudged(data.rows("unjudged")),
        notices_part.notices(data.rows("notices"), zone, LIST_ROWS),
        _contract_files(data.rows("files")),
        _definitions(data.rows("definitions")),
    )


def _freshness(freshness: Iterable[Row], zone: str) -> str:
    headers = [
        both("Source", "Source"),
        both("Format", "Format"),
        both("Fichiers", "Files"),
        both("Acceptées", "Accepted"),
        both("Doublons", "Duplicates"),
        both("Rejetées", "Rejected"),
        both("Premier événement", "First event"),
        both("Dernier événement", "Last event"),
    ]
    rows = [
        [
            Cell(word(row["source"])),
            text_cell(row["format"]),
            number_cell(row["files"]),
            number_cell(row["rows_accepted"]),
            number_cell(row["rows_duplicate"]),
            number_cell(row["rows_rejected"]),
            instant_cell(row["first_event_at"], zone),
            instant_cell(row["last_event_at"], zone),
        ]
        for row in freshness
    ]
    return table(headers, rows, css="wide")


def _rejects(rejects: list[Row]) -> str:
    headers = [
        both("Source", "Source"),
        both("Format", "Format"),
        both("Règle", "Rule"),
        both("Lignes", "Rows"),
        both("Fichiers", "Files"),
        both("Par exemple", "For example"),
    ]
    rows = [
        [
            Cell(word(row["source"])),
            text_cell(row["format"]),
            text_cell(row["rule"]),
            number_cell(row["rows_rejected"]),
            number_cell(row["files"]),
            text_cell(row["first_file"]),
        ]
        for row in rejects[:LIST_ROWS]
    ]
    return table(
        headers, rows, css="wide", note=shown_of(len(rows), len(rejects), "sla_marts.headline_rejects")
    )


def _unjudged(unjudged: list[Row]) -> str:
    """Environments and clients that a file names and the registry does not, among others: reported, never dropped."""
    headers = [
        both("Journal", "Log"),
        both("Nom", "Name"),
        both("Raison", "Reason"),
        both("Mentions", "Mentions"),
    ]
    rows = [
        [
            Cell(word(row["log"])),
            text_cell(row["name"]),
            Cell(word(row["reason"])),
            number_cell(row["mentions"]),
        ]
        for row in unjudged[:LIST_ROWS]
    ]
    return table(headers, rows, css="wide", note=shown_of(len(rows), len(unjudged), "sla_marts.unjudged"))


def _contract_files(files: Iterable[Row]) -> str:
    rows = [[text_cell(row["name"]), Cell(f"<code>{escape(row['sha256'])}</code>")] for row in files]
    return details(
        both("Fichiers du contrat", "Contract files"), table([both("Fichier", "File"), "SHA-256"], rows)
    )


def _definitions(definitions: Iterable[Row]) -> str:
    """Meanings of the columns of the main marts, as the models themselves describe them (in English)."""
    rows = [
        [text_cell(row["table_name"]), text_cell(row["column_name"]), text_cell(row["comment"])]
        for row in definitions
        if row["table_name"] in DEFINED
    ]
    headers = [both("Table", "Table"), both("Colonne", "Column"), both("Sens", "Meaning")]
    return details(both("Définitions (en anglais)", "Definitions"), table(headers, rows))


# ---------------------------------------------------------------- the page
def page(data: Figures) -> str:
    """The whole page as text."""
    total = data.rows("total")[0]
    measured = {row["contract_id"] for row in data.rows("months")}
    contracts = data.rows("contracts")
    shown = [
        row for row in contracts if row["contract_id"] in measured or row["required_nights"]
    ] or contracts[:1]
    shown = [{**row, "key": f"c{place}"} for place, row in enumerate(shown)]
    zone = shown[0]["time_zone"] if shown else "UTC"
    names = {
        row["key"]: f'<h2 class="contract">{escape(row["service"])}</h2>' for row in shown if len(shown) > 1
    }
    body = [
        f'{names.get(row["key"], "")}<div class="cards">{contract_cards(data, row)}'
        f"{total_cards(data, zone) if row is shown[-1] else ''}</div>"
        for row in shown
    ] or [f'<div class="cards">{total_cards(data, zone)}</div>']
    body.insert(0, set_aside_section(data))
    for row in shown:
        body.append(names.get(row["key"], ""))
        body += [
            part(data, row)
            for part in (
                months_section,
                availability_section,
                support_section,
                backup_section,
                obligations_section,
            )
        ]
    left_out = [
        row["contract_id"]
        for row in contracts
        if row["contract_id"] not in {page["contract_id"] for page in shown}
    ]
    body.append(notices_part.unmeasured(left_out))
    body += [history_section(data), evidence_section(data, zone)]
    return _filled(
        title=f"Livret de services – {total['as_of']:%Y-%m-%d}",
        style=_beside("report.css"),
        heading=both("Ce que le service a tenu", "What the service kept"),
        subtitle=", ".join(escape(row["title"]) for row in shown),
        as_of=f"{both('Arrêté au', 'As of')} {instant(total['as_of'], zone)} ({escape(zone)})",
        run=f"{both('exécution', 'run')} {escape(str(total['run_id']))}",
        body="".join(body),
        footer=both(
            "Les taux sont coupés, jamais arrondis. Chaque chiffre vient d’une table de sla_marts et remonte"
            " jusqu’au fichier et à la ligne.",
            "Rates are cut, never rounded. Every figure comes from a table of sla_marts and leads back to a"
            " file and a line.",
        ),
        plotly=get_plotlyjs().replace("</script", "<\\/script"),
        script=_beside("report.js"),
    )


def _beside(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _filled(**parts: str) -> str:
    """The empty page with its `{{name}}` marks filled in one pass, so that no part can bring marks of its
    own.
    """
    return re.sub(r"\{\{(\w+)\}\}", lambda mark: parts[mark[1]], _beside("report.html"))
