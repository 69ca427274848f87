"""The tracker beside Stone Soup's, and beside the bound that no filter can beat."""

import datetime
import warnings

import numpy as np
import pytest

from openiamd.studies.track_plots import TrackerSettings, track_plots
from radar_scenes import as_plots, radars, traffic

START = datetime.datetime(2026, 1, 1)
STATES = [0, 2, 4, 1, 3, 5]  # Stone Soup interleaves places and velocities


def model_of(sensors):
    """Return Stone Soup's measurement model with an analytic Jacobian: its own is a finite difference, 0.9 % off."""
    from stonesoup.models.measurement.nonlinear import CartesianToElevationBearingRange

    def jacobian(self, state, **_):
        x, y, z = (float(state.state_vector[index, 0]) for index in (0, 2, 4))
        flat, reach = np.hypot(x, y), np.sqrt(x * x + y * y + z * z)
        found = np.zeros((3, 6))
        found[0, ::2] = -x * z / (reach**2 * flat), -y * z / (reach**2 * flat), flat / reach**2
        found[1, :4:2] = -y / flat**2, x / flat**2
        found[2, ::2] = x / reach, y / reach, z / reach
        return found

    analytic = type("Analytic", (CartesianToElevationBearingRange,), {"jacobian": jacobian})
    sigmas = [sensors.sigma_elevation_rad[0], sensors.sigma_azimuth_rad[0], sensors.sigma_range_m[0]]
    return analytic(ndim_state=6, mapping=(0, 2, 4), noise_covar=np.diag(np.square(sigmas)))


def stone_soup(plots, sensors):
    """Return Stone Soup's confirmed tracks under the default settings: plots, then states by scan."""
    from stonesoup.dataassociator.neighbour import GNNWith2DAssignment
    from stonesoup.deleter.time import UpdateTimeStepsDeleter
    from stonesoup.hypothesiser.distance import DistanceHypothesiser
    from stonesoup.initiator.simple import MultiMeasurementInitiator, SimpleMeasurementInitiator
    from stonesoup.measures import Mahalanobis
    from stonesoup.models.transition.linear import CombinedLinearGaussianTransitionModel, ConstantVelocity
    from stonesoup.predictor.kalman import ExtendedKalmanPredictor
    from stonesoup.tracker.simple import MultiTargetTracker
    from stonesoup.types.angle import Bearing, Elevation
    from stonesoup.types.array import CovarianceMatrix, StateVector
    from stonesoup.types.detection import Detection
    from stonesoup.types.state import GaussianState
    from stonesoup.updater.kalman import ExtendedKalmanUpdater

    model, revisit_s = model_of(sensors), sensors.revisit_s[0]
    scan = np.round(plots.time_s / revisit_s).astype(int)
    moments = [START + datetime.timedelta(seconds=number * revisit_s) for number in range(scan.max() + 1)]
    scans, rows = [(moment, set()) for moment in moments], {}
    for row, number in enumerate(scan):
        values = Elevation(plots.elevation_rad[row]), Bearing(np.pi / 2 - plots.azimuth_rad[row]), plots.range_m[row]
        plot = Detection(StateVector(values), timestamp=moments[number], measurement_model=model)
        rows[id(plot)] = row
        scans[number][1].add(plot)
    settings = TrackerSettings()
    level, upright = settings.process_noise
    motion = CombinedLinearGaussianTransitionModel([ConstantVelocity(q) for q in (level, level, upright)])
    predictor, updater = ExtendedKalmanPredictor(motion), ExtendedKalmanUpdater(model)
    associator = GNNWith2DAssignment(DistanceHypothesiser(predictor, updater, Mahalanobis(), settings.gate))
    variance = np.square(settings.velocity_prior)[[0, 0, 1]]
    prior = GaussianState(
        StateVector(np.zeros(6)), CovarianceMatrix(np.diag(np.ravel([np.zeros(3), variance], "F"))), START
    )
    initiator = MultiMeasurementInitiator(
        prior_state=prior, measurement_model=model, deleter=UpdateTimeStepsDeleter(settings.drop_tentative),
        data_associator=associator, updater=updater, min_points=settings.confirm,
        initiator=SimpleMeasurementInitiator(prior, model, skip_non_reversible=True),
    )  # fmt: skip
    deleter = UpdateTimeStepsDeleter(settings.drop_confirmed)
    tracker = MultiTargetTracker(initiator, deleter, iter(scans), associator, updater)
    found = set()
    for _, now in tracker:
        found |= now
    return {history(track, rows): by_scan(track, revisit_s) for track in found}


def history(track, rows):
    taken = (state.hypothesis for state in track.states if hasattr(state, "hypothesis"))
    return tuple(rows[id(one.measurement)] for one in taken if one)


def by_scan(track, revisit_s):
    return {
        round((state.timestamp - START).total_seconds() / revisit_s): (
            np.array(state.state_vector, float).ravel()[STATES],
            np.array(state.covar, float)[np.ix_(STATES, STATES)],
        )
        for state in track.states
    }


