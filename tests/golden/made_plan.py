"""A made plan with every kind of indicator, target, figure and element, as plain data.

The figures of a school stand in one line, a word for each year from 2017 to 2021:

    120     a validated number        12/48   a ratio's two parts
    120s    a submitted one           120d    a draft
    .       no figure                 ?       not yet entered
    !       not available             x       not applicable
"""

from typing import Any

YEARS = range(2017, 2022)

PLAN: dict[str, Any] = {
    "code": "made",
    "name_fr": "Plan de référence",
    "name_en": "Reference plan",
    "baseline_year": 2017,
    "first_year": 2018,
    "last_year": 2021,
}

# Gamma merged into Beta after 2019; Delta begins in 2020; Omega does not carry the plan.
SCHOOLS: list[dict[str, Any]] = [
    {"code": "alpha", "name": "École Alpha", "rank": 1},
    {"code": "beta", "name": "École Bêta", "rank": 2},
    {"code": "gamma", "name": "École Gamma", "rank": 3, "last_year": 2019, "merged_into": "beta"},
    {"code": "delta", "name": "École Delta", "rank": 4, "first_year": 2020},
    {"code": "omega", "name": "Filiale Oméga", "rank": 5, "kind": "subsidiary"},
]

# Each with its figures (by school, "" for the institute's own) and its targets. A target's year is
# 2021, its baseline year 2017, and the first one of an indicator the reference, unless it says so.
INDICATORS: list[dict[str, Any]] = [
    # --- Sums ---
    {
        "code": "students",
        "is_headline": True,
        "figures": {
            "alpha": "5000 5100 5200 5350 5400s",
            "beta": "3000 3050 3100 4700 .",
            "gamma": "1500 1480 1450 . .",
            "delta": ". . . 700 ?",
            "omega": "90 90 90 90 90",
        },
        "targets": [
            {"code": "students-whole", "value": 12000, "baseline_value": 9500},
            {"code": "students-growth", "growth_percent": 20, "trajectory": "compound"},
            {"code": "students-alpha", "school": "alpha", "value": 6000},
            {"code": "students-beta", "school": "beta", "value": 5000, "baseline_value": 3000},
        ],
    },
    {
        "code": "own-funds",
        "unit_fr": "k€",
        "unit_en": "k€",
        "decimals": 1,
        "accumulation": "flow",
        "is_headline": True,
        "figures": {
            "alpha": "1000.5 1040 1110.25 1150 1240",
            "beta": "800 790 820 1335 1350",
            "gamma": "500 510 505 . .",
            "delta": ". . . 60 75.125",
        },
        "targets": [
            {"code": "own-funds-compound", "value": 2800, "trajectory": "compound"},
            {"code": "own-funds-growth", "growth_percent": "7.5"},
            {"code": "own-funds-2020", "value": 2500, "year": 2020},
        ],
    },
    {
        "code": "patronage",
        "accumulation": "cumulative",
        "figures": {
            "alpha": "10 12 . 15 16",
            "beta": "5 6 7 8 9s",
            "gamma": "1 1 1 . .",
            "delta": ". . . 2 2",
        },
        "targets": [{"code": "patronage-from-zero", "value": 120, "baseline_value": 0}],
    },
    {
        "code": "patents",
        "accumulation": "cumulative",
        "figures": {"alpha": "3 4 5 6 7", "beta": "1 1 0 4 2", "gamma": "2 2 2 . ."}
        | {"delta": ". . . 0 1"},
        "targets": [{"code": "patents-total", "value": 36}],
    },
    {
        "code": "emissions",
        "direction": "decrease",
        "accumulation": "flow",
        "unit_fr": "t",
        "unit_en": "t",
        "figures": {
            "alpha": "400 390 370 340 330",
            "beta": "300 310 290 420 400",
            "gamma": "200 190 180 . .",
            "delta": ". . . 0 10",
        },
        "targets": [
            {"code": "emissions-compound", "value": 600, "trajectory": "compound"},
            {"code": "emissions-to-zero", "value": 0, "year": 2030},
        ],
    },
    {
        "code": "staff",
        "direction": "keep",
        "band_low": 980,
        "band_high": 1020,
        "tolerance": 40,
        "figures": {
            "alpha": "500 510 530 480 500",
            "beta": "300 300 310 510 ?",
            "gamma": "200 190 190 . .",
            "delta": ". . . 60 x",
        },
        "targets": [{"code": "staff-kept", "value": 1000}],
    },
    {
        "code": "met-before",
        "figures": {"alpha": "60 70 55 50 52", "beta": "40 30 40 55 40"}
        | {"gamma": "20 20 20 . .", "delta": ". . . x x"},
        "targets": [
            {"code": "met-before-kept", "value": 100},
            {"code": "met-before-2020", "value": 110, "year": 2020},
        ],
    },
    {
        "code": "reached",
        "figures": {"alpha": "10 20 30 40 55", "beta": "10 20 30 45 .", "gamma": "5 5 5 . ."}
        | {"delta": ". . . 5 5"},
        "targets": [
            {"code": "reached-at-once", "value": 60, "year": 2019},
            {"code": "reached-later", "value": 85, "year": 2024},
            {"code": "reached-beta", "school": "beta", "value": 60},
        ],
    },
    {
        "code": "empty",
        "figures": {"alpha": ". . . ? 5d", "beta": ". . . ! ."},
        "targets": [{"code": "empty-target", "value": 10, "baseline_value": 1}],
    },
    {
        "code": "no-target",
        "figures": {"alpha": "1 2 3 4 5", "beta": "1 2 3 4 5", "gamma": "1 2 3 . ."},
        "targets": [],
    },
    {
        "code": "no-baseline",
        "figures": {"alpha": ". 2 3 4 5", "beta": ". 2 3 4 5", "gamma": ". 2 3 . ."}
        | {"delta": ". . . 1 1"},
        "targets": [{"code": "no-baseline-value", "value": 14}],
    },
    {
        "code": "growth-from-nothing",
        "figures": {"alpha": "0 1 2 3 4", "beta": "0 0 0 1 1", "gamma": "0 0 0 . ."}
        | {"delta": ". . . 0 0"},
        "targets": [{"code": "growth-over-zero", "growth_percent": 50}],
    },
    {
        "code": "put-aside",
        "archived": True,
        "figures": {"alpha": "7 8 9 10 11", "beta": "7 8 9 10 11"},
        "targets": [{"code": "put-aside-target", "value": 30}],
    },
    # --- Ratios ---
    {
        "code": "foreign-share",
        "ratio": True,
        "unit_fr": "%",
        "unit_en": "%",
        "is_headline": True,
        "figures": {
            "alpha": "900/5000 930/5100 1001/5200 1100/5350 1150/5400",
            "beta": "450/3000 460/3050 470/3100 800/4700 .",
            "gamma": "200/1500 ! 210/1450 . .",
            "delta": ". . . x 70/700s",
        },
        "targets": [
            {
                "code": "foreign-share-stated",
                "value": 22,
                "trajectory": "stated",
                "points": {2018: "16.7", 2020: 19},
            },
            {"code": "foreign-share-gamma", "school": "gamma", "value": 15, "year": 2019},
        ],
    },
    {
        "code": "dropout",
        "ratio": True,
        "direction": "decrease",
        "accumulation": "flow",
        "unit_fr": "%",
        "unit_en": "%",
        "figures": {
            "alpha": "50/1000 48/1000 44/1001 40/1003 35/1010",
            "beta": "60/900 61/900 55/900 80/1400 70/1400",
            "gamma": "30/400 29/410 . . .",
            "delta": ". . . 10/200 8/210",
        },
        "targets": [{"code": "dropout-halved", "value": "3.1"}],
    },
    {
        "code": "kept-share",
        "ratio": True,
        "direction": "keep",
        "band_high": 30,
        "unit_fr": "%",
        "unit_en": "%",
        "figures": {"alpha": "29/100 30/100 31/100 35/100 30/100", "beta": "1/3 1/3 1/3 1/4 1/4"},
        "targets": [{"code": "kept-share-below", "value": 30, "baseline_value": 30}],
    },
    {
        "code": "grants-share",
        "ratio": True,
        "accumulation": "cumulative",
        "scale": 1,
        "decimals": 3,
        "figures": {"alpha": "1/3 2/5 3/7 4/9 5/11", "beta": "0/2 1/2 0/3 2/3 1/1s"}
        | {"gamma": "1/9 1/9 1/9 . .", "delta": ". . . 1/2 1/2"},
        "targets": [{"code": "grants-share-third", "value": "0.5"}],
    },
    # --- Means ---
    {
        "code": "satisfaction",
        "aggregation": "mean",
        "decimals": 2,
        "figures": {
            "alpha": "6.5 6.75 7 7.25 7.1",
            "beta": "7 7 7.1 x x",
            "gamma": "8 7.9 . . .",
            "delta": ". . . 6 6.4s",
        },
        "targets": [
            {"code": "satisfaction-eight", "value": 8, "year": 2022},
            {"code": "satisfaction-delta", "school": "delta", "value": 8, "baseline_year": 2020},
        ],
    },
    {
        "code": "delays",
        "aggregation": "mean",
        "direction": "decrease",
        "accumulation": "flow",
        "figures": {"alpha": "20 16 12 6 2", "beta": "22 15 9 5 0", "gamma": "18 16 10 . ."}
        | {"delta": ". . . 4 0"},
        "targets": [{"code": "delays-to-zero", "value": 0}],
    },
    {
        "code": "training-days",
        "aggregation": "mean",
        "accumulation": "cumulative",
        "figures": {"alpha": "2 3 3 4 5", "beta": "1 2 ! 2 3", "gamma": "1 1 1 . ."},
        "targets": [{"code": "training-days-ten", "value": 15, "baseline_value": 1}],
    },
    # --- Of the institute itself ---
    {
        "code": "rank",
        "aggregation": "none",
        "direction": "decrease",
        "figures": {"": "92 88 90 80s 75d"},
        "targets": [
            {"code": "rank-fifty", "value": 50},
            {"code": "rank-growth", "growth_percent": "-12.5", "year": 2025},
        ],
    },
    {
        "code": "balance",
        "aggregation": "none",
        "accumulation": "flow",
        "minimum": None,
        "figures": {"": "-5 -4 -2.5 -1 0"},
        "targets": [{"code": "balance-from-below", "value": 2}],
    },
    {
        "code": "partners",
        "aggregation": "none",
        "accumulation": "cumulative",
        "figures": {"": "3 4 ? 5 6"},
        "targets": [{"code": "partners-thirty", "value": 30, "trajectory": "compound"}],
    },
    {
        "code": "equity",
        "aggregation": "none",
        "direction": "keep",
        "band_low": 45,
        "tolerance": "2.5",
        "figures": {"": "45 44 46 42 43"},
        "targets": [{"code": "equity-kept", "value": 45}],
    },
]

