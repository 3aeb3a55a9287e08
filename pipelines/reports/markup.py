"""Small pieces of HTML in French and English, out of typed values. Every text from outside is escaped here,
once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from html import escape

import plotly.graph_objects as go

from pipelines.reports import labels
from pipelines.reports.labels import LANGUAGES, NONE, Language

Number = float | Decimal


def both(french: str, english: str) -> str:
    """Plain text in both languages; the page shows one of them."""
    if french == english:
        return escape(french)
    return f'<span class="fr">{escape(french)}</span><span class="en">{escape(english)}</span>'


def said(text: Callable[[Language], str]) -> str:
    """The same, out of a function of the language."""
    return both(text("fr"), text("en"))


def percent(value: float | None) -> str:
    return said(lambda language: labels.percent(value, language))


def number(value: Number | None, decimals: int = 0) -> str:
    return said(lambda language: labels.number(value, language, decimals))


def size(value: int | None) -> str:
    return said(lambda language: labels.size(value, language))


def month(value: date | None) -> str:
    return said(lambda language: labels.month(value, language))


def day(value: date | None) -> str:
    return said(lambda language: labels.day(value, language))


def instant(value: datetime | None, zone: str) -> str:
    return said(lambda language: labels.instant(value, zone, language))


def word(code: str | None) -> str:
    return said(lambda language: labels.word(code, language))


@dataclass(frozen=True)
class Cell:
    """A table cell: ready HTML, and its class."""

    html: str
    css: str = ""


def text_cell(value: str | None) -> Cell:
    return Cell(escape(value) if value else NONE)


def word_cell(code: str | None) -> Cell:
    return Cell(word(code), f"verdict {escape(code or '')}")


def number_cell(value: Number | None, decimals: int = 0) -> Cell:
    return Cell(number(value, decimals), "num")


def share_cell(part: int, whole: int) -> Cell:
    """`part / whole`, or a dash where the whole is nothing."""
    return Cell(f"{number(part)}\u00a0/\u00a0{number(whole)}" if whole else NONE, "num")


def percent_cell(value: float | None, css: str = "") -> Cell:
    return Cell(percent(value), f"num {css}".strip())


def duration_cell(seconds: Number | None) -> Cell:
    return Cell(escape(labels.duration(seconds)), "num")


def month_cell(value: date | None) -> Cell:
    return Cell(month(value))


def day_cell(value: date | None) -> Cell:
    return Cell(day(value))


def instant_cell(value: datetime | None, zone: str) -> Cell:
    return Cell(instant(value, zone))


def nothing(text: str) -> str:
    """A paragraph in place of what is not there; `text` is ready HTML."""
    return f'<p class="none">{text}</p>'


def table(headers: Sequence[str], rows: Iterable[Sequence[Cell]], *, css: str = "", note: str = "") -> str:
    """headers and note are ready HTML. A table without rows says so."""
    rows = list(rows)
    body = [
        "<tr>" + "".join(f'<td class="{cell.css}">{cell.html}</td>' for cell in row) + "</tr>" for row in rows
    ]
    if not body:
        return nothing(both("Rien à signaler.", "Nothing to report."))
    kinds = ["num" if cell.css.startswith("num") else "" for cell in rows[0]]
    head = "".join(f'<th class="{kind}">{header}</th>' for kind, header in zip(kinds, headers, strict=True))
    return (
        f'<div class="scroll"><table class="{css}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(body)}</tbody></table></div>" + (f'<p class="note">{note}</p>' if note else "")
    )


def shown_of(shown: int, total: int, mart: str) -> str:
    """A note under a list that was cut; empty where it was not."""
    if total <= shown:
        return ""
    return both(
        f"{shown} lignes sur {total} ; toutes sont dans {mart}.",
        f"{shown} of {total} rows; {mart} has all of them.",
    )


def chart(key: str, draw: Callable[[Language], go.Figure], description: str) -> str:
    """A Plotly chart under the fixed id `key`, one form per language; `description` is ready HTML."""
    drawn = {language: draw(language) for language in LANGUAGES}
    specs = "".join(
        f'<script type="application/json" id="{key}-{language}">{figure_json(figure)}</script>'
        for language, figure in drawn.items()
    )
    height = int(drawn["fr"].layout.height)
    return (
        f'<figure class="chart"><div id="{key}" class="plot" style="height:{height}px"></div>'
        f"<figcaption>{description}</figcaption></figure>{specs}"
    )


def figure_json(figure: go.Figure) -> str:
    """JSON that no text inside it can end: `<` never appears."""
    figure.update_layout(template=None)
    text: str = figure.to_json(validate=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def card(title: str, value: str, verdict: str, *lines: str) -> str:
    """A headline figure; all texts are ready HTML, `verdict` colours it (empty: neither good nor bad)."""
    below = "".join(f"<p>{line}</p>" for line in lines if line)
    return f'<div class="card {verdict}"><h3>{title}</h3><div class="value">{value}</div>{below}</div>'


def section(key: str, title: str, *parts: str) -> str:
    return f'<section id="{key}"><h2>{title}</h2>{"".join(parts)}</section>'


def heading(french: str, english: str) -> str:
    return f"<h3>{both(french, english)}</h3>"


def details(summary: str, content: str) -> str:
    return f"<details><summary>{summary}</summary>{content}</details>"
