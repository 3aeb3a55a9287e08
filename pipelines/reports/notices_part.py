"""The report's part on what stopped nobody and must be looked at: names no registry knows, facts after as_of."""

from __future__ import annotations

from html import escape
from typing import Any

from pipelines.reports import notice_text
from pipelines.reports.markup import (
    Cell,
    both,
    heading,
    instant_cell,
    nothing,
    number_cell,
    shown_of,
    table,
    text_cell,
    word,
)


def unmeasured(contracts: list[str]) -> str:
    """Contracts that have no figures on the page, by name; empty where all have some."""
    if not contracts:
        return ""
    names = ", ".join(map(escape, contracts))
    return nothing(both(f"Aucune mesure pour {names}.", f"Nothing measured of {names}."))


def notices(found: list[dict[str, Any]], zone: str, most: int) -> str:
    """Rows of the mart `notices`, at most so many, and the registry rows that they ask for."""
    headers = [
        both("Constat", "Notice"),
        both("Nom", "Name"),
        both("Journal", "Log"),
        both("Lignes", "Rows"),
        both("Premier", "First"),
        both("Dernier", "Last"),
        both("Nom connu le plus proche", "Nearest known name"),
    ]
    rows = [
        [
            Cell(word(row["notice"])),
            Cell(word(row["name"]) if row["name"] == row["log"] else escape(row["name"])),
            Cell(word(row["log"])),
            number_cell(row["rows"]),
            instant_cell(row["first_at"], zone),
            instant_cell(row["last_at"], zone),
            text_cell(row["nearest"]),
        ]
        for row in found[:most]
    ]
    told = table(headers, rows, css="wide", note=shown_of(len(rows), len(found), "sla_marts.notices"))
    return heading("À vérifier", "To be looked at") + told + _registry_rows(found, most)


def _registry_rows(found: list[dict[str, Any]], most: int) -> str:
    lines = notice_text.registry_rows(found)
    if not lines:
        return ""
    intro = both(
        f"Nom mal écrit : corrigez la source. Sinon, ajoutez à {notice_text.REGISTRY_FILE}, en remplaçant les mots en"
        " capitales :",
        f"A name mistyped: mend its source. Else add to {notice_text.REGISTRY_FILE}, with the words in capitals replaced:",
    )
    note = shown_of(min(most, len(lines)), len(lines), "sla_marts.notices")
    text = escape("\n".join([notice_text.registry_header(), *lines[:most]]))
    return f'<p>{intro}</p><pre class="scroll">{text}</pre>' + (f'<p class="note">{note}</p>' if note else "")
