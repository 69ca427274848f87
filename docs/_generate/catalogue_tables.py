"""The tables of the catalogue, from its data."""

from collections import Counter

from markdown import cell, code, table

from openiamd.catalogue.entries import load_catalogue
from openiamd.catalogue.kinds import KINDS

TITLES = {
    "radar": "Radars",
    "object": "Aircraft, missiles and drones",
    "interceptor": "Interceptors",
    "fire_unit": "Fire units",
    "link": "Links",
    "iff": "Interrogators",
    "command": "Command nodes",
    "shared": "Shared values",
}


def entries() -> str:
    """Return one section a kind and one table an entry: every value with its range, source class and mark."""
    catalogue = load_catalogue()
    parts = []
    for kind, title in TITLES.items():
        parts.append(f"## {title}\n")
        for entry in catalogue.entries.values():
            if entry.kind != kind or entry.id.startswith("ideal/"):
                continue
            parts.append(f"### {entry.id}\n\n{cell(entry.label)}. {cell(entry.notes)}\n")
            rows = [
                (
                    *(code(row["value"]), row["nominal"], f"{row['low']} – {row['high']}", row["unit"], row["at"]),
                    *(f"{row['source_class']} {row['verification']}", row["source"], row["note"]),
                )
                for row in catalogue.rows(entry.id)
            ]
            rows += [
                (
                    *(
                        code(value.name),
                        f"{value.written[0]:g}",
                        f"{value.written[1]:g} – {value.written[2]:g}",
                        "",
                        "",
                    ),
                    *(f"{value.source_class} {value.verification}",),
                    *("; ".join(catalogue.sources[name].title for name in value.sources), value.note),
                )
                for value in entry.loads.values()
            ]
            parts.append(table(("value", "nominal", "range", "unit", "at", "marks", "source", "note"), rows))
    return "\n".join(parts)


def kinds() -> str:
    """Return what each value of each kind means."""
    parts = []
    for kind, values in KINDS.items():
        rows = [(code(name), value.dimension.replace("_", " "), value.doc) for name, value in values.items()]
        parts.append(f"### {TITLES[kind]}\n\n" + table(("value", "dimension", "meaning"), rows))
    return "\n".join(parts)


def sources() -> str:
    """Return every source with its class and mark."""
    known = load_catalogue().sources.values()
    rows = [(code(one.id), one.title, f"{one.source_class} {one.verification}", one.url or "") for one in known]
    return table(("source", "title", "marks", "address"), rows)


def shares() -> str:
    """Return how many values of the catalogue carry each mark, idealised entries left out."""
    rows = [row for row in load_catalogue().rows() if not row["entry"].startswith("ideal/")]
    counts = Counter(row["verification"] for row in rows)
    words = {"V": "seen in the source", "R": "recalled, not re-checked", "D": "derived or estimated"}
    lines = [(mark, words[mark], counts[mark], f"{100 * counts[mark] / len(rows):.0f} %") for mark in "VRD"]
    return table(("mark", "meaning", "values", "share"), lines)
