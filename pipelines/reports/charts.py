"""Charts: rows of a mart become a Plotly figure. Order, colour and words only; no figure people sign is
computed here.

Each function takes a frame and a language and gives a figure without title (the report has headings) that
stays legible from 390 px on. Names from outside are escaped: Plotly reads `<b>` and `&` in labels as
markup.
"""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

import plotly.graph_objects as go
import polars as pl
from plotly.subplots import make_subplots

from pipelines.reports.labels import NONE, Language, cut, day, duration, month, night, number, percent, word

INK, GRID, PAPER = "#1f2933", "#e4e7eb", "#ffffff"
COLOURS = {
    "met": "#1b7f5c",
    "broken": "#c5283d",
    "inconclusive": "#e08e0b",
    "breached": "#c5283d",
    "running": "#7b8794",
    "restorable": "#1b7f5c",
    "lost": "#6c5b9e",
    "partial": "#f2c14e",
    "outside": "#e08e0b",
    "unknown": "#b8c0cc",
    "missing": "#c5283d",
    "purge": "#c5283d",
    "hold_tax": "#3e6fb0",
    "hold": "#7d5ba6",
    "blocked": "#e08e0b",
    "quarantine": "#3e4c59",
    "previously_purged": "#9fb3c8",
    "keep": "#1b7f5c",
}
# From what is kept to what may go: the order of stacks and legends.
PURGE_ORDER = ("keep", "hold", "hold_tax", "blocked", "quarantine", "previously_purged", "purge")
SLA_ORDER = ("met", "running", "breached")
NIGHT_STATES = ("restorable", "lost", "partial", "outside", "unknown", "missing")
CRITICALITY_ORDER = {"critical": 0, "high": 1, "moderate": 2}

_WORDS = {
    "rate": ("taux de la flotte", "rate of all environments"),
    "floor": ("plancher si le non observé était en panne", "floor if unobserved were down"),
    "target": ("engagement", "promise"),
    "environment": ("environnement", "environment"),
    "availability": ("disponibilité", "availability"),
    "counted": ("indisponibilité retenue", "counted downtime"),
    "unobserved": ("non observé", "unobserved"),
    "tickets": ("demandes", "tickets"),
    "lines": ("lignes d’écriture", "accounting lines"),
    "entries": ("écritures", "entries"),
    "fiscal_year": ("exercice clos en", "fiscal year ended in"),
    "night": ("nuit du", "night of"),
    "verdict": ("verdict", "verdict"),
    "undated": ("sans date", "undated"),
}


def _say(key: str, language: Language) -> str:
    return _WORDS[key][0 if language == "fr" else 1]


