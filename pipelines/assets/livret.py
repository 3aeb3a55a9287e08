"""The one resource of all assets: paths and instant of a run."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import dagster as dg

from pipelines.resources import Settings, instant, settings
from pipelines.warehouse import connections


class Livret(dg.ConfigurableResource):
    """Paths and instant of one run, as text so that schedules and the UI can set them."""

    inbox: str
    contract: str
    warehouse: str
    reports: str
    as_of: str

    @property
    def settings(self) -> Settings:
        return Settings(
            inbox=Path(self.inbox),
            contract=Path(self.contract),
            warehouse=Path(self.warehouse),
            reports=Path(self.reports),
            as_of=instant(self.as_of),
        )

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Livret"]:
        """One run at a time, whoever started it: the command, the schedule, the sensor or a hand on the page."""
        with connections.only_run(self.settings.work):
            yield self

    @classmethod
    def of(cls, settings: Settings) -> "Livret":
        return cls(
            inbox=str(settings.inbox),
            contract=str(settings.contract),
            warehouse=str(settings.warehouse),
            reports=str(settings.reports),
            as_of=settings.as_of.isoformat(),
        )

    @classmethod
    def from_environment(cls, now: datetime) -> "Livret":
        """The environment's settings; `now` is asked about where it names no instant."""
        return cls.of(settings(now=now))
