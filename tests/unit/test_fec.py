"""The FEC reader on files as real exports bend them: each test writes the few lines it is about."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import UnreadableFile
from pipelines.inbox.discovery import InboxFile
from pipelines.inbox.source_config import SourceConfig
from pipelines.readers import Batch, history_fec

HEADER = [
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
]
LINE = {
    "JournalCode": "VE", "JournalLib": "Ventes", "EcritureNum": "1", "EcritureDate": "20230109", "CompteNum": "411000", "CompteLib": "Clients",
    "CompAuxNum": "C1", "CompAuxLib": "Client un", "PieceRef": "F1", "PieceDate": "20230108", "EcritureLib": "Vente", "Debit": "120,00",
    "Credit": "0,00", "EcritureLet": "", "DateLet": "", "ValidDate": "20230201", "Montantdevise": "", "Idevise": "",
}  # fmt: skip
OTHER = {"CompteNum": "706000", "CompAuxNum": "", "Debit": "0,00", "Credit": "120,00"}


class Fec:
    """Writes a FEC file and reads it back."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def bytes(
        self, data: bytes, name: str = "123456789FEC20231231.txt", **config: object
    ) -> dict[str, Batch]:
        path = self.folder / name
        path.write_bytes(data)
        file = InboxFile(path, f"history/fec/client/dossier/{name}", "history", "fec", SourceConfig(config))
        return {batch.table: batch for batch in history_fec.read(file)}

    def lines(
        self, *changes: dict[str, str], header: list[str] | None = None, separator: str = "\t", end: str = "\n",
        encoding: str = "utf-8", name: str = "123456789FEC20231231.txt", tail: str = "",
    ) -> dict[str, Batch]:  # fmt: skip
        names = header or HEADER
        known = {key.lower(): value for key, value in LINE.items()}
        rows = [separator.join(names) + tail]
        for change in changes:
            values = {**known, **{key.lower(): value for key, value in change.items()}}
            rows.append(separator.join(values.get(field.lower(), "") for field in names) + tail)
        return self.bytes((end.join(rows) + end).encode(encoding), name)


@pytest.fixture
def fec(tmp_path: Path) -> Fec:
    return Fec(tmp_path)


def movements(batches: dict[str, Batch]) -> list[dict[str, object]]:
    return list(batches["movements"].rows.iter_rows(named=True))


def file_report(batches: dict[str, Batch]) -> dict[str, object]:
    return batches["fec_files"].rows.row(0, named=True)


def deviations(batches: dict[str, Batch]) -> dict[str, int]:
    table = batches.get("fec_deviations")
    return dict(table.rows.select("deviation", "rows").iter_rows()) if table else {}


def rules(batches: dict[str, Batch]) -> list[tuple[object, ...]]:
    return list(batches["movements"].rejects.select("line", "rule", "column", "value").iter_rows())


MADE = ("movement_id", "entry_id", "lettering_id", "size_bytes", "line_number", "is_unclear")


def test_a_lawful_line_becomes_a_movement(fec: Fec) -> None:
    batches = fec.lines({}, OTHER, encoding="iso8859-15")
    first = movements(batches)[0]
    assert {name: first[name] for name in first if name not in MADE} == {
        "line": 2, "client_id": "client", "dossier_id": "dossier", "journal_code": "VE", "entry_number": "1",
        "entry_on": date(2023, 1, 9), "account": "411000", "auxiliary_account": "C1", "debit": Decimal("120.00"),
        "credit": Decimal("0.00"), "piece": "F1", "piece_on": date(2023, 1, 8), "lettering": None, "lettered_on": None,
        "validated_on": date(2023, 2, 1), "label": "Vente", "journal_label": "Ventes", "account_label": "Clients",
        "auxiliary_label": "Client un", "currency_amount": None, "currency": None,
    }  # fmt: skip
    assert deviations(batches) == {"closing_not_reached": 0}


