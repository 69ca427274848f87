"""What the model leaves out, from one list: by stage for the method pages, and as a table of everything."""

from pathlib import Path

import yaml
from markdown import cell

LIST = Path(__file__).resolve().parent.parent / "methods" / "simplifications.yaml"


def _known() -> dict[str, list[dict[str, str]]]:
    return yaml.safe_load(LIST.read_text(encoding="utf-8"))


def stage(name: str) -> str:
    """Return the simplifications of one stage as a list."""
    return "\n".join(f"- **{cell(one['what'])}** {cell(one['why'])} *{cell(one['bias'])}*" for one in _known()[name])


def all_stages() -> str:
    """Return every simplification: what, why, which way it may bias, and where it will be deepened."""
    lines = ["| stage | what | why | which way it may bias | to be deepened in |", "| --- | --- | --- | --- | --- |"]
    for name, members in _known().items():
        lines += [
            f"| {name} | {cell(one['what'])} | {cell(one['why'])} | {cell(one['bias'])} | {cell(one['area'])} |"
            for one in members
        ]
    return "\n".join(lines) + "\n"


def count() -> str:
    """Return how many there are."""
    return f"{sum(len(members) for members in _known().values())} simplifications are listed."