def _figure(figure: go.Figure, height: int, language: Language, **layout: Any) -> go.Figure:
    """The house look; `separators` gives hover numbers the signs of the language."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        font={"family": "system-ui, sans-serif", "size": 12, "color": INK},
        legend={
            "orientation": "h",
            "yanchor": "bottom",
            "y": 1.02,
            "x": 0,
            "xanchor": "left",
            "traceorder": "normal",
        },
        hoverlabel={"align": "left"},
        separators=",\u202f" if language == "fr" else ".,",
        **layout,
    )
    figure.update_xaxes(automargin=True, gridcolor=GRID, zeroline=False, fixedrange=True)
    figure.update_yaxes(automargin=True, gridcolor=GRID, zeroline=False, fixedrange=True)
    return figure


def availability(months: pl.DataFrame, environments: pl.DataFrame, language: Language) -> go.Figure:
    """Availability by month: the fleet's rate with its floor, every judged environment as a dot, the
    promise as a line (art. 6).

    months: mart `headline` of one contract. environments: production rows of `monthly_availability` with
    `client_name`.
    """
    months = months.filter(pl.col("availability_pct").is_not_null()).sort("month")
    ticks = {value: month(value, language) for value in months["month"]}
    figure = go.Figure()
    for name, column, line in (
        ("rate", "availability_pct", {"color": INK, "width": 2}),
        ("floor", "availability_floor_pct", {"color": COLOURS["inconclusive"], "width": 1.5, "dash": "dot"}),
    ):
        figure.add_scatter(
            x=list(ticks.values()),
            y=months[column].to_list(),
            mode="lines+markers",
            marker={"size": 4},
            line=line,
            name=_say(name, language),
            hovertext=[percent(value, language, 3) for value in months[column]],
            hovertemplate="%{x}: %{hovertext}<extra>" + _say(name, language) + "</extra>",
        )
    figure.add_scatter(
        x=list(ticks.values()),
        y=months["target_pct"].to_list(),
        mode="lines",
        line={"color": COLOURS["broken"], "width": 1.5, "dash": "dash", "shape": "hvh"},
        name=_say("target", language),
        hovertext=[percent(value, language) for value in months["target_pct"]],
        hovertemplate="%{x}: %{hovertext}<extra>" + _say("target", language) + "</extra>",
    )
    judged = environments.filter(
        pl.col("availability_pct").is_not_null() & pl.col("month").is_in(list(ticks))
    )
    for verdict in ("met", "inconclusive", "broken"):
        rows = judged.filter(pl.col("verdict") == verdict).sort("month", "environment_id").to_dicts()
        if not rows:
            continue
        figure.add_scatter(
            x=[ticks[row["month"]] for row in rows],
            y=[row["availability_pct"] for row in rows],
            mode="markers",
            marker={
                "color": COLOURS[verdict],
                "size": 7 if verdict == "met" else 10,
                "opacity": 0.55 if verdict == "met" else 1,
                "symbol": {"met": "circle", "inconclusive": "diamond", "broken": "x"}[verdict],
            },
            name=f"{_say('environment', language)} : {word(verdict, language)}"
            if language == "fr"
            else f"{_say('environment', language)}: {word(verdict, language)}",
            hovertext=[_availability_hover(row, language) for row in rows],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    figure.update_yaxes(ticksuffix=" %" if language == "fr" else "%", rangemode="normal")
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=list(ticks.values()))
    return _figure(figure, 420, language)


def _availability_hover(row: dict[str, Any], language: Language) -> str:
    rate, floor = (percent(row[f"availability_{part}"], language) for part in ("pct", "floor_pct"))
    return "<br>".join(
        (
            f"<b>{escape(row['environment_id'])}</b> {escape(row['client_name'] or '')}",
            f"{month(row['month'], language)} – {_say('availability', language)} {rate}",
            f"{_say('floor', language)} {floor}",
            f"{_say('counted', language)} {duration(row['counted_s'])}",
            f"{_say('unobserved', language)} {duration(row['unobserved_s'])}",
        )
    )


def adherence(sla: pl.DataFrame, language: Language) -> go.Figure:
    """Tickets by outcome and month, one row of bars per commitment and criticality, with the adherence
    above each (art. 14).

    sla: mart `headline_sla` of one contract.
    """
    sla = sla.filter(pl.col("met") + pl.col("breached") + pl.col("running") > 0)
    promises = sorted(
        sla.select("commitment", "criticality").unique().rows(),
        key=lambda row: (row[0] != "take_in_charge", row[0], CRITICALITY_ORDER.get(row[1], 9), row[1] or ""),
    )
    months = _every_month(sla["month"])
    ticks = [month(value, language) for value in months]
    titles = [
        f"{word(commitment, language)}, {word(criticality, language)}" for commitment, criticality in promises
    ]
    figure = make_subplots(
        rows=max(len(promises), 1),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.32 / max(len(promises), 1),
        subplot_titles=[escape(title) for title in titles],
    )
    for place, (commitment, criticality) in enumerate(promises, start=1):
        rows = {
            row["month"]: row
            for row in sla.filter(
                (pl.col("commitment") == commitment) & pl.col("criticality").eq_missing(pl.lit(criticality))
            ).to_dicts()
        }
        for outcome in SLA_ORDER:
            figure.add_bar(
                x=ticks,
                y=[rows[value][outcome] if value in rows else None for value in months],
                name=word(outcome, language),
                legendgroup=outcome,
                showlegend=place == 1,
                marker={"color": COLOURS[outcome], "line": {"width": 0}},
                hovertemplate="%{x}: %{y} "
                + _say("tickets", language)
                + "<extra>"
                + word(outcome, language)
                + "</extra>",
                row=place,
                col=1,
            )
        shown = [rows[value] for value in months if value in rows]
        figure.add_scatter(
            x=[month(row["month"], language) for row in shown],
            y=[row["met"] + row["running"] + row["breached"] for row in shown],
            mode="text",
            text=[
                "" if row["adherence_pct"] is None else _short_percent(row["adherence_pct"], language)
                for row in shown
            ],
            textposition="top center",
            textfont={"size": 11},
            cliponaxis=False,
            showlegend=False,
            hoverinfo="skip",
            row=place,
            col=1,
        )
        highest = max(row["met"] + row["running"] + row["breached"] for row in shown)
        figure.update_yaxes(range=[0, highest * 1.35], dtick=max(1, -(-highest // 3)), row=place, col=1)
    figure.update_annotations(x=0, xanchor="left", font={"size": 12, "color": INK})
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=ticks)
    figure = _figure(figure, 90 + 140 * max(len(promises), 1), language, barmode="stack", bargap=0.25)
    figure.update_layout(legend={"y": 1.06 if len(promises) > 3 else 1.12})
    return figure


def _every_month(months: pl.Series) -> list[date]:
    """The months from the first to the last of them, none left out."""
    if months.is_empty():
        return []
    first, last = min(months), max(months)
    return pl.date_range(first, last, interval="1mo", eager=True).to_list()


def _short_percent(value: float, language: Language) -> str:
    text = cut(value, 1)
    text = text.removesuffix(".0")
    return text.replace(".", ",") if language == "fr" else text


def backup_nights(places: pl.DataFrame, language: Language) -> go.Figure:
    """Heat map of the required nights: one row per environment and place, one column per night (art. 9).

    places: mart `headline_backup_places`, at most as many environments as should be drawn; `state` is one
    of NIGHT_STATES.
    """
    nights = sorted(set(places["night_on"]))
    keys = places.select("environment_id", "place").unique(maintain_order=True).rows()
    code = {state: number for number, state in enumerate(NIGHT_STATES)}
    cells = {
        (row["environment_id"], row["place"], row["night_on"]): row["state"] for row in places.to_dicts()
    }
    names = [escape(f"{environment_id} · {place or NONE}") for environment_id, place in keys]
    grid = [[cells.get((*key, night_on)) for night_on in nights] for key in keys]
    steps = [(index + side) / len(NIGHT_STATES) for index in range(len(NIGHT_STATES)) for side in (0, 1)]
    scale = [(step, COLOURS[NIGHT_STATES[index // 2]]) for index, step in enumerate(steps)]
    figure = go.Figure(
        go.Heatmap(
            x=[night(value, language) for value in nights],
            y=names,
            z=[[None if state is None else code[state] for state in row] for row in grid],
            zmin=-0.5,
            zmax=len(NIGHT_STATES) - 0.5,
            colorscale=scale,
            showscale=False,
            xgap=1,
            ygap=2,
            hovertext=[
                [
                    f"{name}<br>{_say('night', language)} {day(value, language)} – {word(state, language)}"
                    for value, state in zip(nights, row, strict=True)
                ]
                for name, row in zip(names, grid, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    )
    for state in NIGHT_STATES:
        figure.add_scatter(
            x=[None],
            y=[None],
            mode="markers",
            marker={"symbol": "square", "size": 11, "color": COLOURS[state]},
            name=word(state, language),
            hoverinfo="skip",
        )
    figure.update_xaxes(type="category", showgrid=False, nticks=12, tickangle=0)
    figure.update_yaxes(
        type="category", showgrid=False, autorange="reversed", categoryorder="array", categoryarray=names
    )
    return _figure(figure, 90 + 22 * max(len(keys), 2), language)


def purge(candidates: pl.DataFrame, language: Language) -> go.Figure:
    """Accounting lines by year in which their fiscal year ended and by verdict (art. 4).

    candidates: mart `headline_purge`.
    """
    years = sorted(set(candidates["fiscal_year"]), key=lambda year: (year is not None, year))
    ticks = [_say("undated", language) if year is None else str(year) for year in years]
    figure = go.Figure()
    for verdict in sorted(set(candidates["verdict"]), key=PURGE_ORDER.index):
        rows = {row["fiscal_year"]: row for row in candidates.filter(pl.col("verdict") == verdict).to_dicts()}
        figure.add_bar(
            x=ticks,
            y=[rows[year]["lines"] if year in rows else None for year in years],
            name=word(verdict, language),
            marker={"color": COLOURS[verdict]},
            hovertext=[
                ""
                if year not in rows
                else f"{_say('fiscal_year', language)} {tick} – {word(verdict, language)}<br>"
                f"{number(rows[year]['lines'], language)} {_say('lines', language)},"
                f" {number(rows[year]['entries'], language)} {_say('entries', language)}"
                for year, tick in zip(years, ticks, strict=True)
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=ticks, showgrid=False)
    figure.update_yaxes(title={"text": _say("lines", language), "standoff": 6})
    return _figure(figure, 380, language, barmode="stack", bargap=0.25)
