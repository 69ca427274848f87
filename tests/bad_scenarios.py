"""A good scenario, and the ways to spoil one line of it that must be refused."""

GOOD = """\
openiamd: 1
name: small
reference: alone
theatre: {centre: [39.9, 32.9], radius: 300 km, duration: 20 min}
assets: {ankara: {at: [39.9, 32.9], radius: 15 km}}
corridors: {lane: {points: [[39, 32], [40, 33]], width: 10 km, floor: 1 km, ceiling: 2 km, speed: [150 m/s, 300 m/s]}}
doctrine: {blue: {}}
nodes:
  post: {type: s400/55k6e, at: [39.9, 32.9], doctrine: blue, iff: [mode3]}
  crc: {type: nato/crc, at: [38.5, 32.5], doctrine: blue}
sensors:
  search: {type: s400/91n6e, node: post, at: [39.9, 32.9]}
  guide: {type: s400/92n6e, node: post, at: [39.9, 32.9], facing: 180 deg}
  high: {type: nato/apy-2, node: crc, on: awacs-1}
fire_units:
  unit: {type: s400/fire-unit, node: post, at: [39.9, 32.9], radar: guide, load: {s400/48n6e3: 32}}
links:
  l16: {type: nato/link16, from: crc, to: post, carries: [track], remote_use: CUE}
raids:
  cruise: {type: threat/cruise, count: 4, start: 1 min, route: [[38.3, 32.9]], target: ankara}
  scud: {type: threat/srbm-300, launch: [37.8, 33.5], target: ankara}
traffic:
  awacs: {type: nato/e-3a, side: friendly, loop: true, route: [[38.4, 31.0], [38.4, 32.6]]}
variants:
  alone: {links: {l16: null}}
  joined: {}
"""

