"""FEC: the French file of accounting entries, as LPF art. A47 A-1 lays it out and as real software bends it.

`history/fec/<client_id>/<dossier_id>/<any name>`. One line per accounting line, 18 fields (21 or 22 for cash books), separated by
tab or pipe. A quote is text. Every departure from the law's layout is named in `fec_deviations`, none makes a line unreadable
but a date or an amount that cannot be one, or fields that cannot be told apart.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from unicodedata import normalize

import polars as pl

from pipelines.errors import UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.readers import RAW_CHARACTERS, REJECT_SCHEMA, Batch, Reader
from pipelines.readers.certainty import letterings, unclear, visible
from pipelines.readers.fec_xml import is_xml, read_xml
from pipelines.readers.history_canonical import UNREADABLE_SCHEMA
from pipelines.readers.movement_keys import BOOKED, TIES, keyed, lettering_ids, occurrences
from pipelines.schemas import LandingModel
from pipelines.schemas.history import (
    FIRST_YEAR,
    LAST_YEAR,
    TOO_LARGE,
    FecDeviations,
    FecFiles,
    FecYears,
    Movements,
)

LAW = "LPF art. A47 A-1"
ORDER_2013 = "order of 29 July 2013"
# Fields in the order of the law, as it spells them.
FIELDS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise", "Idevise",
)  # fmt: skip
SIGNED_FIELDS = ("Montant", "Sens")  # instead of Debit and Credit
CASH_FIELDS = ("DateRglt", "ModeRglt", "NatOp", "IdClient")  # after the 18, in cash books
CANONICAL = {
    "journal_code": "JournalCode",
    "entry_number": "EcritureNum",
    "entry_on": "EcritureDate",
    "account": "CompteNum",
    "auxiliary_account": "CompAuxNum",
    "piece": "PieceRef",
    "piece_on": "PieceDate",
    "label": "EcritureLib",
    "lettering": "EcritureLet",
    "lettered_on": "DateLet",
    "validated_on": "ValidDate",
    "journal_label": "JournalLib",
    "account_label": "CompteLib",
    "auxiliary_label": "CompAuxLib",
    "currency_amount": "Montantdevise",
    "currency": "Idevise",
}
# Entry keys tried, the law's first: a later one is taken only where it leaves fewer unbalanced entries.
ENTRY_KEYS: dict[str, tuple[str, ...]] = {
    "journal_number_date": ("journal_code", "entry_number", "entry_on"),
    "journal_date_piece": ("journal_code", "entry_on", "piece"),
    "journal_date": ("journal_code", "entry_on"),
    "journal_number": ("journal_code", "entry_number"),
}
AMOUNT, TOTAL = pl.Decimal(18, 2), pl.Decimal(24, 2)  # of a line, of a sum of lines
CHUNK_ROWS = 1_000_000
_NAME = re.compile(r"(?P<siren>\d*)FEC(?P<closing>\d{8})", re.IGNORECASE)
_LEGAL_NAME = re.compile(r"^\d{9}FEC\d{8}(_\d+)?\.(txt|csv|xml)$", re.IGNORECASE)
_ASCII = bytes(range(0x80))
# Bytes of several-byte UTF-8 characters by their place, all others as a dot: a search of such texts is a tenth of one by pattern.
_UTF8_PLACES = bytes(
    ord(
        "2" if 0xC2 <= byte <= 0xDF else "3" if 0xE0 <= byte <= 0xEF else "c" if 0x80 <= byte <= 0xBF else "."
    )
    for byte in range(256)
)
_BLANKS = r"[\s\u00a0\u202f\u2007\u2009]"
# Letters of French texts, which decide between single-byte character sets; anything else above ASCII speaks against one.
_FRENCH = set("éèàùâêîôûçëïüÿœæÉÈÀÙÂÊÎÔÛÇËÏÜŸŒÆ°€«»’–…²³½§µ£")


@dataclass
class _Text:
    """A file's text and how it was written."""

    text: str
    encoding: str
    has_mark: bool
    one_byte_per_character: bool
    size_bytes: int
    line_bytes: list[int] | None = (
        None  # where some lines are UTF-8 and others are not: bytes of each, line end left out
    )

    @cached_property
    def line_ends(self) -> tuple[int, int, int]:
        """How many CR LF, LF and CR there are; those of the first among the others."""
        returns = self.text.count("\r")
        return self.text.count("\r\n") if returns else 0, self.text.count("\n"), returns


@dataclass
class _Deviations:
    """Departures from the law's layout, in the order they were met."""

    rows: list[dict[str, object]] = field(default_factory=list)

    def add(self, name: str, rows: int, example: object, clause: str) -> None:
        shown = None if example is None or str(example) == "" else str(example)[:200]
        self.rows.append({"deviation": name, "rows": rows, "first_value": shown, "clause": clause})

    def merged(self) -> list[dict[str, object]]:
        """One row per name: lines added up, the first value, every clause."""
        rows: dict[str, dict[str, object]] = {}
        for row in self.rows:
            kept = rows.setdefault(str(row["deviation"]), dict(row))
            if kept is not row and kept != row:
                kept["rows"] = int(str(kept["rows"])) + int(str(row["rows"]))
                kept["clause"] = f"{kept['clause']}; {row['clause']}"
        return list(rows.values())

    def where(self, name: str, texts: pl.Series, mask: pl.Series, clause: str) -> None:
        """A deviation of the lines that `mask` marks, with the first text of them."""
        count = int(mask.sum() or 0)
        if count:
            self.add(name, count, texts.filter(mask)[0], clause)


