"""What a rejected row needs: the words that are allowed and the nearest one, and what to do about the rule it broke."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import PurePosixPath

from pipelines.landing.tables import TABLES

_CORRECT = "correct the row and send it again"
_SEND_AGAIN = "the file is damaged: export and send it again; its other rows were read"
_COLUMN = 'name the file\'s column under [columns] of source.toml (ours = "theirs"), or give the value under [defaults]'
_MOVE = "a misspelt folder or name: move or rename the file"
_ADVICE = {
    "instant_without_offset": 'declare time_zone = "Europe/Paris" (or what it is) in source.toml beside the file',
    "local_time_comes_twice": 'say ambiguous = "earliest" or "latest" in source.toml, or let the tool write an offset',
    "local_time_does_not_exist": "no clock showed that time: let the tool write an offset, such as +02:00",
    "not_an_allowed_value": "write an allowed word, or map the tool's own in source.toml where its format can",
    "required_value_missing": _COLUMN,
    "missing_column": _COLUMN,
    "unmapped_environment": "add the name to [environments] of source.toml",
    "too_few_fields": _SEND_AGAIN,
    "too_many_fields": _SEND_AGAIN,
    "broken_record": _SEND_AGAIN,
    "not_utf8": 'declare encoding = "cp1252" (or what it is) in source.toml, or export as UTF-8',
    "nul_character": _SEND_AGAIN,
    "not_json": _SEND_AGAIN,
    "broken_archive": "the upload was cut short: send the file again",
    "archive_too_large": "the archive inflates out of all proportion: look at it before you send it again",
    "not_parquet": "the file is no Parquet file: export it again",
    "unknown_format": _MOVE,
    "unknown_ending": _MOVE,
    "unknown_file_name": _MOVE,
    "checkpoint_not_a_point": "nothing to do: the rest of a backup job that was killed",
}


def advice(rule: str) -> str:
    """What to do, in one line; every rule has some."""
    return _ADVICE.get(rule, _CORRECT)


def allowed_words(source: str, file: str, column: str | None) -> tuple[str, ...]:
    """The words that a column may hold, as its Pandera model tells them; empty where it holds any.

    Where tables of one source have such columns with other words each, the file's name tells which it is, as it does the reader.
    """
    words: dict[str, tuple[str, ...]] = {}
    for table in TABLES.values():
        if table.source != source or column not in table.columns:
            continue
        for check in table.model.to_schema().columns[column].checks:
            if check.name == "isin":
                words[table.name] = tuple(check.statistics["allowed_values"])
    name = PurePosixPath(file).name
    named = [found for table, found in words.items() if name.startswith(table)] or list(words.values())
    return tuple(dict.fromkeys(word for found in named for word in found))


def nearest(value: str | None, words: Iterable[str]) -> str | None:
    """The allowed word that begins as what was written, else looks most like it; None where none does."""
    by_lower = {word.lower(): word for word in words}
    written = (value or "").strip().lower()
    begun = [word for word in by_lower if written and word.startswith(written)]
    found = begun or difflib.get_close_matches(written, by_lower, n=1, cutoff=0.4)
    return by_lower[found[0]] if found else None
