"""F3: lines that could be open items, in every way their account or lettering can be odd, under one client."""

from __future__ import annotations

from pathlib import Path

HEADER = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate EcritureLib"
    " Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise"
)
# dossier: account, lettering of the line that may be an open item, and the verdict it must have
CASES = {
    "plain_open": ("411000", "", "blocked"),
    "plain_lettered": ("411000", "A", "purge"),
    "quoted_account": ('"411000"', "", "blocked"),
    "quoted_lettering": ("512000", "'A", "blocked"),
    "dash": ("401000", "-", "blocked"),
    "zeros": ("401000", "00", "blocked"),
    "letter_o": ("4O1000", "", "blocked"),
    "soft_hyphen": ("4\u00ad11000", "", "blocked"),
    "no_break_space": ("4\u00a011000", "", "blocked"),
    "full_width": ("\uff14\uff11\uff11\uff10", "", "blocked"),
    "unlettered_other": ("606000", "", "purge"),
    "lettered_by_marks_of_direction": ("411000", "\u202aA\u202c", "purge"),
    "account_of_a_class": ("41", "", "blocked"),
    "account_of_one_digit": ("04", "", "blocked"),
    "short_account_of_another_class": ("60", "", "purge"),
    "full_width_lettering": ("512000", "\uff21", "blocked"),
    "cyrillic_lettering": ("411000", "\u0410", "blocked"),
    "lettering_with_blank_pattern": ("411000", "A\u2800", "blocked"),
    "by_name": ("CDUPONT", "", "blocked"),
}


# dossier: the rejected line of 2026 beside an entry of 2018 lettered Z, and the verdict that entry must have
TIES = {
    "tied": ("VE Ventes 9 20260105 411000 Compte _ _ P9 20260105 Vente 0,00 ?? Z _ 20260131 _ _", "blocked"),
    "untied": ("VE Ventes 9 20260105 411000 Compte _ _ P9 20260105 Vente 0,00 ?? Y _ 20260131 _ _", "purge"),
    "tied_by_anything": ("VE Ventes 9 20260105 411000 Compte _ _ P9 20260105 Vente 0,00", "blocked"),
}


def _ties(inbox: Path) -> list[str]:
    """The same rejected line in our own columns, where it can be told apart."""
    own = []
    for dossier, (rejected, _) in TIES.items():
        common = "VE Ventes 1 20180105 {0} Compte _ _ P1 20180105 Vente {1} {2} {3} _ 20180131 _ _"
        lines = [
            HEADER,
            common.format("706000", "0,00", "100,00", "_"),
            common.format("411000", "100,00", "0,00", "Z"),
            rejected,
        ]
        _fec(inbox, dossier, lines)
        if not dossier.endswith("anything"):
            own.append(f"odd,own_{dossier},VE,1,1,2018-01-05,706000,0.00,100.00,,2018-01-31")
            own.append(f"odd,own_{dossier},VE,1,2,2018-01-05,411000,100.00,0.00,Z,2018-01-31")
            own.append(
                f"odd,own_{dossier},VE,9,1,2026-01-05,411000,0.00,??,{'Z' if dossier == 'tied' else 'Y'},"
            )
    return own


def _fec(inbox: Path, dossier: str, lines: list[str]) -> None:
    text = "\n".join("\t".join("" if part == "_" else part for part in line.split(" ")) for line in lines)
    path = inbox / f"history/fec/odd/{dossier}/123456789FEC20181231.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def write(inbox: Path) -> None:
    """One FEC file of one entry of 2018 a case; in our own columns too, as dossier `own_<case>`."""
    own = [
        "client_id,dossier_id,journal_code,entry_number,line_number,entry_on,account,debit,credit,lettering,validated_on"
    ]
    for dossier, (account, lettering, _) in CASES.items():
        common = "VE Ventes 1 20180105 {0} Compte _ _ P1 20180105 Vente {1} {2} {3} _ 20180131 _ _"
        lines = [
            HEADER,
            common.format("706000", "0,00", "100,00", "_"),
            common.format(account, "100,00", "0,00", lettering or "_"),
        ]
        _fec(inbox, dossier, lines)
        quoted = account.replace('"', '""')
        own.append(f"odd,own_{dossier},VE,1,1,2018-01-05,706000,0.00,100.00,,2018-01-31")
        own.append(f'odd,own_{dossier},VE,1,2,2018-01-05,"{quoted}",100.00,0.00,"{lettering}",2018-01-31')
    own += _ties(inbox)
    path = inbox / "history/canonical/odd/movements.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(own) + "\n", encoding="utf-8")
    registry = inbox / "registry/canonical/odd/environments.csv"
    registry.parent.mkdir(parents=True, exist_ok=True)
    registry.write_text(
        "environment_id,client_id,client_name,contract_id,kind,opened_on,closed_on\n"
        "odd,odd,odd,quadra-expert-2023-09,production,2020-01-01,\n"
    )
