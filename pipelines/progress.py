"""What a run is doing, told to whoever listens; nobody does unless the command line asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Tell = Callable[[str], None]

_listener: ContextVar[Tell] = ContextVar("listener", default=lambda text: None)


def tell(text: str) -> None:
    """One short line about the work under way."""
    _listener.get()(text)


@contextmanager
def listened_to_by(listener: Tell) -> Iterator[None]:
    """Within this block `listener` hears what is told."""
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
