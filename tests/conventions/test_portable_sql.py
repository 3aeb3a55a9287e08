"""Models are written in words that DuckDB and Spark both take; what they spell differently stands in `macros/`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.resources import ROOT

ONLY_ONE_ENGINE = {
    "a comma before from": r",\s+from\b",
    "a comma at the end": r",\s*$",
    "a type of DuckDB's (string; instant_type())": r"\b(varchar|timestamptz|hugeint|utinyint|interval)\b",
    "a name in double quotes (quoted('...'))": r'"',
    "an operator of DuckDB's": r"::|//|\*\*|~~|->",
    "a clause of DuckDB's": r"\b(qualify|asof|positional|semi join|anti join|exclude|unnest|unpivot|pivot|try_cast|using sample)\b",
    "a function of DuckDB's": r"\b(epoch_us|epoch|strftime|strptime|date_diff|list|struct_pack|string_agg|string_split|regexp_matches|hash|arg_max|arg_min)\(",
}


def plain(sql: str) -> str:
    """The SQL without comments, texts and Jinja, each in one pass: a quote within a comment begins nothing."""
    without_jinja = re.sub(r"{{.*?}}|{%.*?%}|{#.*?#}", "jinja", sql, flags=re.DOTALL)
    return re.sub(
        r"--[^\n]*|'(?:[^']|'')*'", lambda found: "" if found[0].startswith("-") else "''", without_jinja
    )


@pytest.mark.parametrize(
    "path", sorted((ROOT / "models").rglob("*.sql")), ids=lambda path: str(path.relative_to(ROOT / "models"))
)
def test_a_model_is_sql_that_two_engines_take(path: Path) -> None:
    sql = plain(path.read_text(encoding="utf-8"))
    wrong = {
        what: found[0] for what, pattern in ONLY_ONE_ENGINE.items() if (found := re.search(pattern, sql))
    }
    assert not wrong


@pytest.mark.parametrize(
    "sql",
    [
        "select a, from t", "select a::int from t", 'select "column" from t', "select cast(a as varchar) from t",
        "select a from t qualify b", "select a from t semi join u using (b)", "select list(a) from t",
    ],
)  # fmt: skip
def test_what_one_engine_alone_takes_is_found(sql: str) -> None:
    assert any(re.search(pattern, plain(sql)) for pattern in ONLY_ONE_ENGINE.values())


def test_texts_comments_and_macros_are_not_sql() -> None:
    sql = plain("-- it's varchar\nselect 'a::b', {{ row_hash(\"'x'\") }} -- \"\nfrom t")
    assert not any(re.search(pattern, sql) for pattern in ONLY_ONE_ENGINE.values())
