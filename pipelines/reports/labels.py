"""Words and numbers as people read them, in French and English. No figure is computed here: a rate is cut,
never rounded.

Everything that leaves this module for HTML is plain text; `reports` escapes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Literal
from zoneinfo import ZoneInfo

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")
NONE = "–"

_MONTHS: Mapping[Language, tuple[str, ...]] = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_THIN = "\u202f"  # narrow no-break space, the French thousands separator

# Codes of the marts -> (French, English). A code without words is shown as it is.
WORDS: Mapping[str, tuple[str, str]] = {
    # verdicts and outcomes
    "met": ("tenu", "met"),
    "broken": ("rompu", "broken"),
    "inconclusive": ("indécidable", "inconclusive"),
    "kept": ("tenu", "kept"),
    "at_risk": ("menacé", "at risk"),
    "attested": ("attesté", "attested"),
    "no_data": ("sans donnée", "no data"),
    "measured": ("mesuré", "measured"),
    "not_measurable": ("non mesurable", "not measurable"),
    "breached": ("dépassé", "breached"),
    "running": ("en cours", "running"),
    "not_covered": ("hors engagement", "not covered"),
    "unclassified": ("non classé", "unclassified"),
    # causes
    "maintenance_window": ("fenêtre de maintenance", "maintenance window"),
    "urgent_maintenance": ("maintenance urgente", "urgent maintenance"),
    "force_majeure": ("force majeure", "force majeure"),
    "client_equipment": ("équipement du client", "client equipment"),
    "outside_scope": ("hors périmètre (réseau du client)", "outside scope (client network)"),
    # commitments
    "take_in_charge": ("prise en charge", "take-in-charge"),
    "action_plan": ("plan d’action", "action plan"),
    "fix_or_workaround": ("correction ou contournement", "fix or workaround"),
    "critical": ("critique", "critical"),
    "high": ("élevée", "high"),
    "moderate": ("modérée", "moderate"),
    "1": ("niveau 1", "level 1"),
    "2": ("niveau 2", "level 2"),
    "3": ("niveau 3", "level 3"),
    # kinds of environment
    "production": ("production", "production"),
    "preproduction": ("préproduction", "preproduction"),
    "test": ("test", "test"),
    "training": ("formation", "training"),
    # backups
    "data": ("données", "data"),
    "documents": ("documents", "documents"),
    "restorable": ("restaurable", "restorable"),
    "lost": ("prise, puis perdue", "taken, then lost"),
    "partial": ("partielle", "partial"),
    "outside": ("hors de la nuit", "outside the night"),
    "unknown": ("inconnue (manifeste en retard)", "unknown (late manifest)"),
    "missing": ("manquante", "missing"),
    # history
    "purge": ("à purger", "to purge"),
    "keep": ("à garder", "kept"),
    "hold": ("gel nommé", "named hold"),
    "hold_tax": ("conservation fiscale", "statutory period"),
    "blocked": ("bloqué", "blocked"),
    "quarantine": ("illisible", "unreadable"),
    "previously_purged": ("déjà purgé", "purged before"),
    # sources
    "registry": ("registre", "registry"),
    "monitoring": ("supervision", "monitoring"),
    "interruptions": ("interruptions", "interruptions"),
    "checks": ("relevés", "checks"),
    "outages": ("coupures", "outages"),
    "points": ("points de restauration", "restore points"),
    "jobs": ("travaux de sauvegarde", "backup jobs"),
    "restores": ("restaurations", "restores"),
    "environments": ("environnements", "environments"),
    "environment is not in the registry": (
        "environnement absent du registre",
        "environment is not in the registry",
    ),
    "client is not in the registry": ("client absent du registre", "client is not in the registry"),
    "contract is not in the contract folder": (
        "contrat absent du dossier des contrats",
        "contract is not in the contract folder",
    ),
    "closes before it opens": ("fermé avant d’être ouvert", "closes before it opens"),
    "registered after as_of": ("enregistré après la date de la question", "registered after as_of"),
    "unknown_environment": ("environnement inconnu du registre", "environment unknown to the registry"),
    "unknown_client": ("client inconnu du registre", "client unknown to the registry"),
    "unknown_contract": ("contrat absent du dossier des contrats", "contract not in the contract folder"),
    "no_registry": ("aucun registre dans les fichiers", "no registry among the files"),
    "after_as_of": ("postérieur à la date de la question", "after the instant asked about"),
    "tickets": ("demandes", "tickets"),
    "attestations": ("attestations", "attestations"),
    "backups": ("sauvegardes", "backups"),
    "history": ("historique", "history"),
    "holds": ("gels", "holds"),
    "dossiers": ("dossiers", "dossiers"),
    "may be of any client: no purge list is written": (
        "peut viser tout client : aucune liste de purge n’est établie",
        "may be of any client: no purge list is written",
    ),
    "was rejected: holds all of its client or dossier until corrected": (
        "rejeté : gèle tout son client ou dossier jusqu’à correction",
        "was rejected: holds all of its client or dossier until corrected",
    ),
    "was rejected; no ledger of that client and dossier was read": (
        "rejeté ; aucune écriture de ce client et de ce dossier n’a été lue",
        "was rejected; no ledger of that client and dossier was read",
    ),
    "no ledger of that client and dossier was read": (
        "aucune écriture de ce client et de ce dossier n’a été lue",
        "no ledger of that client and dossier was read",
    ),
    "ends before it begins: holds until corrected": (
        "finit avant de commencer : gèle jusqu’à correction",
        "ends before it begins: holds until corrected",
    ),
    "no ledger has that dossier: all of the client it may be are held": (
        "dossier sans écritures : tous ceux du client qu’il peut viser sont gelés",
        "no ledger has that dossier: all of the client it may be are held",
    ),
    "spelled otherwise than the ledger it holds": (
        "écrit autrement que les écritures qu’il gèle",
        "spelled otherwise than the ledger it holds",
    ),
}


def word(code: str | None, language: Language) -> str:
    """The words for a code of a mart."""
    if code is None:
        return NONE
    found = WORDS.get(code)
    return code if found is None else found[LANGUAGES.index(language)]


def cut(value: float | Decimal, decimals: int) -> str:
    """A number cut, not rounded, to so many decimals: 99.496 gives 99.49.

    The tenth decimal is rounded first: 99.5 that a double holds as 99.49999999999999 is 99.5, while one
    second of downtime in a year still moves the eighth.
    """
    exact = Decimal(str(value)).quantize(Decimal("1e-10"))
    return str(exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_DOWN))


def percent(value: float | None, language: Language, decimals: int = 2) -> str:
    if value is None:
        return NONE
    text = cut(value, decimals)
    return f"{text.replace('.', ',')}\u00a0%" if language == "fr" else f"{text}%"


def number(value: float | Decimal | None, language: Language, decimals: int = 0) -> str:
    if value is None:
        return NONE
    text = f"{Decimal(cut(value, decimals)):,}"
    return text.replace(",", _THIN).replace(".", ",") if language == "fr" else text


def duration(seconds: float | Decimal | None) -> str:
    """Whole seconds as hours, minutes and seconds, the same in both languages: 5400 gives 1 h 30 min."""
    if seconds is None:
        return NONE
    sign = "\u2212" if seconds < 0 else ""
    hours, rest = divmod(int(abs(Decimal(seconds))), 3600)
    minutes, left = divmod(rest, 60)
    parts = [(amount, unit) for amount, unit in ((hours, "h"), (minutes, "min"), (left, "s")) if amount]
    return sign + "\u00a0".join(f"{amount}\u00a0{unit}" for amount, unit in parts or [(0, "s")])


def size(value: int | None, language: Language) -> str:
    """Bytes in units of 1000 (R15)."""
    if value is None:
        return NONE
    amount, power = Decimal(value), 0
    while amount >= 1000 and power < 4:
        amount, power = amount / 1000, power + 1
    unit = ("o", "ko", "Mo", "Go", "To")[power] if language == "fr" else ("B", "kB", "MB", "GB", "TB")[power]
    return f"{number(amount, language, 1 if power else 0)}\u00a0{unit}"


def month(value: date | None, language: Language) -> str:
    return NONE if value is None else f"{_MONTHS[language][value.month - 1]}\u00a0{value.year}"


def day(value: date | None, language: Language) -> str:
    return NONE if value is None else f"{value.day}\u00a0{month(value, language)}"


def night(value: date, language: Language) -> str:
    """Short form for an axis of nights: 3 mars."""
    return f"{value.day}\u00a0{_MONTHS[language][value.month - 1]}"


def instant(value: datetime | None, zone: str, language: Language) -> str:
    """An instant in the contract's zone, to the minute."""
    if value is None:
        return NONE
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date(), language)} {local:%H:%M}"
