"""Labels and charts: what is printed, in which order and colour; no name from outside becomes markup."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from html import escape
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.reports import charts, labels, markup

HOSTILE = '<b>x</b><script>alert(1)</script>&"'
MARCH, APRIL, JUNE = date(2026, 3, 1), date(2026, 4, 1), date(2026, 6, 1)


# ---------------------------------------------------------------- words and numbers
@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (99.496, "99,49\u00a0%", "99.49%"),
        (99.4999, "99,49\u00a0%", "99.49%"),
        (99.5, "99,50\u00a0%", "99.50%"),
        (100.0, "100,00\u00a0%", "100.00%"),
        (99.99999, "99,99\u00a0%", "99.99%"),
        (0.0, "0,00\u00a0%", "0.00%"),
        (None, "–", "–"),
    ],
)
def test_rates_are_cut_never_rounded(value: float | None, french: str, english: str) -> None:
    assert labels.percent(value, "fr") == french
    assert labels.percent(value, "en") == english


@given(reference=st.integers(1, 3_000_000), data=st.data())
def test_a_printed_rate_is_the_exact_rate_cut(reference: int, data: st.DataObject) -> None:
    """The mart's double prints as the integers do: a promise kept in exact seconds never prints as broken."""
    counted = data.draw(st.integers(0, reference))
    rate = float((reference - counted) * 100) / float(reference)
    exact = (reference - counted) * 10_000 // reference
    assert labels.percent(rate, "en") == f"{exact // 100}.{exact % 100:02}%"


def test_numbers_have_the_separators_of_their_language() -> None:
    assert labels.number(1234567, "fr") == "1\u202f234\u202f567"
    assert labels.number(1234567, "en") == "1,234,567"
    assert labels.number(Decimal("-1234.5"), "fr", 2) == "-1\u202f234,50"
    assert labels.number(None, "en") == "–"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3601, "1 h 1 s"), (5400, "1 h 30 min"), (-61, "−1 min 1 s")],
)
def test_durations_say_every_second(seconds: int, text: str) -> None:
    assert labels.duration(seconds).replace("\u00a0", " ") == text
    assert labels.duration(Decimal(seconds)).replace("\u00a0", " ") == text


def test_sizes_count_in_thousands() -> None:
    assert labels.size(999, "en") == "999\u00a0B"
    assert labels.size(5 * 10**9, "fr") == "5,0\u00a0Go", "R15"
    assert labels.size(2**30, "en") == "1.0\u00a0GB"


def test_dates_and_instants_are_local() -> None:
    assert labels.month(MARCH, "fr") == "mars\u00a02026"
    assert labels.day(date(2026, 8, 1), "fr") == "1\u00a0août\u00a02026"
    at = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    assert labels.instant(at, "Europe/Paris", "en") == "1\u00a0Apr\u00a02026 00:30"


def test_unknown_codes_are_shown_as_they_are() -> None:
    assert labels.word("broken", "fr") == "rompu"
    assert labels.word("someday", "fr") == "someday"
    assert labels.word(None, "en") == "–"


def test_every_state_that_is_drawn_has_a_colour_and_words() -> None:
    for code in (*charts.PURGE_ORDER, *charts.SLA_ORDER, *charts.NIGHT_STATES):
        assert code in charts.COLOURS
        assert code in labels.WORDS


# ---------------------------------------------------------------- HTML
@given(text=st.text(max_size=30))
def test_no_text_leaves_its_cell(text: str) -> None:
    cell = markup.text_cell(text or "x").html
    assert "<" not in cell
    assert '"' not in cell


def test_json_of_a_figure_cannot_end_its_script() -> None:
    figure = charts.purge(purge_rows(), "fr")
    figure.update_layout(title="</script><script>alert(1)</script>\u2028")
    text = markup.figure_json(figure)
    assert "<" not in text
    assert json.loads(text)["layout"]["title"]["text"].startswith("</script>")


def test_headers_of_numbers_stand_over_their_numbers() -> None:
    html = markup.table(["a", "b"], [[markup.text_cell("x"), markup.number_cell(1)]])
    assert '<th class="">a</th><th class="num">b</th>' in html


# ---------------------------------------------------------------- charts
def availability_months() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "month": [APRIL, MARCH],
            "availability_pct": [99.6, 100.0],
            "availability_floor_pct": [98.0, 100.0],
            "target_pct": [99.5, 99.5],
        }
    )


def environment_months() -> pl.DataFrame:
    def row(month: date, environment_id: str, rate: float | None, verdict: str | None) -> dict[str, Any]:
        return {
            "month": month,
            "environment_id": environment_id,
            "client_name": HOSTILE,
            "availability_pct": rate,
            "availability_floor_pct": rate,
            "counted_s": Decimal(60),
            "unobserved_s": Decimal(0),
            "verdict": verdict,
        }

    return pl.DataFrame(
        [
            row(MARCH, "a", 100.0, "met"),
            row(APRIL, "a", 99.2, "broken"),
            row(APRIL, "b", 100.0, "inconclusive"),
            row(APRIL, "c", None, None),
        ],
        schema_overrides={"availability_pct": pl.Float64, "availability_floor_pct": pl.Float64},
    )


