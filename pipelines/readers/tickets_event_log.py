"""Reader `tickets/event_log`: the event log of any help desk, one record per event.

`source.toml` says what the log means:

    time_zone = "UTC"                        # stamps without an offset
    time_format = "%Y/%m/%d %H:%M:%S%.f"     # unset: ISO 8601
    [columns]                                # ours = the log's
    ticket_id = "Case ID"                    # and event, event_at, client_id, criticality, kind, ...
    [defaults]
    kind = "incident"
    [events]                                 # what the log calls it = its role (EVENT_ROLES)
    "Take in charge ticket" = "taken_in_charge"
    [criticalities]                          # likewise [kinds], [channels], [anomaly_levels]
    "Value 1" = "critical"
    [not_covered_reasons]                    # reasons, or events of role not_covered, in the contract's words
    DUPLICATE = "duplicate"

A column name that stands twice is read as `name` and `name.2`. Unit of account is the event: every event is
accepted, a duplicate, or a reject; tickets, pauses and changes of criticality follow from the accepted
events in SQL. An event, kind or channel that is not mapped is rejected with its name. A criticality or
level that is not mapped leaves the ticket unclassified rather than out of sight. Each is told once per file
with its count; `values_found` lists them all beforehand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.errors import ConfigurationError
from pipelines.inbox.discovery import InboxFile
from pipelines.readers import Batch, Reader, ValueFound, rejects_frame
from pipelines.readers.block import LINE, Block, raw_text
from pipelines.readers.tabular import SUFFIXES, blocks, broken_rows, environment_ids, raw_column
from pipelines.readers.values import UTC_INSTANT, Typed, instants, trimmed
from pipelines.schemas.tickets import (
    ANOMALY_LEVELS,
    CHANNELS,
    CRITICALITIES,
    EVENT_ROLES,
    KINDS,
    TicketEvents,
)

TABLE = "ticket_events"
NOT_COVERED = "not_covered"
_OPTIONS = {
    "time_format": str,
    "events": dict,
    "criticalities": dict,
    "kinds": dict,
    "channels": dict,
    "anomaly_levels": dict,
    "not_covered_reasons": dict,
}
_COLUMNS = TicketEvents.to_schema().columns


@dataclass(frozen=True)
class _Vocabulary:
    """Words of the log -> our words, for one column. Our own words stand for themselves unless mapped
    otherwise.
    """

    column: str
    option: str
    words: Mapping[str, str]

    @classmethod
    def of(cls, file: InboxFile, column: str, option: str, allowed: tuple[str, ...]) -> _Vocabulary:
        """Raises ConfigurationError for a mapping to a word that does not exist."""
        given: Mapping[str, Any] = file.config.get(option, {})
        for word, ours in given.items():
            if ours not in allowed:
                raise ConfigurationError(
                    f"{file.config.where(option)}: {option}.{word!r} = {ours!r},"
                    f" expected one of {', '.join(allowed)}"
                )
        own = {word: word for word in allowed}
        return cls(column, option, {**own, **{word.strip(): str(ours) for word, ours in given.items()}})

    def read(self, raw: pl.Series) -> pl.Series:
        """Our word for each value; null where there is none."""
        return raw.replace_strict(self.words, default=None, return_dtype=pl.String)


@dataclass(frozen=True)
class _Vocabularies:
    role: _Vocabulary
    kind: _Vocabulary
    channel: _Vocabulary
    criticality: _Vocabulary
    anomaly_level: _Vocabulary

    @classmethod
    def of(cls, file: InboxFile) -> _Vocabularies:
        return cls(
            _Vocabulary.of(file, "event", "events", tuple(EVENT_ROLES)),
            _Vocabulary.of(file, "kind", "kinds", KINDS),
            _Vocabulary.of(file, "channel", "channels", CHANNELS),
            _Vocabulary.of(file, "criticality", "criticalities", CRITICALITIES),
            _Vocabulary.of(file, "anomaly_level", "anomaly_levels", ANOMALY_LEVELS),
        )

    def __iter__(self) -> Iterator[_Vocabulary]:
        return iter((self.role, self.kind, self.channel, self.criticality, self.anomaly_level))


def read(file: InboxFile) -> Iterator[Batch]:
    """Batches of events. Raises UnreadableFile for a missing column, ConfigurationError for a mapping to
    nowhere.
    """
    vocabularies = _Vocabularies.of(file)
    found: Counter[tuple[str, str]] = Counter()
    first = True
    for block in blocks(file):
        if first:
            yield Batch(TABLE, _no_rows(), notes=(*block.notes, *_column_notes(block, file)))
            first = False
        texts = _texts(block, file)
        _count(texts, vocabularies, found)
        yield _events(block, texts, vocabularies, file)
    notes = tuple(
        f"{value.column} {value.value!r} is not mapped ({value.count} rows);"
        f" add it under [{option}] in source.toml"
        for value, option in _values(found, vocabularies)
        if value.read_as is None
    )
    yield Batch(TABLE, _no_rows(), notes=notes)


def values_found(file: InboxFile) -> list[ValueFound]:
    """Every event, kind, channel, criticality and level of the file, most frequent first, and what each is
    read as.
    """
    vocabularies = _Vocabularies.of(file)
    found: Counter[tuple[str, str]] = Counter()
    for block in blocks(file):
        _count(_texts(block, file), vocabularies, found)
    return [value for value, _ in _values(found, vocabularies)]


def _texts(block: Block, file: InboxFile) -> dict[str, pl.Series]:
    """Our columns as the log's text; `role` and `criticality_given` follow from others."""
    texts = {}
    for name, column in _COLUMNS.items():
        if name not in (LINE, "role", "criticality_given"):
            raw = trimmed(raw_column(block.rows, name, column, file.config, file))
            texts[name] = raw if raw.dtype == pl.String or name == "event_at" else raw.cast(pl.String)
    return texts