def read(file: InboxFile) -> Iterator[Batch]:
    """Movements of one FEC file, and what the file says about itself."""
    client_id, dossier_id = _owner(file)
    data = file.read()
    found = _Deviations()
    if is_xml(data):
        text, header, separator, rows, rules = _xml_fields(data, file, found)
    else:
        text = _decoded(data, file, found)
        lines = _lines(text, found)
        header, separator = _header(lines, file, found)
        rows, rules = _fields(lines.slice(header.lines_before), header, separator, found)
    columns, broken = _typed(rows, header, rules, found)
    frame = pl.DataFrame(columns)
    good = frame.filter(broken.is_null())
    good = good.with_columns(
        line_number=occurrences(good), client_id=pl.lit(client_id), dossier_id=pl.lit(dossier_id)
    )
    good = keyed(good, pl.lit(client_id), pl.lit(dossier_id), (*BOOKED, "line_number"))
    file_ref = hashlib.sha256(data).hexdigest()
    lost = _lost(frame, broken, rows, separator)
    report, years = _report(file, text, header, separator, good, lost, found)
    unreadable = _unreadable(lost, file_ref, client_id, dossier_id)
    rejects = lost.select(*REJECT_SCHEMA)
    departures = ", ".join(dict.fromkeys(str(row["deviation"]) for row in found.rows)) or "none"
    note = f"{report['rows']} lines, entry key {report['entry_key']}, departures from {LAW}: {departures}"
    names = list(Movements.to_schema().columns)
    for start in range(0, max(good.height, 1), CHUNK_ROWS):
        first = start == 0
        yield Batch(
            "movements",
            good.slice(start, CHUNK_ROWS).select(names),
            rejects if first else rejects.clear(),
            lambda wanted: _raw(rows, wanted),
            (note,) if first else (),
        )
    if unreadable.height:
        yield Batch("unreadable_movements", unreadable)
    owner = {"file_ref": file_ref, "client_id": client_id, "dossier_id": dossier_id}
    yield Batch("fec_files", _table(FecFiles, [{**report, **owner}]))
    yield Batch(
        "fec_years", years.with_columns(file_ref=pl.lit(file_ref)).select(FecYears.to_schema().columns.keys())
    )
    if found.rows:
        yield Batch(
            "fec_deviations",
            _table(FecDeviations, [{**row, "line": 1, "file_ref": file_ref} for row in found.merged()]),
        )


def _table(model: type[LandingModel], rows: list[dict[str, object]]) -> pl.DataFrame:
    schema = {name: column.dtype.type for name, column in model.to_schema().columns.items()}
    return pl.DataFrame(rows, schema=schema)


def _owner(file: InboxFile) -> tuple[str, str]:
    folders = file.below_format
    if len(folders) < 2:
        raise UnreadableFile(
            "no_dossier",
            f"{file.name}: expected history/fec/<client_id>/<dossier_id>/{file.path.name}; move it there",
            file.folder,
        )
    return folders[0], folders[1]


# ---------------------------------------------------------------- bytes to lines
def _decoded(data: bytes, file: InboxFile, found: _Deviations) -> _Text:
    """Text by the byte-order mark, else UTF-8 where the bytes are, else the single-byte set that gives French letters."""
    if not data.strip():
        raise UnreadableFile("empty_file", f"{file.name}: holds nothing; expected a header and lines")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decoded_utf16(data, file, found)
    if b"\x00" in data[:4096]:
        raise UnreadableFile(
            "not_a_text",
            f"{file.name}: binary, or UTF-16 without its mark; {LAW} asks for ASCII or ISO 8859-15. Convert it",
            repr(data[:20]),
        )
    has_mark = data.startswith(b"\xef\xbb\xbf")
    declared = file.config.get("encoding")
    try:
        encoding = str(declared) if declared else _encoding(data)
        text = data.decode(encoding.replace("utf-8", "utf-8-sig"))
    except (UnicodeDecodeError, LookupError) as error:
        raise UnreadableFile(
            "wrong_encoding", f"{file.name}: not readable as {declared or 'UTF-8'} ({error})"
        ) from error
    if has_mark:
        found.add("byte_order_mark", 0, "EF BB BF", f"{LAW}: no byte-order mark in ASCII or ISO 8859-15")
    if not declared and encoding not in ("ascii", "utf-8") and _holds_utf8(data):
        return _decoded_by_line(data, encoding, found)
    if encoding not in ("ascii", "iso8859-15"):
        found.add("encoding", 0, encoding, f"{LAW}: ASCII, ISO 8859-15 or EBCDIC")
    return _Text(text, encoding, has_mark, encoding not in ("utf-8", "ascii"), len(data))


def _decoded_utf16(data: bytes, file: InboxFile, found: _Deviations) -> _Text:
    """What spreadsheets call Unicode text: two bytes a character, four beyond the first plane."""
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError as error:
        raise UnreadableFile("wrong_encoding", f"{file.name}: not readable as UTF-16 ({error})") from error
    found.add("encoding", 0, "utf-16", f"{LAW}: ASCII, ISO 8859-15 or EBCDIC")
    end = "\n" if "\n" in text else "\r"
    *ended, last = [len(line.encode("utf-16-le")) for line in text.split(end)]
    # `_lines` adds a byte for the line end; here it has two.
    return _Text(text, "utf-16", True, False, len(data), [*(size + 1 for size in ended), last])


def _decoded_by_line(data: bytes, encoding: str, found: _Deviations) -> _Text:
    """Exports glued together: lines whose bytes are UTF-8 are read as such, the others in the single-byte set.

    French text in a single-byte set does not form UTF-8 sequences: an accented capital before a sign or a drawing character.
    """
    end = b"\n" if b"\n" in data else b"\r"
    lines = data.split(end)
    texts = [_line_text(line, encoding) for line in lines]
    read = sum(1 for line, text in zip(lines, texts, strict=True) if text != line.decode(encoding))
    if read:
        found.add("mixed_encodings", read, "utf-8", f"{LAW}: one character set")
    if encoding != "iso8859-15":
        found.add("encoding", 0, encoding, f"{LAW}: ASCII, ISO 8859-15 or EBCDIC")
    return _Text(end.decode().join(texts), encoding, False, True, len(data), [len(line) for line in lines])


