"""Reference tables of results: units, measures, event kinds, reasons, columns of the stored tables."""

from markdown import code, table

from openiamd.results import kinds, tables
from openiamd.results.cause_codes import ENGAGED_CAUSES, LEAKER_CAUSES
from openiamd.results.cause_summary import CAUSE_MEASURES
from openiamd.results.measures import MEASURES
from openiamd.results.summary import BINARY, RATES
from openiamd.results.track_measures import MEANINGS
from openiamd.units import units_table


def units() -> str:
    """Return every unit that files may use."""
    rows = [
        (row["dimension"].replace("_", " "), code(row["unit"]), row["in SI"], row["example"]) for row in units_table()
    ]
    return table(("dimension", "unit", "in SI", "example"), rows)


def measures() -> str:
    """Return the measures of a run."""
    return table(("key", "meaning"), ((code(key), text) for key, text in MEASURES.items()))


def cause_measures() -> str:
    """Return the figures of causes."""
    return table(("key", "meaning"), ((code(key), text) for key, text in CAUSE_MEASURES.items()))


def causes(outcome: str) -> str:
    """Return the causes of an outcome, `leakers` or `engaged`, in the order in which they are tried."""
    known = LEAKER_CAUSES if outcome == "leakers" else ENGAGED_CAUSES
    rows = [(code(name), one.link, one.label, one.meaning) for name, one in known.items()]
    return table(("cause", "link", "in reports", "definition"), rows)


def track_measures() -> str:
    """Return the measures of recorded tracks."""
    return table(("measure", "meaning"), ((code(key), text) for key, text in MEANINGS.items()))


def summary_only() -> str:
    """Return the keys that only the summary has."""
    rows = [(code(new), f"share of runs in which `{old}` is 1") for old, new in BINARY.items()]
    rows += [(code(new), f"{events} per 1,000 {hours.replace('_', ' ')}") for new, (events, hours) in RATES.items()]
    return table(("key", "meaning"), rows)


def event_kinds() -> str:
    """Return every kind of event with the table that holds it."""
    rows = [
        (kinds.KIND_NAMES[number], code(f"events/{name}"), number)
        for name, known in tables.EVENT_TABLES.items()
        for number in known.kinds
    ]
    return table(("kind", "table", "number"), rows)


def columns() -> str:
    """Return the columns of each event table."""
    rows = [
        (code(f"events/{name}"), ", ".join(("variant", "run", "event", "time_s", *(c.name for c in known.columns))))
        for name, known in tables.EVENT_TABLES.items()
    ]
    return table(("table", "columns"), rows)


def reasons() -> str:
    """Return the words that reason columns hold."""
    words = {
        "identity": kinds.IDENTITIES,
        "identity_reason": kinds.IDENTITY_REASONS,
        "held_reason": kinds.HELD_REASONS,
        "ceased_reason": kinds.CEASED_REASONS,
        "order_change": kinds.ORDER_CHANGES,
        "assessment": kinds.ASSESSMENTS,
        "state": kinds.READINESS_STATES,
        "loss_cause": kinds.LOSS_CAUSES,
        "status": kinds.STATUS_NAMES,
        "transponder": kinds.TRANSPONDERS,
    }
    return table(("column", "words"), ((code(name), ", ".join(known)) for name, known in words.items()))
