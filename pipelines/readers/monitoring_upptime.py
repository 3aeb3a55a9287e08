"""Reader `monitoring/upptime`: the status commits of an Upptime repository become probe checks.

A line is `<commit instant>\\t<message>`, as `git log --reverse --format='%cI%x09%s'` prints it, and a
message `<mark> <site> is up (<HTTP code> in <N> ms) <tags>`. Names hold blanks, parentheses and accents and were
edited over the years: `[environments]` of `source.toml` maps every name to its environment, old and new.
Upptime writes when a status changes and about once a day besides, so `period_s` (or `defaults.period_s`)
should say 86400, not the five minutes between its checks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from pipelines.errors import ConfigurationError, UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.readers import REJECT_SCHEMA, Batch, Reader
from pipelines.readers.tabular import environments_of
from pipelines.readers.values import instants

PROBE = "upptime"  # the one probe of an environment, under whatever names its site was logged

# The name is greedy: a site called "what is up" keeps its name. Tags behind the brackets are free.
_STATUS = "up|down|degraded|experiencing degraded performance|degraded performance"
_MESSAGE = rf"^(?<mark>\S+) (?<site>.+) (?:is|has) (?<status>{_STATUS}) \(-?\d+ in (?<latency>-?\d+) ms\)"
_MARKS = {"🟩": "up", "🟥": "down", "🟨": "degraded"}
_COLUMNS = ("environment_id", "probe_id", "checked_at", "status", "period_s", "latency_ms", "message")


def read(file: InboxFile) -> Iterator[Batch]:
    """One batch of checks. Raises UnreadableFile if no line is text, ConfigurationError on wrong settings."""
    mapping, period_s = environments_of(file.config), _period_s(file)
    lines = _lines(file)
    parts = lines.with_columns(
        pl.col("raw").str.splitn("\t", 2).struct.rename_fields(["at", "message"]).alias("parts")
    ).unnest("parts")
    checked = instants(parts["at"].str.strip_chars(), file.config)
    found = parts.with_columns(
        checked.values.alias("checked_at"),
        checked.broken.alias("instant_broken"),
        pl.col("message").str.strip_chars().str.extract_groups(_MESSAGE).alias("found"),
    ).unnest("found")
    named = found.with_columns(
        pl.col("mark").replace_strict(_MARKS, default=None, return_dtype=pl.String).alias("marked"),
        pl.when(pl.col("status").str.contains("degraded"))
        .then(pl.lit("degraded"))
        .otherwise(pl.col("status"))
        .alias("status"),
        _environment(file, mapping),
        _probe(file),
    )
    ruled = named.with_columns(_broken_rule().alias("rule"))
    good = ruled.filter(pl.col("rule").is_null()).with_columns(
        pl.lit(period_s, dtype=pl.Float64).alias("period_s"),
        pl.col("latency").cast(pl.Float64).clip(lower_bound=0).alias("latency_ms"),
        pl.col("message").str.strip_chars(),
    )
    bad = ruled.filter(pl.col("rule").is_not_null()).select(
        "line",
        "rule",
        pl.col("rule").replace_strict(_COLUMN_OF, default=None, return_dtype=pl.String).alias("column"),
        pl.when(pl.col("rule") == "unmapped_environment")
        .then(pl.col("site"))
        .when(pl.col("rule").is_in(["not_a_status_line", "mark_contradicts_status"]))
        .then(pl.col("message"))
        .otherwise(pl.col("at"))
        .alias("value"),
        "raw",
    )
    yield Batch(
        table="checks",
        rows=good.select("line", *_COLUMNS),
        rejects=bad.cast(dict(REJECT_SCHEMA)),  # type: ignore[arg-type]
    )


_COLUMN_OF = {
    "unmapped_environment": "environment_id",
    "not_a_status_line": "message",
    "mark_contradicts_status": "status",
}


def _broken_rule() -> pl.Expr:
    """The first rule a line breaks; null for a good line."""
    return (
        pl.when(pl.col("raw").is_null())
        .then(pl.lit("not_utf8"))
        .when(pl.col("status").is_null())
        .then(pl.lit("not_a_status_line"))
        .when(pl.col("marked").is_not_null() & (pl.col("marked") != pl.col("status")))
        .then(pl.lit("mark_contradicts_status"))
        .when(pl.col("instant_broken").is_not_null())
        .then(pl.col("instant_broken"))
        .when(pl.col("checked_at").is_null())
        .then(pl.lit("not_an_instant"))
        .when(pl.col("environment_id").is_null())
        .then(pl.lit("unmapped_environment"))
    )


def _lines(file: InboxFile) -> pl.DataFrame:
    """Lines that are not blank, numbered from 1; a line that is not UTF-8 has a null text."""
    content = file.read().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    lines = (
        pl.DataFrame({"raw": [_text(line) for line in content]}, schema={"raw": pl.String})
        .with_row_index("line", offset=1)
        .with_columns(pl.col("line").cast(pl.Int64), pl.col("raw").str.strip_chars_end("\r"))
        .filter(pl.col("raw").is_null() | (pl.col("raw").str.strip_chars() != ""))
        .select("line", "raw")
    )
    if lines.height and lines["raw"].null_count() == lines.height:
        raise UnreadableFile("not_utf8", f"{file.name}: no line is UTF-8 text, as an Upptime log is")
    return lines


def _text(line: bytes) -> str | None:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _environment(file: InboxFile, mapping: Mapping[str, str]) -> pl.Expr:
    whole = pl.lit(file.config.get("environment_id"), dtype=pl.String)
    mapped = pl.col("site").str.strip_chars().replace_strict(mapping, default=None, return_dtype=pl.String)
    return pl.coalesce(mapped, whole).alias("environment_id")


def _probe(file: InboxFile) -> pl.Expr:
    """Names mapped to one environment are one probe; sites put wholesale into one environment are not."""
    given = file.config.get("defaults", {}).get("probe_id")
    if (
        given is None
        and file.config.get("environment_id") is not None
        and not file.config.get("environments")
    ):
        return pl.col("site").str.strip_chars().alias("probe_id")
    return pl.lit(str(given or PROBE)).alias("probe_id")


def _period_s(file: InboxFile) -> float | None:
    """Seconds between two lines of a site: `period_s`, else `defaults.period_s`, else left to be deduced."""
    for key, value in (
        ("period_s", file.config.get("period_s")),
        ("defaults", file.config.get("defaults", {}).get("period_s")),
    ):
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            raise ConfigurationError(
                f"{file.config.where(key)}: period_s = {value!r}, expected seconds above 0"
            )
        return float(value)
    return None


READER = Reader("monitoring", "upptime", ("checks",), read, options={"period_s": (int, float)})