# what is replaced, by what, the line at which it is reported, words of the message, words of the hint
SPOILED = [
    (
        "doctrine: {blue: {}}",
        "doctrine: {blue: {shots: {policy: shoot_look_shoot, salvo: 2}}}",
        7,
        "doctrine 'blue' looks after each shot, but fires salvos of 2",
        "leave 'salvo' out",
    ),
    (
        "doctrine: {blue: {}}",
        "doctrine: {blue: {shots: {policy: shoot_shoot_look, salvo: 1}}}",
        7,
        "doctrine 'blue' shoots twice before it looks, but fires salvos of 1",
        "policy: shoot_look_shoot",
    ),
    (
        "doctrine: {blue: {}}",
        "doctrine: {blue: {shots: {salvo: 1, spacing: 3 s}}}",
        7,
        "doctrine 'blue' spaces the interceptors of a salvo, and there is one in each",
        "remove 'spacing'",
    ),
    (
        "remote_use: CUE",
        "remote_use: LAUNCH_ON_REMOTE",
        18,
        "link 'l16' allows LAUNCH_ON_REMOTE but does not carry fire_control",
        "add 'fire_control' to 'carries'",
    ),
    (
        "carries: [track], remote_use: CUE",
        "carries: [fire_control], remote_use: NONE",
        18,
        "link 'l16' has fire_control but does not carry tracks",
        "add 'track'",
    ),
    (
        "load: {s400/48n6e3: 32}}",
        "load: {s400/48n6e3: 32}, shares_channels_with: unit2}",
        16,
        "fire unit 'unit' shares channels with 'unit2' which is not defined",
        "fire_units",
    ),
    (
        "load: {s400/48n6e3: 32}}",
        "load: {s400/48n6e3: 32}, shares_channels_with: unit}",
        16,
        "fire unit 'unit' shares channels with itself",
        "name the unit whose radar it is",
    ),
    (
        "load: {s400/48n6e3: 32}}",
        "load: {s400/48n6e3: 32}, stock: {s400/9m96e2: 4}}",
        16,
        "fire unit 'unit' has a stock of 's400/9m96e2', of which it has none ready",
        "remove the stock",
    ),
    (
        "doctrine: blue, iff: [mode3]}",
        "doctrine: blue, iff: [mode3], tracker: {association: jpda}}",
        9,
        "node 'post', tracker.association is 'jpda'",
        "choose 'gnn'",
    ),
    (
        "doctrine: blue, iff: [mode3]}",
        "doctrine: blue, iff: [mode3], fusion: naive, tracker: {motion: imm}}",
        9,
        "node 'post' has interacting models of motion (imm), which naive fusion would overwrite",
        "choose motion cv, or another fusion",
    ),
    ("to: post", "to: crc-2", 18, "link 'l16' joins node 'crc-2' which is not defined", "nodes are 'post', 'crc'"),
    (
        "node: post, at: [39.9, 32.9]}",
        "node: pots, at: [39.9, 32.9]}",
        12,
        "sensor 'search' reports to node 'pots'",
        "'post'",
    ),
    ("type: s400/55k6e", "type: s400/55k6", 9, "node 'post' names 's400/55k6', which is no command", "'s400/55k6e'"),
    ("s400/48n6e3: 32", "s400/48n6: 32", 16, "names 's400/48n6', which is no interceptor", "'s400/48n6e3'"),
    ("radius: 300 km", "radius: 300 s", 4, "theatre.radius: '300 s' has unit 's' where a length is wanted", "12 km"),
    (
        "theatre: {",
        "environment: {rain: {rate: 0 mm/h, height: 3 km}}\ntheatre: {",
        4,
        "environment.rain.rate: '0 mm/h' must be above 0",
        "10 mm/h",
    ),
    (
        "theatre: {",
        "environment: {rain: {rate: 500 mm/h, height: 3 km}}\ntheatre: {",
        4,
        "rain of 500 mm/h is heavier than any that lasts",
        "200 mm/h is the most",
    ),
    (
        "theatre: {",
        "environment: {rain: {rate: 10 km, height: 3 km}}\ntheatre: {",
        4,
        "has unit 'km' where a rain rate is wanted",
        "10 mm/h",
    ),
    (
        "theatre: {",
        "environment: {effective_radius_factor: 0.01}\ntheatre: {",
        4,
        "effective_radius_factor is 0.01, outside 0.5 to 10",
        "1.33 is a standard atmosphere",
    ),
    ("theatre: {", "environment: {gass: true}\ntheatre: {", 4, "unknown key 'gass'", "did you mean 'gas'?"),
    (
        "theatre: {",
        "environment: {terrain: nowhere.tif, sea: {polarisation: round}}\ntheatre: {",
        4,
        "wave_height",
        "wave_height",
    ),
    ("radius: 300 km", "radius: 300", 4, "300 has no unit", "12 km"),
    ("radius: 300 km", "radius: -300 km", 4, "'-300 km' must be above 0", "12 km"),
    ("radius: 15 km", "radius: -15 km", 5, "asset 'ankara', radius: '-15 km' must be at least 0", "12 km"),
    ("radius: 300 km", "radius: nan km", 4, "'nan km' is not a length", "12 km"),
    ("radius: 300 km", "radius: 3000 km", 4, "3000 km, and 1500 km is the largest", "smaller"),
    (
        "radius: 300 km",
        "radius: 100 km",
        10,
        "node 'crc' has the place [38.5, 32.5], outside the theatre: 159 km",
        "enlarge",
    ),
    (
        "[[38.3, 32.9]]",
        "[[20.3, 32.9]]",
        20,
        "raid 'cruise' has the place [20.3, 32.9], outside the theatre",
        "latitude comes first",
    ),
    (
        "launch: [37.8, 33.5]",
        "launch: [33.5, 137.8]",
        21,
        "raid 'scud' has the place [33.5, 137.8], outside the theatre",
        "300 km",
    ),
    ("at: [39.9, 32.9], facing", "at: [139.9, 32.9], facing", 13, "latitude 139.9 is outside -89 to 89", "first"),
    ("at: [39.9, 32.9], facing", "at: [39.91, 32.9], facing", 13, "sensor 'guide' is placed at 39.91", "39.9"),
    ("at: [39.9, 32.9], facing", "at: Ankara, facing", 13, "'Ankara' is not a place", "[39.9, 32.9]"),
    ("nodes:", "nodez:", 8, "the scenario has the unknown key 'nodez'", "did you mean 'nodes'?"),
    ("iff: [mode3]", "iff: [mode6]", 9, "node 'post', iff.0 is 'mode6'", "'mode5', 'mode4' or 'mode3'"),
    ("facing: 180 deg", "facin: 180 deg", 13, "sensor 'guide' has the unknown key 'facin'", "did you mean 'facing'?"),
    ("doctrine: blue}", "}", 10, "node 'crc' lacks 'doctrine'", "Named set of rules"),
    ("count: 4", "count: four", 20, "raid 'cruise', count is 'four', not a whole number", "Number of objects"),
    ("count: 4", "count: 0", 20, "raid 'cruise', count: input should be greater", "Number of objects"),
    (
        "duration: 20 min",
        "duration: 1200.5 s",
        4,
        "duration is 1200.5 s, not a whole number of steps",
        "multiple of 1 s",
    ),
    ("duration: 20 min", "duration: 20 min, step: 2 s", 4, "step is 2 s, and 1 s is the longest", "step: 1 s"),
    ("duration: 20 min", "duration: 20 min, step: 0 s", 4, "'0 s' must be above 0", "5 min"),
    ("duration: 20 min", "duration: 20 min, warmup: 30 min", 4, "warmup fills the whole run", "shorten"),
    ("start: 1 min", "start: 1 h", 20, "raid 'cruise' starts at 3600 s, after the run has ended", "1200 s"),
    ("to: post", "to: crc", 18, "link 'l16' joins node 'crc' with itself", "another node"),
    ("carries: [track]", "carries: [identity]", 18, "has identity but does not carry tracks", "'track'"),
    ("on: awacs-1", "on: awacs-2", 14, "sensor 'high' rides on object 'awacs-2' which is not defined", "awacs-1"),
    ("on: awacs-1", "on: cruise-1", 14, "rides on 'cruise-1', which is hostile", "traffic"),
    ("on: awacs-1", "facing: 0 deg", 14, "sensor 'high' has neither a place nor a platform", "awacs-1"),
    ("radar: guide, ", "", 16, "fire unit 'unit' has no engagement radar", "idealised"),
    ("radar: guide", "radar: high", 16, "guided by a radar of node 'crc'", "not represented"),
    ("s400/48n6e3: 32", "s400/48n6e3: 320", 16, "needs 80 launchers for its load", "fewer rounds"),
    ("s400/48n6e3: 32", "s400/48n6e3: -1", 16, "holds -1 rounds", "0 or more"),
    ("s400/48n6e3: 32", "patriot/gem-t: 4", 16, "which 's400/fire-unit' does not fire", "s400/48n6e3"),
    ("load: {", "service_time: 10 s, load: {", 16, "service_time is an idealisation", "closed form"),
    ("blue: {}", "blue: {engage: once}", 7, "doctrine 'blue', engage is an idealisation", "closed form"),
    (
        "doctrine: blue, iff",
        "doctrine: blue, superior: post, iff",
        9,
        "node 'post' commands itself: post -> post",
        "circle",
    ),
    (
        "doctrine: blue, iff",
        "doctrine: blue, superior: crc, iff",
        9,
        "no link carries orders from 'crc'",
        "carries: [order]",
    ),
    ("blue: {}", "blue: {method: CENTRALIZED}", 9, "under CENTRALIZED control but has no superior", "DECENTRALIZED"),
    ("blue: {}", "blue: {hostile: {speed: [300 m/s, 30 m/s]}}", 7, "lower limit 300 is not below", "exchange"),
    ("blue: {}", "blue: {slow_speed: 900 m/s}", 7, "lower limit 900 is not below upper limit 900", "exchange"),
    (
        "floor: 1 km, ceiling: 2 km",
        "floor: 3 km, ceiling: 2 km",
        6,
        "corridor 'lane', ceiling: lower limit",
        "exchange",
    ),
    ("route: [[38.3, 32.9]], target: ankara", "target: ankara", 20, "neither a route nor a launch point", "'launch'"),
    (
        "route: [[38.3, 32.9]], target: ankara",
        "route: [[38.3, 32.9]]",
        20,
        "route of one point and no target",
        "target",
    ),
    ("[[38.3, 32.9]]", "[[38.3, 32.9], [39.9, 32.9]]", 20, "stands still: point 2", "remove one"),
    ("launch: [37.8, 33.5], target: ankara", "launch: [37.8, 33.5]", 21, "nowhere to fall", "'impact'"),
    ("launch: [37.8, 33.5]", "route: [[37.8, 33.5]]", 21, "class ballistic but flies on a route", "'launch'"),
    (
        "type: threat/cruise, count: 4, start: 1 min, route: [[38.3, 32.9]]",
        "type: threat/cruise, launch: [38.3, 32.9]",
        20,
        "class cruise but flies from a launch point",
        "'route'",
    ),
    ("side: friendly", "side: hostile", 23, "traffic 'awacs', side is 'hostile'", "'friendly' or 'civil'"),
    ("side: friendly", "side: friendly, target: ankara", 23, "not hostile but has a target", "raids"),
    (
        "count: 4, ",
        "count: 4, arrivals: {rate: 1 1/min, capacity: 9}, ",
        20,
        "random arrivals and a schedule",
        "leave out",
    ),
    ("cruise: {", "awacs: {", 23, "has the id 'awacs' that raid 'awacs' has already", "unique"),
    ("cruise: {", "post: {", 20, "raid 'post' has the id 'post' that node 'post' has already", "unique"),
    ("cruise: {", "c ruise: {", 20, "'c ruise' is not an id", "letters"),
    (
        "count: 4",
        "count: 4, spacing: {nominal: 5 s, low: 9 s, high: 10 s, source: x, source_class: E, verification: D}",
        20,
        "not in order low <= nominal <= high",
        "exchange",
    ),
    (
        "count: 4",
        "count: 4, spacing: {nominal: 5 s, low: 1 s, high: 10 s, source_class: E, verification: D}",
        20,
        "lacks 'source'",
        "give all of",
    ),
    (
        "radius: 300 km",
        "radius: {nominal: 300 km, low: 1 km, high: 400 km, source: x, source_class: E, verification: D}",
        4,
        "theatre.radius has a range",
        "one value",
    ),
    ("reference: alone", "reference: along", 3, "reference is 'along', which is not a variant", "'alone'"),
    ("l16: null", "l17: null", 25, "variant 'alone' deletes 'links.l17', which the base does not have", "'l16'"),
    ("alone: {", "alone: {name: x, ", 25, "variant 'alone' overrides 'name'", "base"),
    ("joined: {}", "joined: {nodes: {post: {doctrine: red}}}", 26, "node 'post' follows doctrine 'red'", "'blue'"),
    (
        "joined: {}",
        "joined: {idealised: {values: {s400/91n6e.revisit: 1 s}}}",
        26,
        "not a value of an idealised entry",
        "ideal/",
    ),
    ("joined: {}", "joined: {idealised: {values: {ideal/radar.revist: 1 s}}}", 26, "no value 'revist'", "'revisit'"),
    ("joined: {}", "joined: {idealised: {values: {ideal/radar.revisit: 1 km}}}", 26, "where a time is wanted", "5 min"),
    ("openiamd: 1", "openiamd: 2", 1, "openiamd is 2", "1"),
    ("name: small", "name: small\nname: big", 3, "key 'name' appears twice (first on line 2)", "keep one"),
    ("name: small", "name: !!python/object:os.system small", 2, "YAML tag", "remove the tag"),
    ("name: small", "name: !!str small", 2, "YAML tag", "remove the tag"),
    ("name: small", "name: {small", 3, "malformed YAML", "brackets"),
    ("name: small", "\tname: small", 2, "malformed YAML", "indentation"),
    ("name: small", "name: &a [*a]", 2, "refers to itself", "in full"),
    ("name: small", "name: small\n---\nname: other", 3, "two YAML documents", "---"),
    ("name: small", "? [a, b]\n: 1", 2, "a YAML key must be a plain word", "quote"),
]