def _holds_utf8(data: bytes) -> bool:
    """Whether some bytes form a UTF-8 character of two or three bytes."""
    places = data.translate(_UTF8_PLACES)
    return b"2c" in places or b"3cc" in places


def _line_text(line: bytes, encoding: str) -> str:
    if not line.isascii():
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return line.decode(encoding)


def _encoding(data: bytes) -> str:
    if data.isascii():
        return "ascii"
    try:
        data.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        pass
    counts = Counter(data.translate(None, _ASCII))
    scores = {}
    for name in ("iso8859-15", "cp850", "cp1252"):
        score = 0
        for byte, count in counts.items():
            character = bytes([byte]).decode(name, errors="replace")
            letter = character.isalpha()
            score += count * (3 if character in _FRENCH else -1 if letter else -3)
        scores[name] = score
    return max(scores, key=lambda name: scores[name])  # on equal footing the law's own


def _lines(text: _Text, found: _Deviations) -> pl.DataFrame:
    """Lines with their number and bytes, line ends included; blank lines and a DOS end-of-file sign do not count."""
    both, line_feeds, returns = text.line_ends
    end = "\r" if not line_feeds else "\n"
    pieces = pl.Series("text", [text.text]).str.split(end).explode()
    ended = pl.int_range(len(pieces), eager=True) < len(pieces) - 1
    characters = text.one_byte_per_character
    if text.line_bytes:
        size = pl.Series(text.line_bytes, dtype=pl.Int64)
    else:
        size = (pieces.str.len_chars() if characters else pieces.str.len_bytes()).cast(pl.Int64)
    frame = pl.DataFrame(
        {"text": pieces.str.strip_suffix("\r") if both else pieces, "size_bytes": size + ended.cast(pl.Int64)}
    )
    frame = frame.with_columns(line=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
    kept = frame.filter(frame["text"].str.strip_chars(" \t\r\x1a|").str.len_bytes() > 0)
    if both and (both != line_feeds or returns != both):
        found.add(
            "mixed_line_ends",
            line_feeds - both or returns - both,
            "CR LF beside LF or CR",
            f"{LAW}: one record, one line end",
        )
    return kept


def _line_end(text: _Text) -> str:
    both, line_feeds, returns = text.line_ends
    if both:
        return "CRLF" if both == line_feeds == returns else "mixed"
    return "LF" if line_feeds else "CR" if returns else "none"


# ---------------------------------------------------------------- header
@dataclass
class _Header:
    names: list[str]  # the law's spelling where known, else as written; "" for a field after a last separator
    written: list[str]
    is_there: bool
    layout: str
    is_cash: bool
    size_bytes: int
    lines_before: int
    is_quoted: bool = False  # every name in double quotes: the fields below are read as CSV writes them

    @property
    def known(self) -> list[tuple[int, str]]:
        """Place and name of the law's fields; what others hold is never read."""
        return [
            (place, name)
            for place, name in enumerate(self.names)
            if name in (*FIELDS, *SIGNED_FIELDS, *CASH_FIELDS)
        ]


def _normal(name: str) -> str:
    """Letters of a name, accents aside (Débit)."""
    return re.sub(r"[^a-z]", "", normalize("NFKD", name).lower())


_KNOWN = {_normal(name): name for name in (*FIELDS, *SIGNED_FIELDS, *CASH_FIELDS)}


def _header(lines: pl.DataFrame, file: InboxFile, found: _Deviations) -> tuple[_Header, str]:
    if lines.is_empty():
        raise UnreadableFile(
            "empty_file", f"{file.name}: holds nothing but blank lines; expected a header and lines"
        )
    first = str(lines["text"][0])
    separator = str(file.config.get("delimiter") or max("\t|;,", key=first.count))
    if separator not in "\t|":
        found.add("separator", 0, separator, f"{LAW}: tab or pipe between fields")
    written = [name.strip().strip("\ufeff") for name in first.split(separator)]
    is_quoted = all(len(name) > 1 and name[0] == name[-1] == '"' for name in written if name)
    if is_quoted:
        written = [name[1:-1].strip() for name in written]
        found.add("quoted_fields", 0, first[:80], f"{LAW}: fields as they are, without quotes")
    names = [_KNOWN.get(_normal(name), name) for name in written]
    is_there = len({"JournalCode", "EcritureDate", "CompteNum"} & set(names)) == 3
    if not is_there:
        looks_like_data = len(written) >= len(FIELDS) and re.fullmatch(r"\d{8}", written[3])
        if not looks_like_data:
            raise UnreadableFile(
                "not_a_fec",
                f"{file.name}: the first line names no {', '.join(FIELDS[:5])}...; expected the header of a FEC file",
                first[:200],
            )
        found.add("header_missing", 0, first[:80], f"{LAW}: the first line names the fields")
        names = [
            *(FIELDS + CASH_FIELDS)[: len(written)],
            *[""] * (len(written) - len(FIELDS) - len(CASH_FIELDS)),
        ]
    signed = set(SIGNED_FIELDS) <= set(names)
    missing = [
        name for name in ("JournalCode", "EcritureNum", "EcritureDate", "CompteNum") if name not in names
    ]
    if not signed and not {"Debit", "Credit"} <= set(names):
        missing += ["Debit and Credit, or Montant and Sens"]
    twice = [name for name in names if name and names.count(name) > 1]
    if missing or twice:
        what = f"no field {missing[0]}" if missing else f"field {twice[0]} stands twice"
        raise UnreadableFile(
            "wrong_header", f"{file.name}: {what}; the header is {first[:300]!r}", first[:200], None
        )
    if is_there:
        _header_deviations(written, names, signed, found)
    header = _Header(
        names, written, is_there, "montant_sens" if signed else "debit_credit",
        any(name in names for name in CASH_FIELDS), int(lines["size_bytes"][0]) if is_there else 0, 1 if is_there else 0,
        is_quoted,
    )  # fmt: skip
    return header, separator


def _header_deviations(written: list[str], names: list[str], signed: bool, found: _Deviations) -> None:
    expected = [*FIELDS[:11], *(SIGNED_FIELDS if signed else FIELDS[11:13]), *FIELDS[13:]]
    other_case = [name for name, known in zip(written, names, strict=True) if name != known]
    if other_case:
        found.add("header_spelling", 0, ", ".join(other_case), f"{LAW}: names of the fields as in the law")
    unknown = [name for name in names if name and name not in (*FIELDS, *SIGNED_FIELDS, *CASH_FIELDS)]
    if unknown:
        found.add("unknown_fields", 0, ", ".join(unknown), f"{LAW}: 18 fields, 21 or 22 for cash books")
    absent = [name for name in expected if name not in names]
    if absent:
        found.add("missing_fields", 0, ", ".join(absent), f"{LAW}: 18 fields")
    ours = [name for name in names if name in (*expected, *CASH_FIELDS)]
    if ours != [name for name in (*expected, *CASH_FIELDS) if name in ours]:
        found.add("field_order", 0, ", ".join(ours), f"{LAW}: fields in the order of the law")
    if names[-1] == "":
        found.add(
            "trailing_separator",
            0,
            written[-2] if len(written) > 1 else None,
            f"{LAW}: no separator after the last field",
        )


# ---------------------------------------------------------------- lines to fields
def _fields(
    lines: pl.DataFrame, header: _Header, separator: str, found: _Deviations
) -> tuple[pl.DataFrame, pl.Series]:
    """Fields as trimmed text (empty: null), and for each line the rule it breaks where its fields cannot be told apart."""
    count = len(header.names)
    separators = lines["text"].str.count_matches(separator, literal=True)
    if header.is_quoted:
        texts, rules = _quoted_fields(lines["text"], header, separator)
    elif (separators == count - 1).all():
        parts = lines["text"].str.split_exact(separator, count - 1).struct.unnest()
        texts = [parts.to_series(position).alias(name) for position, name in header.known]
        rules = _no_rule(lines.height)
    else:
        texts, rules = _ragged_fields(lines["text"], header, separator, found)
    trimmed = pl.DataFrame(texts).select(pl.all().str.strip_chars())
    fields = trimmed.select(pl.when(pl.all().str.len_bytes() > 0).then(pl.all()))
    return lines.select("line", "size_bytes", pl.col("text").alias("raw")).hstack(fields), rules


def _no_rule(height: int) -> pl.Series:
    return pl.Series("broken", [None], dtype=pl.String).new_from_index(0, height)


def _quoted_fields(lines: pl.Series, header: _Header, separator: str) -> tuple[list[pl.Series], pl.Series]:
    """What `_fields` tells of a file whose fields stand in quotes, as spreadsheets save them."""
    count = len(header.names)
    records: list[list[str]] = []
    rules: list[str | None] = []
    for line in lines:
        try:
            fields = next(csv.reader([line], delimiter=separator, strict=True), [])
        except csv.Error:
            fields = []
        whole = len(fields) == count
        records.append([*fields, *[""] * count][:count])  # a line cut short still names its entry
        rules.append(None if whole else "wrong_number_of_fields")
    frame = pl.DataFrame(records, schema=[f"{place}" for place in range(count)], orient="row")
    texts = [frame.to_series(place).cast(pl.String).alias(name) for place, name in header.known]
    return texts, pl.Series("broken", rules, dtype=pl.String)


def _xml_fields(
    data: bytes, file: InboxFile, found: _Deviations
) -> tuple[_Text, _Header, str, pl.DataFrame, pl.Series]:
    """What `_fields` tells of the XML form, where dates are written AAAA-MM-JJ and amounts with a point."""
    book = read_xml(data, file, _KNOWN)
    records = [line.fields for line in book.lines]
    names = [
        name for name in (*FIELDS, *SIGNED_FIELDS, *CASH_FIELDS) if any(name in record for record in records)
    ]
    signed = set(SIGNED_FIELDS) <= set(names)
    missing = [
        name for name in ("JournalCode", "EcritureNum", "EcritureDate", "CompteNum") if name not in names
    ]
    if missing or not (signed or {"Debit", "Credit"} <= set(names)):
        raise UnreadableFile(
            "wrong_header",
            f"{file.name}: XML without {missing[0] if missing else 'Debit and Credit, or Montant and Sens'};"
            f" it has {', '.join(names)}",
        )
    if book.unknown:
        found.add(
            "unknown_fields", 0, ", ".join(sorted(book.unknown)), f"{LAW}: 18 fields, 21 or 22 for cash books"
        )
    name = _NAME.search(file.stem)
    closing = _closing(name["closing"]) if name else None
    told = {text.replace("-", "") for text in book.closings}
    if closing and told and told != {f"{closing:%Y%m%d}"}:
        found.add(
            "closing_differs",
            0,
            ", ".join(book.closings),
            f"{LAW}: DateCloture is that of the name, {closing}",
        )
    columns = {name: pl.Series([record.get(name) for record in records], dtype=pl.String) for name in names}
    for column, texts in columns.items():
        if column in (*SIGNED_FIELDS[:1], "Debit", "Credit"):
            columns[column] = texts.str.strip_chars().str.replace(r"^(-?\d+)\.(\d*)$", "${1},${2}")
        elif column.endswith("Date") or column == "DateLet":
            columns[column] = texts.str.strip_chars().str.replace(
                r"^(\d{4})-(\d{2})-(\d{2})$", "${1}${2}${3}"
            )
    fields = pl.DataFrame(columns).select(pl.all().str.strip_chars())
    fields = fields.select(pl.when(pl.all().str.len_bytes() > 0).then(pl.all()))
    places = pl.DataFrame(
        {
            "line": [line.line for line in book.lines],
            "size_bytes": [line.size_bytes for line in book.lines],
            "raw": [line.raw for line in book.lines],
        },
        schema_overrides={"line": pl.Int64, "size_bytes": pl.Int64},
    )
    header = _Header(
        names,
        names,
        True,
        "montant_sens" if signed else "debit_credit",
        any(n in names for n in CASH_FIELDS),
        0,
        0,
    )
    text = _Text("", "xml", False, False, len(data))
    return text, header, "xml", places.hstack(fields), _no_rule(len(records))


def _ragged_fields(
    lines: pl.Series, header: _Header, separator: str, found: _Deviations
) -> tuple[list[pl.Series], pl.Series]:
    """What `_fields` tells where some lines have other fields than the header.

    One more field on every line, empty, is a separator behind the last; optional last fields that every line lacks are not
    kept there. On single lines a field too many may be a separator within a label, a field too few a line cut short.
    """
    count = len(header.names)
    parts = lines.str.split(separator)
    lengths = parts.list.len().cast(pl.Int64)
    optional = {"Montantdevise", "Idevise", *CASH_FIELDS, ""}
    needed = max(position for position, name in enumerate(header.names) if name not in optional) + 1
    length = int(lengths[0]) if len(lines) and lengths.n_unique() == 1 else count
    if length == count + 1 and (parts.list.last().str.strip_chars() == "").all():
        found.where("trailing_separator", lines, lengths > count, f"{LAW}: no separator after the last field")
    elif needed <= length < count:
        found.where("field_count", lines, lengths < count, f"{LAW}: every line has the fields of the header")
    else:
        length = count
    # A header that ends with a separator has one name more than its lines need.
    is_whole = (lengths == length) | ((lengths == count - 1) & pl.lit(header.names[-1] == ""))
    rules = pl.select(
        pl.when(is_whole)
        .then(None)
        .when(lengths < length)
        .then(pl.lit("too_few_fields"))
        .otherwise(pl.lit("wrong_number_of_fields"))
    ).to_series()
    texts = [parts.list.get(position, null_on_oob=True).alias(name) for position, name in header.known]
    return texts, rules.cast(pl.String)


# ---------------------------------------------------------------- fields to types
def _typed(
    rows: pl.DataFrame, header: _Header, broken: pl.Series, found: _Deviations
) -> tuple[list[pl.Series], pl.Series]:
    """Typed columns, and the first rule each line breaks as `rule|field` (null: none), `broken` first."""
    columns: list[pl.Series] = [rows["line"], rows["size_bytes"]]
    lawful_dates = _lawful_dates(rows)
    empty = pl.Series("", [None], dtype=pl.String).new_from_index(0, rows.height)
    for name, source in CANONICAL.items():
        raw = rows[source] if source in rows.columns else empty
        if name.endswith("_on"):
            values, lost = lawful_dates.get(source) or _dates(raw, source, found)
            broken = _first(broken, lost, f"not_a_date|{source}")
            if source == "EcritureDate":
                broken = _first(broken, values.is_null(), f"required_value_missing|{source}")
            columns.append(values.alias(name))
            continue
        if name in TIES:
            raw = visible(raw)
        if name in ("journal_code", "account"):
            broken = _first(broken, raw.is_null(), f"required_value_missing|{source}")
        if name == "entry_number":
            found.where("entry_number_empty", rows["raw"], raw.is_null(), f"{LAW}: EcritureNum on every line")
            raw = raw.fill_null("")
        columns.append(raw.alias(name))
    columns = _understood(columns, rows, found)
    debit, credit, rules = _amounts(rows, header, found)
    broken = broken.zip_with(broken.is_not_null(), rules)
    columns += [debit.alias("debit"), credit.alias("credit")]
    return columns, broken


def _understood(columns: list[pl.Series], rows: pl.DataFrame, found: _Deviations) -> list[pl.Series]:
    """The columns, letterings that letter nothing emptied, and whether account and lettering can be understood."""
    named = {column.name: column for column in columns}
    named["lettering"] = letterings(named["lettering"])
    accounts, quoted = unclear(named["account"], named["lettering"])
    found.where(
        "unclear_account",
        named["account"],
        accounts,
        f"{LAW}: the first three characters of CompteNum are digits",
    )
    found.where(
        "unclear_lettering", named["lettering"], quoted, f"{LAW}: EcritureLet as it is, without quotes"
    )
    return [*named.values(), (accounts | quoted).alias("is_unclear")]


def _first(broken: pl.Series, mask: pl.Series, rule: str) -> pl.Series:
    if not mask.any():
        return broken
    return broken.set(broken.is_null() & mask.fill_null(False), rule)


def _lawful_dates(rows: pl.DataFrame) -> dict[str, tuple[pl.Series, pl.Series]]:
    """Date fields written as the law asks on every line, all in one pass; what `_dates` would give for them."""
    names = [name for key, name in CANONICAL.items() if key.endswith("_on") and name in rows.columns]
    values = [pl.col(name).str.to_date("%Y%m%d", strict=False).alias(name) for name in names]
    lawful = [
        (
            pl.col(name).is_null()
            | (
                pl.col(name).str.contains(r"^\d{8}$")
                & pl.col(name).str.slice(0, 4).is_between(pl.lit(str(FIRST_YEAR)), pl.lit(str(LAST_YEAR)))
            )
        )
        .all()
        .alias(f"{name} is lawful")
        for name in names
    ]
    found = rows.select(*values, *lawful) if rows.height else rows.select()
    no_loss = pl.Series([False]).new_from_index(0, rows.height)
    lost = {name: found[name].null_count() != rows[name].null_count() for name in names if found.width}
    return {
        name: (found[name], no_loss)
        for name in names
        if found.width and found[f"{name} is lawful"][0] and not lost[name]
    }


def _dates(raw: pl.Series, name: str, found: _Deviations) -> tuple[pl.Series, pl.Series]:
    """Dates as AAAAMMJJ, or as exports write them else; all zeros is an empty date. `lost`: there, but no date."""
    zeros = raw.str.contains(r"^0+$").fill_null(False)
    text = raw.set(zeros, None)
    plain = text.set(~text.str.contains(r"^\d{8}$").fill_null(False), None)
    values = plain.str.to_date("%Y%m%d", strict=False)
    left = text.is_not_null() & plain.is_null()
    if left.any():
        for pattern, layout in ((r"^\d{4}-\d{2}-\d{2}$", "%Y-%m-%d"), (r"^\d{2}/\d{2}/\d{4}$", "%d/%m/%Y")):
            other = text.set(~text.str.contains(pattern).fill_null(False), None)
            values = values.zip_with(values.is_not_null(), other.str.to_date(layout, strict=False))
        found.where("date_layout", text, left & values.is_not_null(), f"{LAW}: dates as AAAAMMJJ ({name})")
    found.where("date_of_zeros", raw, zeros, f"{LAW}: a date not given is left empty ({name})")
    values = values.set(~values.dt.year().is_between(FIRST_YEAR, LAST_YEAR).fill_null(True), None)
    return values, text.is_not_null() & values.is_null()


def _amounts(
    rows: pl.DataFrame, header: _Header, found: _Deviations
) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Debit and Credit exactly, and the rule broken as `rule|field`."""
    broken = pl.Series("broken", [None], dtype=pl.String).new_from_index(0, rows.height)
    zero = pl.Series([0], dtype=pl.Int64).new_from_index(0, rows.height).cast(AMOUNT)
    if header.layout == "debit_credit":
        sides = []
        lawful = _lawful_numbers(rows)
        for name in ("Debit", "Credit"):
            values, lost = lawful.get(name) or _numbers(rows[name], found, name)
            broken = _first(broken, lost, f"not_an_amount|{name}")
            broken = _first(broken, values.abs() >= TOO_LARGE, f"amount_too_large|{name}")
            sides.append(values)
        debit, credit = sides
        neither = rows["Debit"].is_null() & rows["Credit"].is_null()
        broken = _first(broken, neither, "required_value_missing|Debit")
        one = (rows["Debit"].is_null() | rows["Credit"].is_null()) & ~neither
        found.where("amount_empty", rows["raw"], one, f"{LAW}: Debit and Credit on every line")
        return debit.fill_null(0).cast(AMOUNT), credit.fill_null(0).cast(AMOUNT), broken
    values, lost = _numbers(rows["Montant"], found, "Montant")
    broken = _first(broken, lost, "not_an_amount|Montant")
    broken = _first(broken, values.abs() >= TOO_LARGE, "amount_too_large|Montant")
    broken = _first(broken, rows["Montant"].is_null(), "required_value_missing|Montant")
    side = rows["Sens"].str.to_uppercase()
    is_debit, is_credit = (
        side.is_in(["D", "DEBIT", "DÉBIT", "+1", "1", "+"]),
        side.is_in(["C", "CREDIT", "CRÉDIT", "-1", "-"]),
    )
    broken = _first(broken, ~(is_debit | is_credit).fill_null(False), "unknown_side|Sens")
    values = values.fill_null(0).cast(AMOUNT)
    return (
        zero.zip_with(~is_debit.fill_null(False), values),
        zero.zip_with(~is_credit.fill_null(False), values),
        broken,
    )


def _lawful_numbers(rows: pl.DataFrame) -> dict[str, tuple[pl.Series, pl.Series]]:
    """Amounts written as the law asks on every line, in one pass; what `_numbers` would give for them."""
    names = ("Debit", "Credit")
    lawful = rows.select(
        (pl.col(name).is_null() | pl.col(name).str.contains(r"^(0|[1-9]\d{0,15})(,\d{1,2})?$")).all()
        for name in names
    )
    chosen = [name for name in names if lawful[name][0]]
    values = rows.select(
        pl.col(name).str.replace(",", ".", literal=True).cast(AMOUNT, strict=False) for name in chosen
    )
    no_loss = pl.Series([False]).new_from_index(0, rows.height)
    return {
        name: (values[name], no_loss)
        for name in chosen
        if values[name].null_count() == rows[name].null_count()
    }


def _numbers(raw: pl.Series, found: _Deviations, name: str) -> tuple[pl.Series, pl.Series]:
    """Amounts with a comma or a point; the last of both is the decimal mark where both stand. Never rounded."""
    text = raw
    if text.str.contains(_BLANKS).any():
        found.where(
            "thousands_separator",
            raw,
            raw.str.contains(_BLANKS).fill_null(False),
            f"{LAW}: no thousands separator ({name})",
        )
        text = text.str.replace_all(_BLANKS, "")
    trailing = text.str.contains(r"-$").fill_null(False)
    if trailing.any():
        found.where("trailing_sign", raw, trailing, f"{LAW}: the sign is the first character ({name})")
        text = text.zip_with(~trailing, "-" + text.str.strip_suffix("-"))
    both = text.str.contains(r"[.,].*[.,]").fill_null(False)
    if both.any():
        found.where("thousands_separator", raw, both, f"{LAW}: no thousands separator ({name})")
        french = text.str.contains(r"^[+-]?\d{1,3}(\.\d{3})+,\d*$").fill_null(False)
        english = text.str.contains(r"^[+-]?\d{1,3}(,\d{3})+\.\d*$").fill_null(False)
        text = text.zip_with(~french, text.str.replace_all(".", "", literal=True))
        text = text.zip_with(~english, text.str.replace_all(",", "", literal=True))
    points = text.str.contains(".", literal=True).fill_null(False)
    found.where("decimal_point", raw, points & ~both, f"{LAW}: a comma before the decimals ({name})")
    found.where(
        "negative_amount",
        raw,
        text.str.starts_with("-").fill_null(False),
        f"{LAW}: allowed, the sign first; the other side says the same ({name})",
    )
    text = text.str.replace(",", ".", literal=True)
    fits = text.str.contains(r"^[+-]?(\d{1,18}(\.\d{0,2}0*)?|\.\d{1,2}0*)$").fill_null(False)
    plain = (
        text.set(~fits, None)
        .str.strip_prefix("+")
        .str.replace(r"^(-?)0+(\d)", "${1}${2}")
        .str.replace(r"^(-?)\.", "${1}0.")
    )
    plain = plain.str.replace(r"\.$", "").str.replace(r"(\.\d{2})0+$", "${1}")
    values = plain.cast(AMOUNT, strict=False)
    return values, raw.is_not_null() & values.is_null()


# ---------------------------------------------------------------- what was lost
def _lost(frame: pl.DataFrame, broken: pl.Series, rows: pl.DataFrame, separator: str) -> pl.DataFrame:
    """Rejected lines with REJECT_SCHEMA and what is known of their entry."""
    mask = broken.is_not_null()
    if not mask.any():
        return pl.DataFrame(schema=_LOST_SCHEMA)
    bad = rows.filter(mask)
    rules = broken.filter(mask).str.split("|").list
    columns = rules.get(1, null_on_oob=True).alias("column")
    values = [
        row.get(name) if name else None for row, name in zip(bad.iter_rows(named=True), columns, strict=True)
    ]
    return bad.select(
        "line",
        "size_bytes",
        rules.get(0).alias("rule"),
        columns,
        pl.Series("value", values, dtype=pl.String).str.slice(0, RAW_CHARACTERS),
        pl.col("raw").str.slice(0, RAW_CHARACTERS),
        pl.col("JournalCode").fill_null("").alias("journal_code"),
        pl.col("EcritureNum").fill_null("").alias("entry_number"),
        frame.filter(mask)["entry_on"],
        lettering_ids(frame.filter(mask)).alias("lettering_id"),
        # A text without any separator is no accounting line that was cut.
        (
            rules.get(0).is_in(["wrong_number_of_fields", "too_few_fields"])
            & bad["raw"].str.contains(separator, literal=True)
        )
        .fill_null(False)
        .alias("is_lettering_unknown"),
    )


_LOST_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "line": pl.Int64,
    "size_bytes": pl.Int64,
    **dict.fromkeys(("rule", "column", "value", "raw", "journal_code", "entry_number"), pl.String),
    "entry_on": pl.Date,
    "lettering_id": pl.Int64,
    "is_lettering_unknown": pl.Boolean,
}


def _unreadable(lost: pl.DataFrame, file_ref: str, client_id: str, dossier_id: str) -> pl.DataFrame:
    return lost.with_columns(
        file_ref=pl.lit(file_ref), client_id=pl.lit(client_id), dossier_id=pl.lit(dossier_id)
    ).select(*UNREADABLE_SCHEMA)


def _raw(rows: pl.DataFrame, wanted: set[int]) -> Mapping[int, str]:
    found = rows.filter(pl.col("line").is_in(list(wanted)))
    return {line: text[:RAW_CHARACTERS] for line, text in found.select("line", "raw").iter_rows()}


# ---------------------------------------------------------------- what the file says about itself
@dataclass(frozen=True)
class EntryKey:
    """Entry keys chosen for the journals of a file, and the entries they make."""

    by_journal: Mapping[str, str]  # only journals that need another key than the law's
    entries: int
    unbalanced: int

    def __str__(self) -> str:
        law = next(iter(ENTRY_KEYS))
        return "; ".join([law, *(f"{journal}: {key}" for journal, key in sorted(self.by_journal.items()))])


def base_entries(movements: pl.DataFrame) -> pl.DataFrame:
    """One row per journal, number and date: lines, balance, bytes, sums, first piece."""
    return movements.group_by(*ENTRY_KEYS["journal_number_date"], maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("rows"),
        pl.col("piece").min(),
        pl.col("debit").sum().cast(TOTAL),
        pl.col("credit").sum().cast(TOTAL),
        pl.col("size_bytes").sum(),
    )


def choose_entry_key(entries: pl.DataFrame) -> EntryKey:
    """For each journal the key that leaves the fewest unbalanced entries, the law's where no other leaves fewer.

    A key that leaves fewer only because it lumps more lines into them explains nothing and is not taken.
    """
    chosen: dict[str, str] = {}
    total, unbalanced_total = 0, 0
    for (journal,), group in entries.group_by("journal_code"):
        best: tuple[str, int, int, int] | None = None
        for name, columns in ENTRY_KEYS.items():
            count, unbalanced, rows = _balance(group, columns)
            if best is None or (unbalanced < best[2] and rows <= best[3]):
                best = (name, count, unbalanced, rows)
            if best[2] == 0:
                break
        assert best is not None
        if best[0] != next(iter(ENTRY_KEYS)):
            chosen[str(journal)] = best[0]
        total, unbalanced_total = total + best[1], unbalanced_total + best[2]
    return EntryKey(chosen, total, unbalanced_total)


def _balance(entries: pl.DataFrame, columns: tuple[str, ...]) -> tuple[int, int, int]:
    """Entries by a key, those of them that do not balance, and their lines."""
    grouped = entries.group_by(*columns).agg(
        (pl.col("debit") - pl.col("credit")).sum().alias("left"), pl.col("rows").sum()
    )
    unbalanced = grouped.filter(pl.col("left") != 0)
    return grouped.height, unbalanced.height, int(unbalanced["rows"].sum())


def _report(
    file: InboxFile, text: _Text, header: _Header, separator: str, good: pl.DataFrame,
    lost: pl.DataFrame, found: _Deviations,
) -> tuple[dict[str, object], pl.DataFrame]:  # fmt: skip
    """The rows of `fec_files` and `fec_years`; what they show of deviations is added to `found`."""
    entries = base_entries(good)
    unbalanced = int((entries["debit"] != entries["credit"]).sum())
    key = choose_entry_key(entries) if unbalanced else EntryKey({}, entries.height, 0)
    name = _NAME.search(file.stem)
    closing = _closing(name["closing"]) if name else None
    report: dict[str, object] = {
        "line": 1,
        "file_name": file.path.name,
        "encoding": text.encoding,
        "has_byte_order_mark": text.has_mark,
        "separator": {"\t": "tab", "|": "pipe"}.get(separator, separator),
        "line_end": _line_end(text),
        "columns": len(header.names),
        "layout": header.layout,
        "is_cash_layout": header.is_cash,
        "entry_key": str(key),
        "name_siren": (name["siren"] or None) if name else None,
        "name_closing_on": closing,
        "rows": good.height + lost.height,
        "rows_unreadable": lost.height,
        "entries": entries.height,
        "entries_unbalanced": unbalanced,
        "key_entries": key.entries,
        "key_entries_unbalanced": key.unbalanced,
        "debit": entries["debit"].sum(),
        "credit": entries["credit"].sum(),
        "first_on": good["entry_on"].min(),
        "last_on": good["entry_on"].max(),
        "size_bytes": text.size_bytes,
        "header_bytes": header.size_bytes,
    }
    _name_deviations(file, name, closing, good, found)
    _content_deviations(good, lost, report, found)
    years = (
        entries.group_by(pl.col("entry_on").dt.year().cast(pl.Int64).alias("year"))
        .agg(
            pl.col("rows").sum(),
            pl.len().cast(pl.Int64).alias("entries"),
            pl.col("debit").sum().cast(TOTAL),
            pl.col("credit").sum().cast(TOTAL),
            pl.col("size_bytes").sum(),
        )
        .sort("year")
        .with_columns(line=pl.lit(1, dtype=pl.Int64))
    )
    return report, years


def _closing(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _name_deviations(
    file: InboxFile, name: re.Match[str] | None, closing: date | None, good: pl.DataFrame, found: _Deviations
) -> None:
    """File name against the law and against what the file holds."""
    clause = f"{LAW}: the file is named SirenFECAAAAMMJJ, AAAAMMJJ being the closing date"
    if not _LEGAL_NAME.match(file.stem):
        found.add("file_name", 0, file.path.name, clause)
    if name and not re.fullmatch(r"\d{9}", name["siren"]):
        found.add("name_siren", 0, name["siren"], f"{clause}; a SIREN has 9 digits")
    if name and closing is None:
        found.add("name_closing", 0, name["closing"], f"{clause}; this is no date")
    if closing is None or good.is_empty():
        return
    dates = good["entry_on"]
    opening = _a_year_before(closing)
    found.where("dates_after_closing", dates.cast(pl.String), dates > closing, f"{clause}; {closing} here")
    found.where(
        "dates_before_year", dates.cast(pl.String), dates <= opening, f"{clause}; a year to {closing} here"
    )
    last = dates.max()
    assert isinstance(last, date)
    if last <= closing and (last.year, last.month) != (closing.year, closing.month):
        found.add("closing_not_reached", 0, last, f"{clause}; {closing} here, but the last entry is earlier")


def _a_year_before(closing: date) -> date:
    try:
        return closing.replace(year=closing.year - 1)
    except ValueError:  # 29 February
        return date(closing.year - 1, 2, 28)


def _content_deviations(
    good: pl.DataFrame, lost: pl.DataFrame, report: dict[str, object], found: _Deviations
) -> None:
    """What the lines show: unreadable and unbalanced ones, numbers that repeat, what is left empty."""
    if lost.height:
        found.add(
            "unreadable_lines",
            lost.height,
            lost["raw"][0],
            f"{LAW}: dates as AAAAMMJJ, amounts in decimal form",
        )
    if good.is_empty():
        return
    label = good["label"].fill_null("")
    found.where("valid_date_empty", label, good["validated_on"].is_null(), f"{LAW}: ValidDate of every entry")
    found.where("piece_empty", label, good["piece"].is_null(), f"{LAW}: PieceRef of every line")
    found.where("piece_date_empty", label, good["piece_on"].is_null(), f"{LAW}: PieceDate of every line")
    found.where("label_empty", good["account"], good["label"].is_null(), f"{LAW}: EcritureLib of every line")
    lettered = good["lettering"].is_not_null()
    found.where(
        "lettering_without_date",
        label,
        lettered & good["lettered_on"].is_null(),
        f"{LAW}: DateLet beside EcritureLet",
    )
    found.where(
        "lettering_date_alone",
        label,
        ~lettered & good["lettered_on"].is_not_null(),
        f"{LAW}: EcritureLet beside DateLet",
    )
    letters = good["account"].str.contains(r"^\d{3}").fill_null(False)
    found.where(
        "account_number",
        good["account"],
        ~letters,
        f"{LAW}: the first three characters of CompteNum are digits",
    )
    numbers = good.select(pl.struct("journal_code", "entry_number").n_unique()).item()
    if numbers < int(str(report["entries"])):
        count = int(str(report["entries"])) - numbers
        found.add(
            "entry_number_repeats",
            0,
            f"{count} more dates than numbers",
            f"{LAW}: EcritureNum is one continuous sequence",
        )
    if report["entries_unbalanced"]:
        found.add("unbalanced_entries", 0, report["entries_unbalanced"], f"{ORDER_2013}: entries balance")
    if report["debit"] != report["credit"]:
        found.add(
            "unbalanced_file", 0, f"{report['debit']} / {report['credit']}", f"{ORDER_2013}: entries balance"
        )


READER = Reader(
    "history",
    "fec",
    ("movements", "unreadable_movements", "fec_files", "fec_years", "fec_deviations"),
    read,
    suffixes=(".txt", ".csv", ".tsv", ".fec", ".xml", ""),
)
