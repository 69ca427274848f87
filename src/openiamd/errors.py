"""Errors that a user can act on: one tree, each with a place and a cure.

OpenIAMDError
├── ScenarioError    what the user wrote: shape, names, values, what the model does not represent
├── CatalogueError   a catalogue entry: a value without range or source, an unknown name
├── UnitError        a quantity: no unit, the wrong unit, not a number
├── TerrainError     elevations: no such file, not readable, not covered, voids, a place below ground
├── RecordingError   recorded sensors, plots, tracks or truth: missing, unreadable, a value that cannot be
├── ResultsError     a run folder: missing, incomplete, made by something else
├── CapacityError    a limit of memory or of the counters behind the draws, named in the message
└── UsageError       the command line or an argument of a public function

Anything else that is raised is a defect of the program and keeps its traceback.
"""

from os import PathLike, fspath
from typing import Self


class OpenIAMDError(Exception):
    """Base of all errors that a user can act on.

    ``str(error)`` is ``file:line: message``; the cure stays apart in ``error.hint``.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | PathLike[str] | None = None,
        line: int | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = None if file is None else fspath(file)
        self.line = line
        self.hint = hint

    def __str__(self) -> str:
        """Return the message behind the place it is about."""
        if self.file is None:
            return self.message
        if self.line is None:
            return f"{self.file}: {self.message}"
        return f"{self.file}:{self.line}: {self.message}"

    def at(self, file: str | PathLike[str] | None, line: int | None = None) -> Self:
        """Return this error placed at ``file`` and ``line``, unless it has a place already."""
        if self.file is None and file is not None:
            self.file = fspath(file)
            self.line = line
        return self


class ScenarioError(OpenIAMDError):
    """The scenario cannot be used as it is written."""


class CatalogueError(OpenIAMDError):
    """A catalogue entry is malformed, without a source, or unknown."""


class UnitError(OpenIAMDError):
    """A quantity cannot be read."""


class TerrainError(OpenIAMDError):
    """Elevation data cannot be read or fetched, or does not fit the scenario."""


class RecordingError(OpenIAMDError):
    """A file of recorded sensors, plots, tracks or truth cannot be used as it is."""


class ResultsError(OpenIAMDError):
    """A run folder cannot be read or written."""


class CapacityError(OpenIAMDError):
    """The question exceeds a stated limit."""


class UsageError(OpenIAMDError):
    """A command or a public function was called wrongly."""


def format_error(error: OpenIAMDError) -> str:
    """Return the sentence for a user, with the cure on a line of its own when there is one."""
    return str(error) if error.hint is None else f"{error}\nhint: {error.hint}"
