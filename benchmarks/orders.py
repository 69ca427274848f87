"""Does more help in `turkey`? More channels, surer kills, faster links, paired run by run: the sign of each change.

    python benchmarks/orders.py [--runs 100]

In idealised scenarios these must not raise the leakers (tests/engine/test_orders.py); here the sign is only reported,
because magazines bind: what is shot at earlier uses up what something else would have needed.
"""

import argparse

import numpy as np

from openiamd.catalogue.entries import load_catalogue
from openiamd.catalogue.resolve import resolve
from openiamd.results.statistics import mean_difference
from openiamd.scenario.load import load_scenario
from openiamd.simulate import SLICE_RUNS, simulate_batch

LEAKED = 3
CHANGES = {
    "channels 6 → 10": ("standalone", {"s400/fire-unit.channels": 10.0}),
    "pk against cruise missiles 0.6 → 0.85": ("standalone", {"s400/48n6e3.pk_cruise": 0.85}),
    "pk against drones 0.6 → 0.85": ("standalone", {"s400/48n6e3.pk_drone": 0.85}),
    "link latency 6 s → 2 s": ("integrated", {"nato/link16.latency": 2.0}),
}


def leakers(variant: str, overrides: dict[str, float], runs: int) -> np.ndarray:
    """Return the leakers (run,) of a variant of `turkey` with catalogue values replaced."""
    scenario = resolve(load_scenario("turkey").variant(variant), load_catalogue(), overrides)
    counts = np.zeros(runs)

    def keep(first_run: int, result) -> None:
        status = result.objects.status.reshape(-1, len(scenario.objects))
        counts[first_run : first_run + len(status)] = (status == LEAKED).sum(axis=1)

    simulate_batch(scenario, 1, runs, None, keep, None, SLICE_RUNS)
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=100)
    options = parser.parse_args()
    base = {variant: leakers(variant, {}, options.runs) for variant in ("standalone", "integrated")}
    print(f"{'change':40s} {'variant':12s} leakers, change minus base [95 %]")
    for name, (variant, overrides) in CHANGES.items():
        one = mean_difference(leakers(variant, overrides, options.runs), base[variant])
        sign = (
            "fewer"
            if one.high is not None and one.high < 0
            else "more"
            if one.low is not None and one.low > 0
            else "unclear"
        )
        print(f"{name:40s} {variant:12s} {one.mean:+.2f} [{one.low:+.2f}, {one.high:+.2f}] {sign}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
