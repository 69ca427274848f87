"""The reference of the command line, from its parser."""

import argparse

from markdown import cell, code, table

from openiamd.cli import _parser


def _arguments(command: argparse.ArgumentParser) -> list[tuple[str, str]]:
    rows = []
    for action in command._actions:
        if isinstance(action, argparse._HelpAction):
            continue
        names = ", ".join(action.option_strings)
        value = action.metavar if isinstance(action.metavar, str) and action.nargs != 0 else ""
        rows.append((code(f"{names} {value}".strip()), action.help or ""))
    return rows


def commands() -> str:
    """Return one section a command: what it does, how it is called, what it takes."""
    parser, names = _parser()
    choices = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction)).choices
    parts = []
    for name in names:
        command = choices[name]
        usage = " ".join(command.format_usage().removeprefix("usage: ").split())
        parts.append(f"## iamd {name}\n\n{cell(command.description)}\n\n`{usage}`\n")
        if rows := _arguments(command):
            parts.append(table(("argument", "meaning"), rows))
    return "\n".join(parts)
