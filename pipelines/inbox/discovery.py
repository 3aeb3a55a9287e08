"""The inbox: which files there are, whose they are, and their plain bytes. Knows folders, never formats or contracts.

`<inbox>/<source>/<format>/...`; compressed files are inflated under a bound, so that no archive can explode.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

import pyarrow as pa

from pipelines.errors import ConfigurationError, UnreadableFile
from pipelines.inbox.source_config import NAME, SourceConfig

MAX_INFLATED_BYTES = 64 * 2**30
MAX_INFLATION = 2_000  # plain bytes per compressed byte; a year of monotonous checks reaches 300
COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
_BLOCK = 1 << 20
LINK, NOWHERE = "(link)", "(none)"  # in place of a format: of a file that is not read, for where it lies


@dataclass(frozen=True)
class InboxFile:
    """One file of the inbox. `name` is its path below the inbox with forward slashes; `format` its second folder."""

    path: Path
    name: str
    source: str
    format: str
    config: SourceConfig

    @property
    def folder(self) -> str:
        return self.name.rpartition("/")[0]

    @property
    def below_format(self) -> tuple[str, ...]:
        """Folders between the format and the file (`history/fec/<client>/<dossier>/x` gives client and dossier)."""
        return tuple(self.name.split("/")[2:-1])

    @property
    def stem(self) -> str:
        """File name without compression ending."""
        return self.path.name.removesuffix(self.path.suffix) if self.compression else self.path.name

    @property
    def suffix(self) -> str:
        """Ending of the plain file, in lower case, with its dot."""
        return Path(self.stem).suffix.lower()

    @property
    def compression(self) -> str | None:
        return COMPRESSIONS.get(self.path.suffix.lower())

    def open(self) -> IO[bytes]:
        """Plain bytes; raises UnreadableFile while reading when the archive is broken or inflates beyond bounds."""
        if self.compression is None:
            return self.path.open("rb")
        return cast(IO[bytes], _Inflated(self.path, self.name, self.compression))

    def read(self) -> bytes:
        with self.open() as stream:
            return stream.read()


class _Inflated:
    """Plain bytes of a compressed file, bounded."""

    def __init__(self, path: Path, name: str, compression: str) -> None:
        self._name = name
        self._left = min(MAX_INFLATED_BYTES, max(path.stat().st_size, 1024) * MAX_INFLATION)
        self._stream = (
            gzip.open(path, "rb") if compression == "gzip" else pa.input_stream(str(path), compression="zstd")  # noqa: SIM115
        )

    def read(self, size: int = -1) -> bytes:
        if size is not None and size >= 0:
            return self._bounded(size)
        blocks = []
        while block := self._bounded(_BLOCK):
            blocks.append(block)
        return b"".join(blocks)

    def _bounded(self, size: int) -> bytes:
        try:
            block = bytes(self._stream.read(size))
        except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
            raise UnreadableFile("broken_archive", f"{self._name}: cannot be inflated ({error})") from error
        self._left -= len(block)
        if self._left < 0:
            raise UnreadableFile(
                "archive_too_large", f"{self._name}: inflates beyond {MAX_INFLATION} times its size; refused"
            )
        return block

    def close(self) -> None:
        self._stream.close()

    def __enter__(self) -> _Inflated:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def discover(inbox: Path, source: str | None = None) -> Iterator[tuple[Path, str, str, str]]:
    """(path, name, source, format) of every data file, or of those of one source, in the order of their names.

    Hidden files, `source.toml` and README files are passed over. A link that leaves the inbox has the format LINK, a file outside
    `<source>/<format>/` the format NOWHERE: no reader takes these. Raises ConfigurationError for a missing inbox.
    """
    if not inbox.is_dir():
        raise ConfigurationError(f"inbox {inbox}: no such folder; create it or name another with --inbox")
    root = inbox.resolve()
    for path in sorted((inbox / source if source else inbox).rglob("*")):
        relative = path.relative_to(inbox)
        if not path.is_file() or path.name == NAME or any(part.startswith(".") for part in relative.parts):
            continue
        if path.suffix.lower() == ".md" or path.name.endswith((".tmp", ".part", "~")):
            continue
        name, source_of = relative.as_posix(), relative.parts[0]
        if root not in path.resolve().parents:
            yield path, name, source_of if len(relative.parts) > 1 else NOWHERE, LINK
        elif len(relative.parts) < 3:
            yield path, name, source_of if len(relative.parts) > 1 else NOWHERE, NOWHERE
        else:
            yield path, name, source_of, relative.parts[1]