@pytest.mark.parametrize("separator", ["\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separator_and_line_end_change_nothing_but_the_bytes(fec: Fec, separator: str, end: str) -> None:
    batches = fec.lines({}, OTHER, separator=separator, end=end)
    rows = batches["movements"].rows
    reference = fec.lines({}, OTHER)["movements"].rows
    assert rows.drop("size_bytes").equals(reference.drop("size_bytes"))
    assert (rows["size_bytes"] - reference["size_bytes"]).to_list() == [len(end) - 1] * 2
    assert file_report(batches)["line_end"] == {"\n": "LF", "\r\n": "CRLF", "\r": "CR"}[end]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso8859-15", "cp850", "cp1252"])
def test_accents_survive_in_every_character_set(fec: Fec, encoding: str) -> None:
    label = "Règlement n°5 à l'été" + (" – l’œuvre" if encoding == "cp1252" else "")
    batches = fec.lines({"EcritureLib": label}, OTHER, encoding=encoding)
    assert movements(batches)[0]["label"] == label
    assert file_report(batches)["encoding"] == encoding.replace("-sig", "")
    assert file_report(batches)["has_byte_order_mark"] is (encoding == "utf-8-sig")


def test_a_lone_degree_sign_of_dos_is_not_taken_for_a_letter(fec: Fec) -> None:
    batches = fec.lines({"EcritureLib": "FACTURE N°12"}, OTHER, encoding="cp850")
    assert movements(batches)[0]["label"] == "FACTURE N°12"


def test_bytes_are_counted_as_they_stand_in_the_file(fec: Fec) -> None:
    for encoding in ("utf-8", "cp850", "utf-8-sig"):
        batches = fec.lines({"EcritureLib": "été"}, OTHER, encoding=encoding, end="\r\n")
        size = (fec.folder / "123456789FEC20231231.txt").stat().st_size
        mark = 3 if encoding == "utf-8-sig" else 0
        found = file_report(batches)
        assert sum(row["size_bytes"] for row in movements(batches)) + found["header_bytes"] + mark == size  # type: ignore[misc]
        assert found["size_bytes"] == size


def test_the_last_line_needs_no_line_end(fec: Fec) -> None:
    data = "\n".join(["|".join(HEADER), "|".join(LINE.values())]).encode()
    row = movements(fec.bytes(data))[0]
    assert row["size_bytes"] == len("|".join(LINE.values()))


def test_blank_lines_and_a_dos_end_of_file_sign_are_not_lines_of_the_ledger(fec: Fec) -> None:
    data = ("|".join(HEADER) + "\r\n\r\n" + "|".join(LINE.values()) + "\r\n\r\n\x1a").encode()
    batches = fec.bytes(data)
    assert [row["line"] for row in movements(batches)] == [3]
    assert rules(batches) == []


def test_quotes_are_text(fec: Fec) -> None:
    rows = movements(fec.lines({"EcritureLib": '"Vis 12" lot'}, {"EcritureLib": '3,5" disque'}, OTHER))
    assert [row["label"] for row in rows[:2]] == ['"Vis 12" lot', '3,5" disque']


def test_padded_and_zero_padded_fields_are_what_they_mean(fec: Fec) -> None:
    row = movements(
        fec.lines(
            {"JournalCode": "VE  ", "CompAuxNum": "        ", "Debit": "0000000069,60", "EcritureLet": "  "}
        )
    )[0]
    assert (row["journal_code"], row["auxiliary_account"], row["debit"], row["lettering"]) == (
        "VE",
        None,
        Decimal("69.60"),
        None,
    )


@pytest.mark.parametrize(
    ("text", "amount", "deviation"),
    [
        ("0", "0.00", None), ("8", "8.00", None), ("10,3", "10.30", None), ("10,", "10.00", None), (",5", "0.50", None),
        ("+12,00", "12.00", None), ("12,3400", "12.34", None), ("-708,91", "-708.91", "negative_amount"),
        ("708,91-", "-708.91", "trailing_sign"), ("10.32", "10.32", "decimal_point"), ("1 234,56", "1234.56", "thousands_separator"),
        ("1\u202f234,56", "1234.56", "thousands_separator"), ("1.234,56", "1234.56", "thousands_separator"),
        ("1,234.56", "1234.56", "thousands_separator"), ("999999999999,99", "999999999999.99", None),
    ],
)  # fmt: skip
def test_amounts_are_read_exactly(fec: Fec, text: str, amount: str, deviation: str | None) -> None:
    batches = fec.lines({"Debit": text}, OTHER)
    assert movements(batches)[0]["debit"] == Decimal(amount)
    assert rules(batches) == []
    if deviation:
        assert deviations(batches)[deviation] == 1


@pytest.mark.parametrize(
    "text", ["1000000000000,00", "-1000000000000", "9999999999999999,99", "1 000 000 000 000"]
)
def test_an_amount_no_ledger_holds_is_rejected_before_sums_overflow(fec: Fec, text: str) -> None:
    batches = fec.lines(*({"Debit": text, "EcritureNum": str(number)} for number in range(3)), OTHER)
    assert {row[1:3] for row in rules(batches)} == {("amount_too_large", "Debit")}
    assert file_report(batches)["rows_unreadable"] == 3


def test_exports_glued_together_are_read_line_by_line(fec: Fec) -> None:
    """A UTF-8 export and a single-byte one in a file: each line keeps its accents and its bytes."""
    rows = [
        "\t".join({**LINE, "EcritureLib": label}.values()) for label in ("été à Noël", "règlement", "plain")
    ]
    parts = ["\t".join(HEADER).encode(), rows[0].encode(), rows[1].encode("iso8859-15"), rows[2].encode()]
    batches = fec.bytes(b"\r\n".join([*parts, b""]))
    assert [row["label"] for row in movements(batches)] == ["été à Noël", "règlement", "plain"]
    assert [row["size_bytes"] for row in movements(batches)] == [len(part) + 2 for part in parts[1:]]
    assert deviations(batches)["mixed_encodings"] == 1
    assert file_report(batches)["encoding"] == "iso8859-15"


@pytest.mark.parametrize(
    "text", ["12,345", "1e3", "12-3", "douze", "1,2,3", "NaN", "--5", "99999999999999999,00", "1.2.3,4"]
)
def test_an_amount_that_cannot_be_one_is_rejected_and_never_rounded(fec: Fec, text: str) -> None:
    batches = fec.lines({"Debit": text}, OTHER)
    assert rules(batches) == [(2, "not_an_amount", "Debit", text)]
    assert len(movements(batches)) == 1


@pytest.mark.parametrize(
    "text", ["20230229", "20231301", "20230132", "2023010", "00010101", "31/02/2023", "hier"]
)
def test_an_impossible_date_is_rejected(fec: Fec, text: str) -> None:
    batches = fec.lines({"EcritureDate": text}, OTHER)
    assert rules(batches) == [(2, "not_a_date", "EcritureDate", text)]


@pytest.mark.parametrize("text", ["", "        ", "00000000"])
def test_a_line_without_a_date_is_rejected(fec: Fec, text: str) -> None:
    assert rules(fec.lines({"EcritureDate": text}, OTHER))[0][1:3] == (
        "required_value_missing",
        "EcritureDate",
    )


def test_dates_in_other_layouts_are_read_and_told(fec: Fec) -> None:
    batches = fec.lines({"EcritureDate": "2023-01-09", "PieceDate": "08/01/2023"}, OTHER)
    row = movements(batches)[0]
    assert (row["entry_on"], row["piece_on"]) == (date(2023, 1, 9), date(2023, 1, 8))
    assert deviations(batches)["date_layout"] == 2


def test_an_optional_date_of_zeros_is_empty(fec: Fec) -> None:
    assert movements(fec.lines({"DateLet": "00000000"}, OTHER))[0]["lettered_on"] is None


def test_what_is_left_of_a_rejected_line_names_its_entry(fec: Fec) -> None:
    batches = fec.lines({"Debit": "x"}, {"EcritureDate": "20230229"}, OTHER)
    rows = batches["unreadable_movements"].rows
    assert rows.select("journal_code", "entry_number", "entry_on", "rule").rows() == [
        ("VE", "1", date(2023, 1, 9), "not_an_amount"),
        ("VE", "1", None, "not_a_date"),
    ]
    assert file_report(batches)["rows"] == 3
    assert file_report(batches)["rows_unreadable"] == 2


def test_montant_and_sens_become_debit_and_credit(fec: Fec) -> None:
    header = [*HEADER[:11], "Montant", "Sens", *HEADER[13:]]
    sides = [
        ("10,00", "D"),
        ("10,00", "C"),
        ("5,00", "+1"),
        ("5,00", "-1"),
        ("-2,00", "d"),
        ("2,00", "X"),
        ("", "D"),
    ]
    batches = fec.lines(*({"Montant": amount, "Sens": side} for amount, side in sides), header=header)
    assert [(str(row["debit"]), str(row["credit"])) for row in movements(batches)] == [
        ("10.00", "0.00"), ("0.00", "10.00"), ("5.00", "0.00"), ("0.00", "5.00"), ("-2.00", "0.00"),
    ]  # fmt: skip
    assert [rule[1:3] for rule in rules(batches)] == [
        ("unknown_side", "Sens"),
        ("required_value_missing", "Montant"),
    ]
    assert file_report(batches)["layout"] == "montant_sens"


@pytest.mark.parametrize("count", [18, 21, 22])
def test_cash_layouts_are_read(fec: Fec, count: int) -> None:
    header = [*HEADER, "DateRglt", "ModeRglt", "NatOp", "IdClient"][:count]
    batches = fec.lines({"DateRglt": "20230110", "ModeRglt": "CH", "ValidDate": ""}, OTHER, header=header)
    assert movements(batches)[0]["validated_on"] is None
    assert (file_report(batches)["columns"], file_report(batches)["is_cash_layout"]) == (count, count > 18)


def test_fields_the_law_does_not_know_are_told_whatever_they_are_called(fec: Fec) -> None:
    names = [*HEADER, "raw", "line", "size_bytes"]
    batches = fec.lines({"raw": "x", "line": "y", "size_bytes": "z"}, header=names)
    assert [row["debit"] for row in movements(batches)] == [row["debit"] for row in movements(fec.lines({}))]
    assert deviations(batches)["unknown_fields"] == 0


def test_a_separator_after_the_last_field_is_tolerated_and_told(fec: Fec) -> None:
    batches = fec.lines({}, OTHER, separator="|", tail="|")
    assert len(movements(batches)) == 2
    assert file_report(batches)["columns"] == 19
    assert "trailing_separator" in deviations(batches)


def of_lengths(fec: Fec, *lengths: int, last: str = "") -> dict[str, Batch]:
    """A file of lines that have so many fields each, the surplus ones `last`."""
    values = [*LINE.values(), last, last]
    return fec.bytes("\n".join(["|".join(HEADER), *("|".join(values[:count]) for count in lengths)]).encode())


def test_optional_last_fields_may_lack_on_every_line(fec: Fec) -> None:
    batches = of_lengths(fec, 16, 16)
    assert [row["line"] for row in movements(batches)] == [2, 3]
    assert deviations(batches)["field_count"] == 2
    assert movements(of_lengths(fec, 15, 15)) == []


def test_a_line_cut_short_is_rejected_and_so_is_one_with_a_field_too_many(fec: Fec) -> None:
    batches = of_lengths(fec, 18, 16, 15, 19, 18)
    assert [row["line"] for row in movements(batches)] == [2, 6]
    assert [rule[:2] for rule in rules(batches)] == [
        (3, "too_few_fields"),
        (4, "too_few_fields"),
        (5, "wrong_number_of_fields"),
    ]
    assert batches["unreadable_movements"].rows["entry_number"].to_list() == ["1"] * 3


def test_a_surplus_field_is_a_separator_only_where_every_line_has_it_empty(fec: Fec) -> None:
    batches = of_lengths(fec, 19, 19)
    assert len(movements(batches)) == 2 and deviations(batches)["trailing_separator"] == 2
    for odd in (of_lengths(fec, 19, 18), of_lengths(fec, 19, 19, last="x"), of_lengths(fec, 20, 20)):
        assert {rule[1] for rule in rules(odd)} == {"wrong_number_of_fields"}
        assert len(movements(odd)) <= 1


def quoted(*rows: list[str], separator: str = ";") -> bytes:
    return ("\r\n".join(separator.join(f'"{value}"' for value in row) for row in rows) + "\r\n").encode()


@pytest.mark.parametrize("separator", [";", "\t", ",", "|"])
def test_a_file_in_quotes_is_read_as_csv(fec: Fec, separator: str) -> None:
    label = f'Vente ""du jour""{separator} suite'
    values = [label if name == "EcritureLib" else value for name, value in LINE.items()]
    batches = fec.bytes(quoted(list(HEADER), values, separator=separator))
    (row,) = movements(batches)
    plain = movements(fec.lines({}))[0]
    assert row["label"] == f'Vente "du jour"{separator} suite'
    assert {name: row[name] for name in ("account", "debit", "entry_on", "entry_id", "lettering_id")} == {
        name: plain[name] for name in ("account", "debit", "entry_on", "entry_id", "lettering_id")
    }
    assert "quoted_fields" in deviations(batches)


def test_a_stray_quote_costs_its_line_alone(fec: Fec) -> None:
    stray = quoted(list(HEADER), list(LINE.values()), list(LINE.values())).replace(
        b'"411000"', b'"411"000"', 1
    )
    batches = fec.bytes(stray)
    assert [row["line"] for row in movements(batches)] == [3]
    assert [rule[:2] for rule in rules(batches)] == [(2, "wrong_number_of_fields")]


@pytest.mark.parametrize(
    ("account", "read_as", "is_unclear"),
    [
        ("411000", "411000", False), ("0411000", "0411000", False), ("\u200b411000", "411000", False),
        ("4\u00ad11000\ufeff", "411000", False), ("\u00a0411000\u202f", "411000", False), ("51", "51", False),
        ("'411000", "'411000", True), ('"411000"', '"411000"', True), ("4 11000", "4 11000", True),
        ("4O1000", "4O1000", True), ("\uff14\uff11\uff11", "\uff14\uff11\uff11", True), ("CDUPONT", "CDUPONT", True),
        ("000", "000", True), ("606000'", "606000'", False),
    ],
)  # fmt: skip
def test_an_account_is_understood_or_marked(fec: Fec, account: str, read_as: str, is_unclear: bool) -> None:
    batches = fec.lines({"CompteNum": account})
    (row,) = movements(batches)
    assert (row["account"], row["is_unclear"]) == (read_as, is_unclear)
    assert ("unclear_account" in deviations(batches)) == is_unclear


@pytest.mark.parametrize(
    ("lettering", "read_as", "is_unclear"),
    [
        ("A", "A", False), ("\u200eA\u200f", "A", False), ("\u200b", None, False), ('""', None, False), ("-", None, False),
        ("000", None, False), ("...", None, False), ("\u00a0", None, False), ("'A", "'A", True), ("\u201cA\u201d", "\u201cA\u201d", True),
    ],
)  # fmt: skip
def test_a_lettering_letters_or_does_not(
    fec: Fec, lettering: str, read_as: str | None, is_unclear: bool
) -> None:
    (row,) = movements(fec.lines({"EcritureLet": lettering}))
    assert (row["lettering"], row["is_unclear"]) == (read_as, is_unclear)
    assert (row["lettering_id"] is None) == (read_as is None)


def test_what_cannot_be_understood_is_tied_to_what_it_may_mean(fec: Fec) -> None:
    plain, odd, other = movements(
        fec.lines({"EcritureLet": "A"}, {"CompteNum": "'411000", "EcritureLet": "A"}, {"EcritureLet": '"A"'})
    )
    assert plain["lettering_id"] == odd["lettering_id"] == other["lettering_id"]


def test_spellings_that_look_the_same_are_one_entry(fec: Fec) -> None:
    ids = {
        row["entry_id"]
        for row in movements(fec.lines({}, {"JournalCode": "V\u200bE", "EcritureNum": "1\ufeff"}))
    }
    assert len(ids) == 1


XML = """<?xml version="1.0" encoding="{encoding}"?>
<comptabilite{namespace}><exercice><DateCloture>2023-12-31</DateCloture><journal><JournalCode>VE</JournalCode>
<JournalLib>Ventes</JournalLib><ecriture>{before}<ligne><CompteNum>411000</CompteNum><CompteLib>Clients</CompteLib>
<Debit>1200.50</Debit><Credit>0</Credit></ligne><ligne><CompteNum>706000</CompteNum><CompteLib>Ventes &amp; été</CompteLib>
<Debit>0.00</Debit><Credit>1200.50</Credit></ligne>{after}</ecriture></journal></exercice></comptabilite>"""
ENTRY = (
    "<EcritureNum>7</EcritureNum><EcritureDate>2023-01-05</EcritureDate><EcritureLib>Facture</EcritureLib>"
    "<PieceRef>P | 1</PieceRef><PieceDate>2023-01-05</PieceDate><ValidDate>2023-01-31</ValidDate>"
)


@pytest.mark.parametrize(
    "written",
    [
        {"before": ENTRY},
        {"after": ENTRY},
        {"before": ENTRY, "namespace": ' xmlns="urn:fec"'},
        {"before": ENTRY, "encoding": "iso-8859-1"},
        {"before": ENTRY, "encoding": "utf-16"},
    ],
)
def test_the_xml_form_of_the_law_is_a_ledger(fec: Fec, written: dict[str, str]) -> None:
    text = XML.format(**{"before": "", "after": "", "namespace": "", "encoding": "UTF-8", **written})
    batches = fec.bytes(text.encode(written.get("encoding", "utf-8")), "123456789FEC20231231.xml")
    found = movements(batches)
    assert [(row["journal_code"], row["entry_number"], row["account"], row["debit"]) for row in found] == [
        ("VE", "7", "411000", Decimal("1200.50")),
        ("VE", "7", "706000", Decimal("0.00")),
    ]
    assert found[1]["account_label"] == "Ventes & été" and found[0]["validated_on"] == date(2023, 1, 31)
    assert file_report(batches)["entries_unbalanced"] == 0 and not rules(batches)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (XML.format(encoding="UTF-8", namespace="", before=ENTRY, after="")[:-20], "not_well_formed"),
        ('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>', "xml_doctype"),
        ('<?xml version="1.0"?>' + "<a>" * 10_000, "not_a_fec"),
        ('<?xml version="1.0"?><comptabilite/>', "not_a_fec"),
        ('<?xml version="1.0"?><comptabilite><journal><ecriture><ligne><CompteNum>1</CompteNum></ligne></ecriture>'
         "</journal></comptabilite>", "wrong_header"),
        ('<?xml version="1.0" encoding="no-such"?><comptabilite/>', "not_well_formed"),
        ('<?xml version="1.0"?><comptabilite>&undefined;</comptabilite>', "not_well_formed"),
    ],
)  # fmt: skip
def test_xml_that_is_no_ledger_is_refused_whole(fec: Fec, text: str, rule: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        fec.bytes(text.encode(), "123456789FEC20231231.xml")
    assert caught.value.rule == rule


BOOK = (
    "<comptabilite><journal><JournalCode>VE</JournalCode><ecriture><EcritureNum>1</EcritureNum>"
    "<EcritureDate>2018-01-05</EcritureDate><ligne><CompteNum>411000</CompteNum><Debit>1.00</Debit>"
    "<Credit>0.00</Credit></ligne></ecriture></journal></comptabilite>"
)


@pytest.mark.parametrize(
    ("place", "instead"),
    [
        ("<CompteNum>411000</CompteNum>", "<CompteNum>411<b/>606000</CompteNum>"),
        ("<CompteNum>411000</CompteNum>", "<CompteNum>411000</CompteNum><CompteNum>606000</CompteNum>"),
        ("<CompteNum>", "<ligne><CompteNum>606000</CompteNum></ligne><CompteNum>"),
        ("<EcritureNum>", "<EcritureLet>A</EcritureLet><EcritureLet/><EcritureNum>"),
        ("<ecriture>", "<EcritureLet>A</EcritureLet><ecriture>"),
        ("<ligne>", "<ligne><EcritureDate>2017-01-05</EcritureDate>"),
        ("<ligne>", "<ecriture/><ligne>"),
        ("<ligne>", "<ligne><JournalCode>AC</JournalCode>"),
    ],
)
def test_xml_that_can_be_read_in_two_ways_is_refused_whole(fec: Fec, place: str, instead: str) -> None:
    assert fec.bytes(BOOK.encode(), "123456789FEC20181231.xml")["movements"].rows.height == 1
    with pytest.raises(UnreadableFile) as refused:
        fec.bytes(BOOK.replace(place, instead, 1).encode(), "123456789FEC20181231.xml")
    assert refused.value.rule == "not_a_fec"


def test_utf_16_with_its_mark_is_the_same_ledger(fec: Fec) -> None:
    batches = fec.lines({}, OTHER, encoding="utf-16")
    plain = fec.lines({}, OTHER)
    assert [row["movement_id"] for row in movements(batches)] == [
        row["movement_id"] for row in movements(plain)
    ]
    assert file_report(batches)["encoding"] == "utf-16"
    assert sum(int(str(row["size_bytes"])) for row in movements(batches)) > sum(
        int(str(row["size_bytes"])) for row in movements(plain)
    )


def test_accents_in_the_header_are_told(fec: Fec) -> None:
    header = ["Débit" if name == "Debit" else "Crédit" if name == "Credit" else name for name in HEADER]
    text = "\t".join(header) + "\n" + "\t".join(LINE.values())
    batches = fec.bytes(text.encode())
    assert movements(batches)[0]["debit"] == movements(fec.lines({}))[0]["debit"]
    assert "header_spelling" in deviations(batches)


def test_header_case_and_order_are_tolerated_and_told(fec: Fec) -> None:
    header = [*HEADER[:5], "CompteLIB", *HEADER[6:16], "MontantDevise", "Idevise"]
    header[0], header[1] = header[1], header[0]
    batches = fec.lines({}, OTHER, header=header)
    assert movements(batches)[0]["journal_code"] == "VE"
    assert {"header_spelling", "field_order"} <= set(deviations(batches))


def test_a_file_without_header_is_read_by_position(fec: Fec) -> None:
    batches = fec.bytes("\t".join(LINE.values()).encode())
    assert movements(batches)[0]["account"] == "411000"
    assert "header_missing" in deviations(batches)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty_file"), (b"\n\n", "empty_file"), (b"a\tb\nc\td\n", "not_a_fec"), (b"\xff\xfeJ\x00", "not_a_fec"),
        (b"\xff\xfeJ", "wrong_encoding"), (b"J\x00o\x00", "not_a_text"),
        ("\t".join(name for name in HEADER if name != "EcritureNum").encode(), "wrong_header"),
        ("\t".join([*HEADER, "Debit"]).encode(), "wrong_header"),
    ],
)  # fmt: skip
def test_a_file_of_which_nothing_can_be_read_is_refused_whole(fec: Fec, data: bytes, rule: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        fec.bytes(data)
    assert caught.value.rule == rule


def test_a_header_alone_is_an_empty_ledger(fec: Fec) -> None:
    batches = fec.bytes("\t".join(HEADER).encode())
    assert movements(batches) == []
    assert file_report(batches)["rows"] == 0


def test_a_compressed_file_is_the_same_ledger(fec: Fec) -> None:
    plain = fec.lines({}, OTHER)["movements"].rows
    data = (fec.folder / "123456789FEC20231231.txt").read_bytes()
    packed = fec.bytes(gzip.compress(data), "123456789FEC20231231.txt.gz")
    assert packed["movements"].rows.equals(plain)
    assert file_report(packed)["name_closing_on"] == date(2023, 12, 31)


# ---------------------------------------------------------------- keys
def ids(batches: dict[str, Batch]) -> list[object]:
    return batches["movements"].rows["movement_id"].to_list()


def test_two_identical_lines_are_two_movements(fec: Fec) -> None:
    assert len(set(ids(fec.lines({}, {}, OTHER)))) == 3


def test_keys_are_the_same_in_a_longer_file_in_another_order_under_another_name(fec: Fec) -> None:
    short = ids(fec.lines({}, {}, OTHER))
    longer = ids(fec.lines(OTHER, {"EcritureNum": "2"}, {}, {}, name="x.txt"))
    assert set(short) < set(longer)


def test_lettering_validation_and_label_may_come_later_without_making_another_line(fec: Fec) -> None:
    before = fec.lines({"ValidDate": ""}, OTHER)
    after = fec.lines(
        {"EcritureLet": "AA", "DateLet": "20230301", "ValidDate": "20230401", "EcritureLib": "corrigé"}, OTHER
    )
    assert ids(before) == ids(after)


def test_the_key_of_a_line_is_for_ever(fec: Fec) -> None:
    """Stored warehouses hold these numbers: a change here doubles every ledger that is sent again."""
    row = movements(fec.lines({}))[0]
    assert (row["movement_id"], row["entry_id"]) == (4900417525406495708, -3419328924668776992)


# ---------------------------------------------------------------- entry keys
Entry = tuple[str, str, str, str, str]


def chosen(fec: Fec, *lines: dict[str, str]) -> tuple[object, ...]:
    report = file_report(fec.lines(*lines))
    return tuple(
        report[name]
        for name in ("entry_key", "entries", "entries_unbalanced", "key_entries", "key_entries_unbalanced")
    )


def pair(**change: str) -> tuple[dict[str, str], dict[str, str]]:
    return {**change}, {**OTHER, **change}


def test_the_key_of_the_law_is_kept_where_it_balances(fec: Fec) -> None:
    assert chosen(fec, *pair(), *pair(EcritureDate="20230110")) == ("journal_number_date", 2, 0, 2, 0)


def test_an_entry_over_several_dates_is_told_by_journal_and_number(fec: Fec) -> None:
    lines = ({}, {**OTHER, "EcritureDate": "20230110"}, *pair(JournalCode="BQ"))
    assert chosen(fec, *lines) == ("journal_number_date; VE: journal_number", 3, 2, 2, 0)


def test_lines_numbered_one_by_one_are_told_by_their_piece(fec: Fec) -> None:
    lines = (
        {},
        {**OTHER, "EcritureNum": "2"},
        {"EcritureNum": "3", "PieceRef": "F2"},
        {**OTHER, "EcritureNum": "4", "PieceRef": "F2"},
    )
    assert chosen(fec, *lines) == ("journal_number_date; VE: journal_date_piece", 4, 4, 2, 0)


def test_a_key_that_only_lumps_faults_together_is_not_taken(fec: Fec) -> None:
    wrong = {"Debit": "1,00"}
    lines = (
        *pair(),
        *pair(EcritureDate="20230110"),
        {**wrong, "EcritureDate": "20230111"},
        {**wrong, "EcritureDate": "20230112"},
    )
    assert chosen(fec, *lines)[0] == "journal_number_date"


# ---------------------------------------------------------------- deviations
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("123456789FEC20230131.txt", set()),
        ("1234567890FEC20230131.txt", {"file_name", "name_siren"}),
        ("export.txt", {"file_name"}),
        ("123456789FEC20231331.txt", {"name_closing"}),
        ("123456789FEC20231231.txt", {"closing_not_reached"}),
        ("123456789FEC20221231.txt", {"dates_after_closing"}),
        ("123456789FEC20240131.txt", {"dates_before_year", "closing_not_reached"}),
    ],
)
def test_the_name_is_held_against_the_law_and_the_content(fec: Fec, name: str, expected: set[str]) -> None:
    assert set(deviations(fec.lines({}, OTHER, name=name))) == expected