def test_availability_draws_rate_floor_promise_and_every_judged_environment() -> None:
    figure = charts.availability(availability_months(), environment_months(), "en")
    traces = {trace.name: trace for trace in figure.data}
    assert list(traces) == [
        "rate of all environments",
        "floor if unobserved were down",
        "promise",
        "environment: met",
        "environment: inconclusive",
        "environment: broken",
    ]
    assert list(traces["rate of all environments"].x) == ["Mar\u00a02026", "Apr\u00a02026"]
    assert list(traces["rate of all environments"].y) == [100.0, 99.6]
    assert list(traces["floor if unobserved were down"].y) == [100.0, 98.0]
    assert list(traces["promise"].y) == [99.5, 99.5]
    assert list(traces["environment: broken"].y) == [99.2]
    assert traces["environment: broken"].marker.color == charts.COLOURS["broken"]


def test_names_are_escaped_in_labels() -> None:
    hover = [
        text
        for trace in charts.availability(availability_months(), environment_months(), "fr").data
        for text in trace.hovertext or ()
    ]
    assert any(escape(HOSTILE) in text for text in hover)
    assert not any("<script" in text for text in hover)


def sla_rows() -> pl.DataFrame:
    def row(month: date, commitment: str, criticality: str, *counts: int) -> dict[str, Any]:
        met, breached, running = counts
        rate = None if met + breached == 0 else met * 100 / (met + breached)
        return {
            "month": month,
            "commitment": commitment,
            "criticality": criticality,
            "met": met,
            "breached": breached,
            "running": running,
            "adherence_pct": rate,
        }

    return pl.DataFrame(
        [
            row(JUNE, "fix_or_workaround", "2", 0, 0, 1),
            row(JUNE, "take_in_charge", "moderate", 2, 1, 0),
            row(MARCH, "take_in_charge", "critical", 1, 0, 0),
            row(MARCH, "take_in_charge", "high", 0, 0, 0),
        ]
    )


def test_adherence_has_a_row_per_promise_critical_first_and_no_month_left_out() -> None:
    figure = charts.adherence(sla_rows(), "en")
    assert [note.text for note in figure.layout.annotations] == [
        "take-in-charge, critical",
        "take-in-charge, moderate",
        "fix or workaround, level 2",
    ]
    bars = [trace for trace in figure.data if trace.type == "bar"]
    months = ["Mar\u00a02026", "Apr\u00a02026", "May\u00a02026", "Jun\u00a02026"]
    assert all(list(bar.x) == months for bar in bars)
    breached = [bar.y for bar in bars if bar.name == "breached" and bar.yaxis == "y2"]
    assert breached == [(None, None, None, 1)]
    texts = [list(trace.text) for trace in figure.data if trace.type == "scatter"]
    assert texts == [["100"], ["66.6"], [""]], "cut, and empty where nothing is decided"


def test_adherence_of_nothing_is_an_empty_figure() -> None:
    assert len(charts.adherence(sla_rows().clear(), "fr").data) == 0


def test_nights_are_cells_in_the_colour_of_their_state() -> None:
    places = pl.DataFrame(
        {
            "environment_id": ["a", "a", "<b>", "<b>"],
            "place": ["Lyon", "Lyon", None, None],
            "night_on": [date(2026, 3, 29), date(2026, 3, 30)] * 2,
            "state": ["restorable", "lost", "missing", None],
        }
    )
    figure = charts.backup_nights(places, "fr")
    heat = figure.data[0]
    assert list(heat.y) == ["a · Lyon", "&lt;b&gt; · –"], "in the order given"
    assert [list(row) for row in heat.z] == [[0, 1], [5, None]]
    step = 1 / len(charts.NIGHT_STATES)
    for index, state in enumerate(charts.NIGHT_STATES):
        middle = (index + 0.5) * step
        colour = next(colour for at, colour in reversed(heat.colorscale) if at <= middle)
        assert colour == charts.COLOURS[state], "each code falls into the colour of its state"


def purge_rows() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "fiscal_year": [2019, 2019, None, 2024],
            "verdict": ["purge", "hold", "quarantine", "keep"],
            "lines": [10, 5, 1, 7],
            "entries": [4, 2, 1, 3],
        }
    )


def test_purge_stacks_from_kept_to_purged_with_the_undated_first() -> None:
    figure = charts.purge(purge_rows(), "en")
    assert [trace.name for trace in figure.data] == ["kept", "named hold", "unreadable", "to purge"]
    assert list(figure.data[-1].x) == ["undated", "2019", "2024"]
    assert list(figure.data[-1].y) == [None, 10, None]


@pytest.mark.parametrize("language", labels.LANGUAGES)
def test_the_same_rows_give_the_same_json(language: labels.Language) -> None:
    first = markup.figure_json(charts.availability(availability_months(), environment_months(), language))
    again = markup.figure_json(charts.availability(availability_months(), environment_months(), language))
    assert first == again