def _count(
    texts: Mapping[str, pl.Series], vocabularies: _Vocabularies, found: Counter[tuple[str, str]]
) -> None:
    for vocabulary in vocabularies:
        counts = texts[vocabulary.column].drop_nulls().value_counts(name="rows")
        for value, rows in counts.iter_rows():
            found[vocabulary.column, value] += rows


def _values(found: Counter[tuple[str, str]], vocabularies: _Vocabularies) -> Iterator[tuple[ValueFound, str]]:
    for vocabulary in vocabularies:
        of_column = [
            (count, value) for (column, value), count in found.items() if column == vocabulary.column
        ]
        for count, value in sorted(of_column, key=lambda pair: (-pair[0], pair[1])):
            yield ValueFound(vocabulary.column, value, vocabulary.words.get(value), count), vocabulary.option


def _events(
    block: Block, texts: Mapping[str, pl.Series], vocabularies: _Vocabularies, file: InboxFile
) -> Batch:
    rows = block.rows
    at = _instants(texts["event_at"], file)
    environment = environment_ids(texts["environment_id"], file)
    role = vocabularies.role.read(texts["event"])
    kind = vocabularies.kind.read(texts["kind"])
    channel = vocabularies.channel.read(texts["channel"])
    given = {
        **texts,
        LINE: rows[LINE],
        "event_at": at.values,
        "environment_id": environment.values,
        "role": role,
        "kind": kind,
        "channel": channel,
        "criticality": vocabularies.criticality.read(texts["criticality"]),
        "criticality_given": texts["criticality"],
        "anomaly_level": vocabularies.anomaly_level.read(texts["anomaly_level"]),
        "not_covered_reason": _reasons(texts, role, file),
    }
    broken = [
        ("event_at", texts["event_at"], at.broken),
        ("environment_id", texts["environment_id"], environment.broken),
        ("event", texts["event"], Typed.of(texts["event"], role, "unmapped_event").broken),
        ("kind", texts["kind"], Typed.of(texts["kind"], kind, "unmapped_kind").broken),
        ("channel", texts["channel"], Typed.of(texts["channel"], channel, "unmapped_channel").broken),
    ]
    broken = [entry for entry in broken if entry[2].is_not_null().any()]
    lost = block.lost + broken_rows(rows, broken)
    frame = pl.DataFrame([given[name].alias(name) for name in _COLUMNS])
    if broken:
        bad = pl.Series([row[LINE] for row in lost], dtype=pl.Int64)
        frame = frame.filter(~pl.col(LINE).is_in(bad.implode()))
    return Batch(TABLE, frame, rejects_frame(lost), lambda wanted: raw_text(rows, wanted))


def _instants(raw: pl.Series, file: InboxFile) -> Typed:
    """Stamps in the declared format; a format that holds the offset itself needs no zone."""
    text = file.config.get("time_format")
    if text is None:
        return instants(raw, file.config)
    if "%z" in text or "%#z" in text:
        values = raw.str.to_datetime(text, strict=False, time_unit="us", exact=True, time_zone="UTC")
        return Typed.of(raw, values.cast(UTC_INSTANT), "not_an_instant")
    return instants(raw, file.config, (text,))


def _reasons(texts: Mapping[str, pl.Series], role: pl.Series, file: InboxFile) -> pl.Series:
    """Why the log says a ticket is not covered: its reason column, else the name of an event of that role;
    both mapped.
    """
    words = {word.strip(): str(ours) for word, ours in file.config.get("not_covered_reasons", {}).items()}
    by_event = texts["event"].set((role != NOT_COVERED).fill_null(True), None)
    reason = texts["not_covered_reason"].zip_with(texts["not_covered_reason"].is_not_null(), by_event)
    return reason.replace(words) if words else reason


def _column_notes(block: Block, file: InboxFile) -> tuple[str, ...]:
    """Columns not kept, and columns whose name stands twice (which one is read is told, not guessed)."""
    mapped = file.config.get("columns", {})
    unknown = [name for name in mapped if name not in _COLUMNS or name in (LINE, "role", "criticality_given")]
    if unknown:
        known = ", ".join(name for name in _COLUMNS if name not in (LINE, "role", "criticality_given"))
        raise ConfigurationError(
            f"{file.config.where('columns')}: columns.{unknown[0]} is unknown; known are {known}"
        )
    taken = {mapped.get(name, name) for name in _COLUMNS}
    left = [name for name in block.rows.columns if name not in taken and name != LINE]
    twice = [name for name in left if name.endswith(".2") and name.removesuffix(".2") in taken]
    notes = [f"unknown columns, not kept: {', '.join(left)}"] if left else []
    notes += [f"column {name.removesuffix('.2')!r} stands twice; the first one is read" for name in twice]
    return tuple(notes)


def _no_rows() -> pl.DataFrame:
    return pl.DataFrame(schema={name: column.dtype.type for name, column in _COLUMNS.items()})


READER = Reader(
    "tickets",
    "event_log",
    (TABLE,),
    read,
    options=_OPTIONS,
    suffixes=SUFFIXES,
    values_found=values_found,
)  # fmt: skip
