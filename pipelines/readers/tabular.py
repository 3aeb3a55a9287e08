"""Tables as files, whatever their syntax: blocks of records, and columns as `source.toml` names and completes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from pipelines.errors import ConfigurationError, UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.inbox.source_config import SourceConfig
from pipelines.readers import reject
from pipelines.readers.block import LINE, Block, raw_text
from pipelines.readers.csv_text import csv_blocks
from pipelines.readers.json_text import json_blocks
from pipelines.readers.parquet_table import parquet_blocks
from pipelines.readers.values import Typed, trimmed

SUFFIXES = (".csv", ".ndjson", ".jsonl", ".parquet")


def blocks(file: InboxFile) -> Iterator[Block]:
    """Records of a CSV, NDJSON or Parquet file as columns, a column name that stands twice made unique."""
    if file.suffix == ".csv":
        return csv_blocks(file)
    if file.suffix in (".ndjson", ".jsonl"):
        return json_blocks(file)
    if file.suffix == ".parquet":
        return parquet_blocks(file)
    raise UnreadableFile(
        "unknown_ending",
        f"{file.name}: ends in {file.suffix or 'nothing'}, expected .csv, .ndjson, .jsonl or .parquet (.gz, .zst allowed)",
        file.suffix,
    )


def source_column(name: str, config: SourceConfig) -> str:
    """What the file calls our column."""
    return str((config.get("columns") or {}).get(name, name))


def raw_column(
    rows: pl.DataFrame, name: str, column: Any, config: SourceConfig, file: InboxFile
) -> pl.Series:
    """The file's column, completed by what `source.toml` gives; missing altogether: nulls where they are allowed."""
    found = source_column(name, config)
    constant = (config.get("defaults") or {}).get(
        name, config.get(name) if name == "environment_id" else None
    )
    if found in rows.columns:
        raw = rows[found]
        if raw.dtype == pl.Null:
            raw = raw.cast(pl.String)
    elif constant is not None or column.nullable or rows.width == 1:  # no record told of any column
        raw = pl.Series(name, [None], dtype=pl.String).new_from_index(0, rows.height)
    else:
        has = ", ".join([given for given in rows.columns if given != LINE][:20])
        raise UnreadableFile(
            "missing_column",
            f"{file.name}: no column {found!r}, which is required; the file has {has}. "
            "Add it, or name it under [columns] in source.toml",
            column=name,
        )
    if constant is not None:
        raw = raw.fill_null(pl.lit(constant)) if raw.dtype == pl.String else raw
        raw = (
            raw.to_frame("raw").select(pl.coalesce("raw", pl.lit(str(constant)))).to_series()
            if raw.null_count()
            else raw
        )
    return raw.alias(name)


def environment_ids(raw: pl.Series, file: InboxFile) -> Typed:
    """The file's own names of environments as ours, where `[environments]` is given: then a name that it does not know is
    refused. The registry itself is not mapped.

    Raises ConfigurationError for a mapping to nowhere.
    """
    mapping = environments_of(file.config)
    names = trimmed(raw.cast(pl.String, strict=False))
    if not mapping or file.source == "registry":
        return Typed.of(names, names, "unmapped_environment")
    mapped = names.replace_strict(mapping, default=None, return_dtype=pl.String)
    whole = file.config.get("environment_id")
    if whole is not None:  # what fills rows that name none is ours already
        mapped = mapped.zip_with(names.ne_missing(whole), pl.Series([whole]).new_from_index(0, len(names)))
    return Typed.of(names, mapped, "unmapped_environment")


def environments_of(config: SourceConfig) -> Mapping[str, str]:
    """Name, tag, host or repository in the file -> environment_id, as `[environments]` says."""
    mapping: Mapping[str, Any] = config.get("environments", {})
    for name, environment in mapping.items():
        if not isinstance(environment, str) or not environment.strip():
            raise ConfigurationError(
                f"{config.where('environments')}: environments.{name!r} = {environment!r}, expected an environment_id"
            )
    return {name.strip(): environment.strip() for name, environment in mapping.items()}


def broken_rows(
    rows: pl.DataFrame, broken: list[tuple[str, pl.Series, pl.Series]]
) -> list[dict[str, object]]:
    """One reject per row: its first broken value."""
    if not broken:
        return []
    found: dict[int, dict[str, object]] = {}
    for name, raw, rules in broken:
        where = rules.is_not_null().arg_true()
        for index, rule, value in zip(where, rules.gather(where), raw.gather(where), strict=True):
            found.setdefault(index, reject(rows[LINE][index], rule, name, value, None))
    texts = raw_text(rows, {int(str(row["line"])) for row in found.values()})
    return [{**row, "raw": texts.get(int(str(row["line"])))} for _, row in sorted(found.items())]
