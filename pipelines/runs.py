"""One run of all assets in this process: what `livret run` does, and what the schedules do."""

from __future__ import annotations

import logging
import os

import dagster as dg

from pipelines.assets import ALL, Livret
from pipelines.errors import BuildError, LivretError
from pipelines.progress import Tell, listened_to_by
from pipelines.resources import Settings


def materialise(settings: Settings, tell: Tell) -> None:
    """Materialise every asset. Raises the LivretError that stopped it, or BuildError for anything else."""
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    with _instance() as instance, listened_to_by(tell):
        try:
            result = dg.materialize(
                ALL,
                resources={"livret": Livret.of(settings)},
                instance=instance,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
                raise_on_error=True,
            )
        except Exception as error:
            raise _told(error) from error
    # Dagster ends well where a step was skipped for want of what it waits for; we do not.
    if skipped := [
        str(event.step_key) for event in result.filter_events(lambda event: event.is_step_skipped)
    ]:
        raise BuildError(f"not done: {', '.join(skipped)}; the published file is the one before. Report this")
    tell("")


def _instance() -> dg.DagsterInstance:
    """The operator's own instance where there is one, so that its page shows the run; else one that is forgotten."""
    return dg.DagsterInstance.get() if os.environ.get("DAGSTER_HOME") else dg.DagsterInstance.ephemeral()


def _told(error: BaseException) -> LivretError:
    """Our own error out of Dagster's wrapping; anything else is a failed build, told with its kind."""
    chain: list[BaseException] = [error]
    while (cause := _behind(chain[-1])) is not None and cause not in chain:
        chain.append(cause)
    for found in chain:
        if isinstance(found, LivretError):
            return found
    root = next((found for found in chain if not type(found).__module__.startswith("dagster")), error)
    return BuildError(f"{type(root).__name__}: {root}")


def _behind(error: BaseException) -> BaseException | None:
    """What caused an error; Dagster keeps the asset's own one in an attribute."""
    own: BaseException | None = getattr(error, "user_exception", None)
    return own or error.__cause__ or error.__context__
