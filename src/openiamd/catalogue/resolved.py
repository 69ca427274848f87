"""The resolved scenario: names looked up, numbers in SI, nothing left to decide. Step 2 of the flow.

Every list keeps the order of the scenario file; references between lists are index positions.
Angles are radians (azimuth clockwise from true north), heights metres above the spherical earth.
"""

from dataclasses import dataclass, field

from openiamd.catalogue.duties import Duties
from openiamd.catalogue.identities import Criterion, FlightPlan, Weights
from openiamd.catalogue.orders import FireOrder, Zone

SCANS = ("rotating", "sector", "electronic")
SIDES = ("friendly", "civil", "hostile")
CLASSES = ("fighter", "transport", "airliner", "uav", "cruise", "ballistic", "drone", "bomber")
IDENTITIES = ("PENDING", "UNKNOWN", "ASSUMED_FRIEND", "FRIEND", "NEUTRAL", "SUSPECT", "HOSTILE")
CONTROL_STATUSES = ("HOLD", "TIGHT", "FREE")
METHODS_OF_CONTROL = ("DECENTRALIZED", "CENTRALIZED", "AUTONOMOUS")
TOWARD = ("", "asset", "node")
CONFLICT_RULES = ("own_reply", "friend", "authority", "threat")
ASSIGNMENTS = ("greedy", "optimal", "random")
FUSIONS = ("own", "best", "covariance_intersection", "naive")
CONTACT_ACTIONS = ("", "dark", "self_defence")
ZONE_KINDS = ("missile_engagement", "fighter_engagement", "restricted_fire")
FIRE_ORDERS = ("weapons_control", "cease_fire", "hold_fire")
TARGET_CLASSES = ("ballistic", "air", "slow")
REMOTE_USES = ("NONE", "CUE", "LAUNCH_ON_REMOTE", "ENGAGE_ON_REMOTE")


@dataclass(frozen=True)
class Point:
    """A place: latitude and longitude in radians, height in metres."""

    latitude_rad: float
    longitude_rad: float
    height_m: float = 0.0


@dataclass(frozen=True)
class Input:
    """One number that the run rests on, with its range and where it comes from."""

    path: str  # "s400/91n6e.range_anchor" or "scenario:readiness.stored.warning.lead"
    value: float  # the number used, SI
    nominal: float
    low: float
    high: float
    unit: str
    distribution: str
    source: str
    source_class: str  # O T P N E
    verification: str  # V R D


@dataclass(frozen=True)
class Asset:
    """A defended place."""

    id: str
    position: Point
    radius_m: float
    value: float
    late_within_m: float = 0.0  # a kill nearer than this is late; 0: none is
    late_below_m: float = float("inf")  # if it is lower than this over the asset


@dataclass(frozen=True)
class Corridor:
    """A lane in which traffic is presumed to be what the lane is for."""

    id: str
    points: tuple[Point, ...]
    half_width_m: float
    floor_m: float
    ceiling_m: float
    minimum_speed_mps: float
    maximum_speed_mps: float
    identity: str  # one of IDENTITIES


@dataclass(frozen=True)
class Waypoint:
    """A point of a route and the ground speed held from it to the next one."""

    position: Point
    speed_mps: float


@dataclass(frozen=True)
class FlyingObject:
    """One thing that flies: a missile, a drone, an aircraft."""

    id: str
    group: str
    name: str  # catalogue entry
    object_class: str  # one of CLASSES
    side: str  # one of SIDES
    rcs_m2: float  # from ahead, at microwaves
    rcs_side_ratio: float
    rcs_tail_ratio: float
    rcs_low_band_ratio: float  # at 300 MHz and below over 3 GHz and above
    swerling: int  # 0 to 4
    route: tuple[Waypoint, ...]  # ballistic: launch and impact points, speeds ignored
    ballistic: bool
    loop: bool  # racetrack: the route is flown again and again
    start_s: float
    start_jitter_s: float  # uniform in ± this, drawn per run
    arrival_rate_hz: float  # > 0: the group's n-th Poisson arrival after start_s, n = arrival_index
    arrival_index: int
    target: int  # asset index, −1 for none
    mode5: bool  # answers Mode 5
    mode3: bool  # answers civil Mode 3/A/S
    price_usd: float
    follows_ground: bool = False  # heights are counted from the ground, where there is terrain
    departs: bool = True  # False: reaching the end of the route is a leak (hostile)
    mode4: bool = False  # answers Mode 4
    transponder_off: float = 0.0  # probability, for the whole flight
    wrong_key: float = 0.0