def test_what_the_lines_lack_is_counted(fec: Fec) -> None:
    lack = {
        "ValidDate": "",
        "PieceRef": "",
        "PieceDate": "",
        "EcritureLib": "",
        "EcritureLet": "A",
        "CompteNum": "C1",
        "EcritureNum": "",
    }
    found = deviations(fec.lines(lack, {}, OTHER, name="123456789FEC20230131.txt"))
    one = (
        "valid_date_empty",
        "piece_empty",
        "piece_date_empty",
        "label_empty",
        "lettering_without_date",
        "account_number",
        "entry_number_empty",
    )
    assert {name: found[name] for name in one} == dict.fromkeys(one, 1)
    assert {"unbalanced_entries", "unbalanced_file"} <= set(found)


# ---------------------------------------------------------------- the five real ledgers
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "fec"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real ledgers are not beside this checkout")
FACTS: dict[str, dict[str, object]] = {
    "neolegal_0000000001FEC20220831.txt": {
        "encoding": "utf-8", "has_byte_order_mark": True, "separator": "tab", "line_end": "LF", "columns": 18, "rows": 5422, "entries": 2033,
        "entries_unbalanced": 0, "size_bytes": 685_338, "debit": Decimal("10186219.81"), "credit": Decimal("10186219.81"),
        "first_on": date(2021, 9, 1), "last_on": date(2022, 8, 31), "entry_key": "journal_number_date", "name_siren": "0000000001",
        "years": [(2021, 1869, 672, 234_362), (2022, 3553, 1361, 450_787)],
    },
    "neolegal_000000000FEC20231231.txt": {
        "encoding": "utf-8", "has_byte_order_mark": False, "separator": "tab", "line_end": "LF", "columns": 22, "rows": 2102, "entries": 470,
        "entries_unbalanced": 210, "size_bytes": 266_873, "debit": Decimal("1265350.82"), "credit": Decimal("1265350.82"),
        "first_on": date(2021, 1, 1), "last_on": date(2023, 6, 30), "is_cash_layout": True,
        "entry_key": "journal_number_date; AD: journal_number", "key_entries": 261, "key_entries_unbalanced": 0,
        "years": [(2021, 7, 2, 988), (2022, 415, 207, 58_826), (2023, 1680, 261, 206_840)],
    },
    "neolegal_111111111FEC20221231.TXT": {
        "encoding": "cp850", "has_byte_order_mark": False, "separator": "pipe", "line_end": "LF", "columns": 19, "rows": 934, "entries": 248,
        "entries_unbalanced": 0, "size_bytes": 194_459, "debit": Decimal("225682.23"), "credit": Decimal("225682.23"),
        "first_on": date(2023, 1, 1), "last_on": date(2023, 7, 31), "entry_key": "journal_number_date",
        "years": [(2023, 934, 248, 194_272)],
    },
    "odicom_123456789FEC20200331.txt": {
        "encoding": "iso8859-15", "has_byte_order_mark": False, "separator": "pipe", "line_end": "LF", "columns": 18, "rows": 4916, "entries": 573,
        "entries_unbalanced": 0, "size_bytes": 601_186, "debit": Decimal("3912553.94"), "credit": Decimal("3912553.94"),
        "first_on": date(2019, 4, 1), "last_on": date(2020, 3, 31), "entry_key": "journal_number_date",
        "years": [(2019, 3267, 406, 396_706), (2020, 1649, 167, 204_294)],
    },
    "quadra_123456789FEC20190731.txt": {
        "encoding": "utf-8", "has_byte_order_mark": False, "separator": "tab", "line_end": "LF", "columns": 18, "rows": 12_605, "entries": 4716,
        "entries_unbalanced": 0, "size_bytes": 1_424_964, "debit": Decimal("13738285.95"), "credit": Decimal("13738285.95"),
        "first_on": date(2018, 8, 1), "last_on": date(2019, 7, 31), "entry_key": "journal_number_date",
        "years": [(2018, 5830, 2066, 660_576), (2019, 6775, 2650, 764_202)],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def real() -> Callable[[str], dict[str, Batch]]:
    known: dict[str, dict[str, Batch]] = {}

    def read(name: str) -> dict[str, Batch]:
        if name not in known:
            file = InboxFile(REAL / name, f"history/fec/c/d/{name}", "history", "fec", SourceConfig())
            known[name] = {batch.table: batch for batch in history_fec.read(file)}
        return known[name]

    return read


@needs_real
@pytest.mark.parametrize("name", FACTS)
def test_a_real_ledger_is_read_as_its_readme_says(real: Callable[[str], dict[str, Batch]], name: str) -> None:
    batches, facts = real(name), dict(FACTS[name])
    years = facts.pop("years")
    assert batches["fec_years"].rows.select("year", "rows", "entries", "size_bytes").rows() == years
    report = file_report(batches)
    assert {fact: report[fact] for fact in facts} == facts
    assert rules(batches) == []
    rows = batches["movements"].rows
    assert rows["movement_id"].n_unique() == rows.height == facts["rows"]
    assert rows["entry_id"].n_unique() == facts["entries"]


@needs_real
def test_known_defects_of_the_first_real_ledger_are_named(real: Callable[[str], dict[str, Batch]]) -> None:
    batches = real("neolegal_0000000001FEC20220831.txt")
    rows = batches["movements"].rows
    assert rows.filter(pl.col("piece_on") == date(1900, 1, 1)).height == 16
    assert (rows["lettering"].is_not_null().sum(), rows["lettered_on"].is_not_null().sum()) == (2035, 0)
    found = deviations(batches)
    assert {"byte_order_mark", "name_siren", "lettering_without_date"} <= set(found)
    assert "dates_before_year" not in found and "dates_after_closing" not in found  # September to August


@needs_real
def test_the_real_cash_book_is_one_opening_and_balanced_entries(
    real: Callable[[str], dict[str, Batch]],
) -> None:
    batches = real("neolegal_000000000FEC20231231.txt")
    rows = batches["movements"].rows
    assert rows["entry_number"].unique().to_list() == ["0"]
    assert rows["validated_on"].null_count() == rows.height
    assert sorted(rows["journal_code"].unique()) == ["AD", "ac", "bq", "ca", "od", "ve"]
    sums = (
        batches["fec_years"]
        .rows.select("year", pl.col("debit").cast(pl.String), pl.col("credit").cast(pl.String))
        .rows()
    )
    assert sums == [
        (2021, "472.11", "477.92"),
        (2022, "66974.22", "93434.61"),
        (2023, "1197904.49", "1171438.29"),
    ]
    found = deviations(batches)
    assert found["dates_before_year"] == 422 and "closing_not_reached" in found


@needs_real
def test_the_real_padded_ledger_is_told_as_dos(real: Callable[[str], dict[str, Batch]]) -> None:
    batches = real("neolegal_111111111FEC20221231.TXT")
    data = (REAL / "neolegal_111111111FEC20221231.TXT").read_bytes()
    assert data.count(b"\xf8") == 6
    assert data.decode("cp850").count("°") == 6
    assert movements(batches)[0]["credit"] == Decimal("69.60")
    assert set(batches["movements"].rows["validated_on"]) == {date(2024, 3, 31)}
    found = deviations(batches)
    assert found["dates_after_closing"] == 934
    assert {"trailing_separator", "header_spelling"} <= set(found)


@needs_real
def test_the_real_ledger_numbered_by_journal_keeps_the_date_in_its_key(
    real: Callable[[str], dict[str, Batch]],
) -> None:
    rows = real("odicom_123456789FEC20200331.txt")["movements"].rows
    assert rows.select("journal_code", "entry_number").n_unique() == 14
    assert rows["validated_on"].null_count() == 4833
    assert rows.filter(pl.col("account").str.contains("[A-Z]")).height == 704


@needs_real
def test_the_real_quadra_export_keeps_its_negative_amount(real: Callable[[str], dict[str, Batch]]) -> None:
    batches = real("quadra_123456789FEC20190731.txt")
    rows = batches["movements"].rows
    negative = rows.filter((pl.col("debit") < 0) | (pl.col("credit") < 0))
    assert negative.select(
        "journal_code", "entry_number", "entry_on", pl.col("debit").cast(pl.String)
    ).rows() == [("OD", "OD000108", date(2019, 7, 31), "-708.91")]
    assert deviations(batches)["negative_amount"] == 1
    assert rows.filter(pl.col("piece_on") < date(2018, 1, 1)).height == 215
    assert (rows["lettering"].is_not_null().sum(), rows["lettered_on"].is_not_null().sum()) == (6095, 0)
    assert rows.filter(pl.col("journal_code") == "AN").height == 576
    assert rows.filter(pl.col("piece") == "x").height == 3230


def test_an_amount_no_ledger_holds_is_rejected_in_our_own_format_too(tmp_path: Path) -> None:
    from pipelines.readers import readers

    path = tmp_path / "movements.csv"
    path.write_text(
        "client_id,dossier_id,journal_code,entry_number,line_number,entry_on,account,debit,credit\n"
        "c,d,VE,1,1,2023-01-01,411,1000000000000,0\nc,d,VE,1,2,2023-01-01,707,0,5\n"
    )
    file = InboxFile(path, "history/canonical/movements.csv", "history", "canonical", SourceConfig())
    batches = {batch.table: batch for batch in readers()["history", "canonical"].read(file)}
    assert batches["movements"].rejects.select("line", "rule", "column").rows() == [
        (2, "amount_too_large", "debit")
    ]
    assert batches["movements"].rows["line"].to_list() == [3]
    assert batches["unreadable_movements"].rows.select("entry_number", "rule").rows() == [
        ("1", "amount_too_large")
    ]


def test_a_date_of_no_ledgers_year_keeps_its_entry_in_our_own_format_too(tmp_path: Path) -> None:
    """0018 for 2018 would be free of every period: it is no date to purge by, and its entry's other lines stay with it."""
    from pipelines.readers import readers

    path = tmp_path / "movements.csv"
    path.write_text(
        "client_id,dossier_id,journal_code,entry_number,line_number,entry_on,account,debit,credit\n"
        "c,d,VE,1,1,0018-01-01,411,5,0\nc,d,VE,1,2,2018-01-01,707,0,5\nc,d,VE,2,1,0000-01-01,707,0,5\n"
    )
    file = InboxFile(path, "history/canonical/movements.csv", "history", "canonical", SourceConfig())
    batches = {batch.table: batch for batch in readers()["history", "canonical"].read(file)}
    assert sorted(batches["movements"].rejects.select("line", "rule", "column").rows()) == [
        (2, "date_out_of_range", "entry_on"),
        (4, "date_out_of_range", "entry_on"),
    ]
    assert sorted(batches["unreadable_movements"].rows.select("entry_number", "entry_on").rows()) == [
        ("1", None),
        ("2", None),
    ]


@given(
    dates=st.lists(
        st.sampled_from(["20230109", "20240229", "20230229", "19000101", "18991231", "21991231", "22000101", "00000000", "2023-01-09", None]),
        min_size=1,
        max_size=4,
    ),
    amounts=st.lists(
        st.sampled_from(["0", "1", "0,5", "12,30", "-1,00", "012,00", "1.5", "999999999999999,99", "1,234", "", "1 0", None]),
        min_size=1,
        max_size=4,
    ),
)  # fmt: skip
def test_fields_typed_in_one_pass_are_those_typed_one_by_one(
    dates: list[str | None], amounts: list[str | None]
) -> None:
    """Where the quick way answers, it answers as the thorough one does, and that one has nothing to tell."""
    found = history_fec._Deviations()
    rows = pl.DataFrame({"EcritureDate": dates}, schema={"EcritureDate": pl.String})
    for name, (values, lost) in history_fec._lawful_dates(rows).items():
        wanted, wrong = history_fec._dates(rows[name], name, found)
        assert values.to_list() == wanted.to_list()
        assert lost.to_list() == wrong.to_list() == [False] * len(dates)
    rows = pl.DataFrame(
        {"Debit": amounts, "Credit": amounts}, schema={"Debit": pl.String, "Credit": pl.String}
    )
    for name, (values, lost) in history_fec._lawful_numbers(rows).items():
        wanted, wrong = history_fec._numbers(rows[name], found, name)
        assert values.to_list() == wanted.to_list()
        assert lost.to_list() == wrong.to_list() == [False] * len(amounts)
    assert not found.rows


def test_a_quoted_line_cut_short_still_names_its_entry(fec: Fec) -> None:
    lines = [list(LINE), list(LINE.values()), ["VE", "Ventes", "7", "20230109"]]
    text = "".join("\t".join(f'"{field}"' for field in line) + "\n" for line in lines)
    lost = fec.bytes(text.encode())["unreadable_movements"].rows
    assert lost.select("journal_code", "entry_number").rows() == [("VE", "7")]