@pytest.mark.parametrize("seed", [21, 22])
def test_equals_stone_soups_filter_with_an_analytic_jacobian(seed):
    pytest.importorskip("stonesoup")
    sensors, plots, _ = traffic(seed, count=10, scans=16, clutter=5.0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        others = stone_soup(plots, sensors)
    tracks = track_plots(plots, sensors)
    numbers = np.unique(tracks.track_number[tracks.confirmed])
    compared = 0
    for number in numbers:
        rows = np.flatnonzero(tracks.track_number == number)
        taken = tuple(tracks.plot[rows][tracks.plot[rows] >= 0].tolist())
        assert taken in others
        for row in rows:
            scan = round(tracks.time_s[row] / 10.0)
            if scan in others[taken]:
                state, covariance = others[taken][scan]
                np.testing.assert_allclose(tracks.state[row], state, rtol=0.0, atol=1e-6)
                np.testing.assert_allclose(tracks.covariance[row], covariance, rtol=1e-6, atol=1e-2)
                compared += 1
    assert len(numbers) == len(others) >= 8
    assert compared > 100


def single_flights(runs, scans, draw):
    """Return true states (run, scan, 6), plots (run, scan, 3) and which are seen, of matched flights at 100 km."""
    start = np.array([1e5, -5e4, 8e3]) + draw.normal(0.0, 100.0, (runs, 3))
    state = np.concatenate([start, draw.normal(0.0, [160.0, 160.0, 10.0], (runs, 3))], 1)
    transition, noise = np.eye(6), np.kron([[1e3 / 3, 50.0], [50.0, 10.0]], np.diag([1.0, 1.0, 0.05]))
    transition[:3, 3:] = 10.0 * np.eye(3)
    root, states = np.linalg.cholesky(noise), []
    for _ in range(scans):
        states.append(state)
        state = state @ transition.T + draw.normal(size=(runs, 6)) @ root.T
    states = np.stack(states, 1)
    x, y, z = states[..., 0], states[..., 1], states[..., 2]
    exact = np.stack([np.sqrt(x * x + y * y + z * z), np.arctan2(x, y), np.arctan2(z, np.hypot(x, y))], -1)
    plots = exact + draw.normal(size=exact.shape) * [50.0, 0.0035, 0.0035]
    hits = draw.random((runs, scans)) < 0.9
    hits[:, 0] = True
    return states, plots, hits, transition, noise


def bound(states, hits, transition, noise):
    """Return the posterior Cramér-Rao bound (scan, run, 6, 6) along each path (Tichavský et al. 1998)."""
    x, y, z = (states[..., axis] for axis in range(3))
    flat2 = x * x + y * y
    reach2, flat = flat2 + z * z, np.sqrt(flat2)
    slope = np.zeros((*x.shape, 3, 6))
    slope[..., 0, :3] = states[..., :3] / np.sqrt(reach2)[..., None]
    slope[..., 1, 0], slope[..., 1, 1] = y / flat2, -x / flat2
    slope[..., 2, 0], slope[..., 2, 1] = -x * z / (reach2 * flat), -y * z / (reach2 * flat)
    slope[..., 2, 2] = flat / reach2
    slope /= np.array([50.0, 0.0035, 0.0035])[:, None]
    information = np.swapaxes(slope, -1, -2) @ slope * hits[..., None, None]
    covariance = [np.linalg.inv(information[:, 0] + np.diag([0, 0, 0, 160.0**-2, 160.0**-2, 10.0**-2]))]
    for scan in range(1, states.shape[1]):
        ahead = transition @ covariance[-1] @ transition.T + noise
        covariance.append(np.linalg.inv(np.linalg.inv(ahead) + information[:, scan]))
    return np.stack(covariance)


def test_matched_flights_reach_the_bound_and_know_their_errors():
    runs, scans, gap = 2_000, 50, 12
    draw = np.random.default_rng(23)
    states, plots, hits, transition, noise = single_flights(runs, scans, draw)
    run, scan = np.nonzero(hits)
    times = (run * (scans + gap) + scan) * 10.0
    none = np.full(len(run), np.nan)
    table = np.column_stack([times, np.zeros(len(run)), plots[run, scan], none])
    settings = TrackerSettings(gate=1e3, confirm=1, drop_tentative=gap - 1, drop_confirmed=gap - 1)
    tracks = track_plots(as_plots(table), radars(clutter=0.0), settings)
    place = np.round(tracks.time_s / 10.0).astype(int)
    run, scan = place // (scans + gap), place % (scans + gap)
    kept = (scan >= 10) & (scan < scans)
    assert kept.sum() > 0.99 * runs * (scans - 10)
    assert (tracks.track_number == run + 1).all()
    error = tracks.state[kept] - states[run[kept], scan[kept]]
    limit = bound(states, hits, transition, noise)[scan[kept], run[kept]]
    nees = np.einsum("ki,kij,kj->k", error, np.linalg.inv(tracks.covariance[kept]), error)
    ratios = [
        np.sqrt((error[:, part] ** 2).sum() / np.einsum("kii->k", limit[:, part, part]).sum())
        for part in (slice(3), slice(3, 6))
    ]
    assert max(ratios) <= 1.02
    assert 0.97 <= nees.mean() / 6.0 <= 1.03