@dataclass(frozen=True)
class Node:
    """A command node: it holds tracks, identifies and decides."""

    id: str
    name: str
    position: Point
    superior: int  # node index, −1 for none
    mode5: bool  # its interrogators hold Mode 5
    interrogator_range_m: float  # 0: no interrogator
    mode5_reply_probability: float
    mode3_reply_probability: float
    # tracker
    confirm_hits: int
    confirm_scans: int
    drop_misses: int
    gate: float  # Mahalanobis distance, not squared
    process_noise: float  # m²/s³
    # doctrine
    control_status: str
    control_status_autonomous: str
    method_of_control: str
    contact_timeout_s: float
    self_defence: bool
    self_defence_radius_m: float
    salvo: int  # interceptors fired without a look between them
    salvos: int  # looks: at most this many salvos at one track
    decision_delay_s: float  # from confirmed track to the first decision on it
    interrogations_required: int  # unanswered, before behaviour may make a track HOSTILE
    hostile_time_to_go_s: float  # inbound to an asset within this: hostile behaviour
    hostile_maximum_height_m: float  # … and below this height
    hostile_minimum_speed_mps: float
    hostile_maximum_speed_mps: float
    ballistic_minimum_speed_mps: float  # faster than this is a ballistic missile
    engage_once: bool  # engage at the first decision or never
    identify_all_hostile: bool  # idealised runs: every confirmed track is HOSTILE
    mode4: bool = False  # its interrogators hold Mode 4
    mode4_reply_probability: float = 0.0
    missile: Criterion | None = None  # motion by which a track is taken for a missile
    weights: Weights | None = None  # identifies by Bayes' rule; None: by rules
    conflict: str = "own_reply"  # one of CONFLICT_RULES
    motion: str = "cv"  # motion model of its tracker: cv, imm
    fusion: str = "covariance_intersection"  # one of FUSIONS
    spacing_s: float = 0.0  # from one interceptor of a salvo to the next; 0: together
    contact_action: str = ""  # one of CONTACT_ACTIONS: what it does beyond its status when contact is lost
    slow_speed_mps: float = 80.0  # slower than this is a slow target
    assignment: str = "greedy"  # one of ASSIGNMENTS
    coordinates: bool = True  # holds fire at what it hears that another node engages
    half_time_s: float = 120.0  # time to go that halves what a track is worth
    weight_ballistic: float = 1.0  # by target class
    weight_air: float = 1.0
    weight_slow: float = 1.0
    engagement_authority: int = -1  # node whose orders it waits for, −1: itself
    id_authority: int = -1  # node without whose word nothing is HOSTILE, −1: itself
    control_by_class: tuple[str, ...] = ("", "", "")  # in the order of TARGET_CLASSES, "": none of its own
    decision_spread: float = 0.0  # standard deviation of the logarithm of the decision delay


@dataclass(frozen=True)
class RadarEquation:
    """What the radar equation asks for beyond wavelength, pulses, range and target."""

    transmit_power_w: float
    pulse_length_s: float
    antenna_gain: float  # both ways
    system_temperature_k: float
    losses: tuple[float, ...]  # transmit, receive, beam shape, processing, integration; without the atmosphere


@dataclass(frozen=True)
class Sensor:
    """One radar, at a place or on a flying platform."""

    id: str
    name: str
    node: int
    position: Point
    platform: int  # object index, −1: on the ground
    antenna_height_m: float  # above the site
    facing_rad: float
    sector_rad: float  # full width; 2π rotates
    elevation_minimum_rad: float
    elevation_maximum_rad: float
    revisit_s: float
    range_minimum_m: float
    range_instrumented_m: float
    frequency_hz: float
    anchor_range_m: float  # 0: defined by its radar equation alone
    anchor_range_low_m: float
    anchor_range_high_m: float
    anchor_rcs_m2: float
    anchor_pd: float
    equation: RadarEquation | None
    pulses: int  # integrated noncoherently
    false_alarm_probability: float
    false_plots_per_scan: float
    beamwidth_azimuth_rad: float
    beamwidth_elevation_rad: float
    range_resolution_m: float
    range_floor_m: float
    angle_floor_rad: float
    scan: str  # one of SCANS
    scan_loss_exponent: float  # 0: none
    cosecant_from_rad: float  # above its elevation limit: none
    mti_prf_hz: float  # 0: none
    mti_cancellers: int
    clutter_improvement: float
    designated_only: bool  # looks only where its node has a track
    designation_half_angle_rad: float
    tracks_maximum: int
    interrogator: bool
    active_from_s: float
    active_until_s: float
    detect_always: bool  # idealised: Pd 1 inside range and sector, horizon ignored
    noiseless: bool  # idealised: measurement equals truth
    bias_range_m: float = 0.0  # registration: 1σ of errors that are constant in a run
    bias_azimuth_rad: float = 0.0
    bias_elevation_rad: float = 0.0
    range_rate_resolution_mps: float = 0.0  # 0: range rate is not measured
    range_rate_floor_mps: float = 0.0