# The kind, the code, the fields, and the indicators that count in it with their weights.
ELEMENTS: list[tuple[str, str, dict[str, Any], dict[str, str]]] = [
    ("objective", "A", {"weight": "2"}, {"students": "1", "own-funds": "2.5", "rank": "0.5"}),
    ("objective", "B", {"weight": "1"}, {"foreign-share": "1", "delays": "1", "emissions": "0"}),
    ("objective", "C", {"weight": "0.25"}, {"empty": "3", "patents": "1"}),
    ("objective", "D", {"weight": "0"}, {"balance": "1", "staff": "2"}),
    ("objective", "Z", {"weight": "5", "archived": True}, {"reached": "1"}),
    ("objective", "E", {}, {}),
    (
        "lever",
        "F",
        {"kind_fr": "financier", "kind_en": "financial"},
        {"patronage": "1", "grants-share": "2"},
    ),
    (
        "lever",
        "H",
        {"kind_fr": "managérial", "kind_en": "managerial"},
        {"satisfaction": "1", "training-days": "1"},
    ),
    (
        "lever",
        "Y",
        {"kind_fr": "managérial", "kind_en": "managerial", "archived": True},
        {"equity": "1"},
    ),
    ("project", "P1", {}, {"partners": "2", "put-aside": "1"}),
    ("project", "P2", {}, {}),
    ("project", "P3", {}, {}),
    ("project", "X", {"archived": True}, {"dropout": "1"}),
]

# Of a project: the day a milestone is due, the day it was done, its weight.
MILESTONES: list[tuple[str, str, str | None, str]] = [
    ("P1", "2018-06-30", "2018-06-30", "1"),
    ("P1", "2019-12-31", "2020-01-02", "2"),
    ("P1", "2021-06-30", None, "1.5"),
    ("P2", "2020-06-30", None, "1"),
    ("P2", "2021-12-31", None, "0"),
    ("X", "2020-06-30", "2020-06-30", "1"),
]

# The project, what it serves, with which weight.
SERVES: list[tuple[str, str, str]] = [("P1", "B", "1.5"), ("P2", "A", "0.5"), ("P3", "F", "1")]

# The project, the day, what its leader declares.
DECLARED: list[tuple[str, str, str]] = [
    ("P1", "2020-03-01", "on_track"),
    ("P2", "2021-10-01", "done"),
]