@dataclass(frozen=True)
class Interceptor:
    """One type of interceptor: a kinematic envelope and kill probabilities."""

    id: str
    range_minimum_m: float
    range_air_m: float
    range_ballistic_m: float
    altitude_minimum_m: float
    altitude_maximum_m: float
    speed_mps: float  # mean speed to intercept, or at burnout where it decays
    pk_aircraft: float
    pk_cruise: float
    pk_ballistic: float
    pk_drone: float
    acceptance_radius_m: float
    price_usd: float
    decay_m: float = 0.0  # distance in which speed falls to 1/e; 0: constant speed
    speed_minimum_mps: float = 0.0
    pk_edge: float = 1.0  # share of kill probability left at the longest range
    pk_edge_from: float = 0.5  # part of the longest range from which it falls
    terminal_active_s: float = -1.0  # before intercept, from which it needs no channel; −1: guided to the end
    envelope: tuple[tuple[float, float], ...] = ()  # altitude and longest range there, rising; () none


@dataclass(frozen=True)
class FireUnit:
    """Launchers with the engagement radar that guides for them."""

    id: str
    name: str
    node: int
    position: Point
    engagement_sensor: int  # sensor index, −1: none needed (idealised)
    facing_rad: float
    sector_rad: float  # engagement sector, full width
    responsibility_facing_rad: float
    responsibility_sector_rad: float  # 2π: everywhere
    channels: int
    missiles_guided: int
    magazines: tuple[tuple[int, int], ...]  # (interceptor index, ready rounds)
    reaction_s: float
    assessment_s: float
    service_s: float  # > 0: idealised fixed channel hold; intercept at its end
    track_probability: float  # common to all shots of this unit at one object
    hold_timeout_s: float  # the engagement radar holds a track that it hit within this time
    active_from_s: float
    active_until_s: float
    shares_with: int = -1  # fire unit whose engagement radar and channels it uses, −1: its own
    stocks: tuple[tuple[int, int], ...] = ()  # (interceptor index, rounds to reload)
    reload_s: float = 0.0  # 0: never
    false_kill: float = 0.0
    false_survivor: float = 0.0
    recheck_s: float = 30.0
    slew_rate_radps: float = 0.0  # of its sector and engagement radar; 0: fixed
    reaction_spread: float = 0.0  # standard deviation of the logarithm of the reaction


@dataclass(frozen=True)
class Link:
    """A directed data link between two nodes."""

    id: str
    name: str
    sender: int
    receiver: int
    latency_s: float
    interval_s: float
    loss: float
    carries_track: bool
    carries_identity: bool
    carries_order: bool
    carries_engagement: bool
    remote_use: str  # one of REMOTE_USES
    extrapolate: bool  # the receiver brings a report forward to now
    active_from_s: float
    active_until_s: float
    latency_spread: float = 0.0  # standard deviation of the logarithm of the latency
    remote_quality: int = 0  # track quality from which more than a cue is allowed
    remote_age_s: float = 0.0  # how long after a report


@dataclass(frozen=True)
class Environment:
    """What lies between a radar and what it looks at."""

    terrain: str = ""  # file or folder of elevations, 'cache', or '' for a smooth earth
    siting_m: float = 0.0  # ground radars stand on the highest ground within this distance
    effective_radius_factor: float = 4.0 / 3.0
    gas: bool = False
    rain_rate_mps: float = 0.0  # depth of water per time
    rain_height_m: float = 0.0
    diffraction: bool = False
    sea: bool = False
    wave_height_m: float = 0.0  # root mean square
    vertical_polarisation: bool = False


@dataclass(frozen=True)
class ResolvedScenario:
    """Everything that `compile_world` needs, and nothing else."""

    name: str
    variant: str
    origin: Point
    radius_m: float
    duration_s: float
    step_s: float
    sample_s: float  # air picture scored at multiples of this
    warmup_s: float  # objects that start earlier do not count in measures
    score_gate_m: float
    correlate: bool  # receivers correlate remote with local tracks
    environment: Environment
    assets: tuple[Asset, ...]
    corridors: tuple[Corridor, ...]
    flight_plans: tuple[FlightPlan, ...]
    objects: tuple[FlyingObject, ...]
    nodes: tuple[Node, ...]
    sensors: tuple[Sensor, ...]
    interceptors: tuple[Interceptor, ...]
    fire_units: tuple[FireUnit, ...]
    links: tuple[Link, ...]
    inputs: tuple[Input, ...] = field(repr=False)
    zones: tuple[Zone, ...] = ()
    fire_orders: tuple[FireOrder, ...] = ()
    duties: Duties = field(default_factory=Duties)
