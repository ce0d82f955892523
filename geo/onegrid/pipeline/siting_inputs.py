"""What ``onegrid sites`` is asked, checked, and its tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from onegrid import schema
from onegrid.crs import in_crs
from onegrid.errors import InputError, Problem
from onegrid.pipeline.inputs import Reader, Reading, there
from onegrid.pipeline.walking import open_network
from onegrid.siting.candidates import candidate_blocks, candidate_buildings, candidate_corners
from onegrid.siting.solve import COVER_ALL, PROBLEMS
from onegrid.standards import kind_of_category
from onegrid.standards import kinds as known_kinds

if TYPE_CHECKING:
    import geopandas as gpd

    from onegrid.network.build import Network
    from onegrid.standards import Profile

_SHOWN = 5
CAPACITATED = "capacitated"
MADE_FROM = ("buildings", "corners", "blocks")
WEIGHTS = ("people", "households", "elders_60", "elders_80", "elders_alone")


@dataclass(frozen=True)
class SitesInputs:
    """Where the tables come from; communities are only for the explanation.

    Without a file of candidates they are made from ``"buildings"``, street ``"corners"`` or the
    ``"blocks"`` that streets enclose.
    """

    network: str
    facilities: str
    people: str
    candidates: str | None = None
    communities: str | None = None
    made_from: str = "buildings"
    reading: Reading = field(default_factory=Reading)

    def files(self) -> list[str]:
        """Return every file, none of which may be written to."""
        named = (self.network, self.facilities, self.people, self.candidates, self.communities)
        return [file for file in named if file]


@dataclass(frozen=True)
class SitesQuestion:
    """What is asked: how many sites for which kinds, within which walk, counted by which weight.

    ``budget`` is in the unit of the candidates' costs; ``capacity_people`` is what each new site
    can serve; candidates known to be smaller than ``floor_area_m2`` are left out.
    """

    kinds: tuple[str, ...]
    count: int | None
    minutes: float
    profile: Profile
    weight: str = "people"
    problem: str = "mclp"
    spacing_m: float = 100.0
    budget: float | None = None
    capacity_people: float | None = None
    floor_area_m2: float = 0.0

    @property
    def needs_cost(self) -> bool:
        """Whether every candidate must have a cost."""
        return self.budget is not None or self.problem == "lscp-cost"


@dataclass(frozen=True)
class SitesTables:
    """The inputs as tables in one metric CRS."""

    network: Network
    facilities: gpd.GeoDataFrame
    people: gpd.GeoDataFrame
    candidates: gpd.GeoDataFrame
    communities: gpd.GeoDataFrame | None


def read_sites(inputs: SitesInputs, question: SitesQuestion) -> tuple[SitesTables, dict[str, Any]]:
    """Read all inputs, or raise every problem of every file and of the question at once."""
    reader = Reader(inputs.reading)
    streets = reader.attempt(open_network, inputs.network)
    people = reader.read("people", inputs.people, schema.PEOPLE)
    crs = None if people is None else people.crs.to_string()
    facilities = reader.read("facilities", inputs.facilities, schema.FACILITIES, crs=crs)
    candidates = (
        reader.read("candidates", inputs.candidates, schema.CANDIDATES, crs=crs)
        if inputs.candidates
        else None
    )
    communities = (
        reader.read("communities", inputs.communities, schema.COMMUNITIES, crs=crs)
        if inputs.communities
        else None
    )
    reader.attempt(check_question, question, inputs, facilities)
    reader.attempt(_check_costs, question, inputs.candidates or "", candidates)
    reader.check()
    if not inputs.candidates:
        candidates = _made(inputs.made_from, there(streets), there(people), question)
    roomy, small = _roomy(there(candidates), question.floor_area_m2)
    tables = SitesTables(there(streets), there(facilities), there(people), roomy, communities)
    return tables, {
        "too_small": small,
        **reader.notes(),
        "skipped": {role: list(ids) for role, ids in reader.skipped.items()},
        "missing_counts": reader.missing_counts.get("people", {}),
    }


def asked_kinds(texts: list[str]) -> tuple[str, ...]:
    """Return facility kinds by name, label or POI category, each once; other words stay.

    Examples
    --------
    >>> asked_kinds(["社区日间照料中心", "day_care_station", "社区医院", "casino"])
    ('day_care_station', 'clinic', 'casino')
    """
    return tuple(dict.fromkeys(kind_of_category(text) or text for text in texts))


def check_question(
    question: SitesQuestion, inputs: SitesInputs, facilities: gpd.GeoDataFrame | None
) -> None:
    """Check what is asked against itself and the kinds there are; raise every problem at once."""
    names = set(known_kinds()) | (set() if facilities is None else set(facilities["kind"]))
    remedy = f"use one of {', '.join(sorted(names))}"
    problems = [
        Problem("KIND_UNKNOWN", f"no facility kind {kind!r}", "--kind", "", remedy)
        for kind in question.kinds
        if kind not in names
    ]
    for option, value, known in (
        ("--problem", question.problem, (*PROBLEMS, CAPACITATED)),
        ("--weight", question.weight, WEIGHTS),
        ("--from", inputs.made_from, MADE_FROM),
    ):
        if value not in known:
            remedy = f"use one of {', '.join(known)}"
            problems.append(Problem("USAGE", f"{option} {value!r}", remedy=remedy))
    if question.count is None and question.budget is None and question.problem not in COVER_ALL:
        problems.append(Problem("USAGE", "--count is missing", remedy="say how many sites"))
    problems += _clashes(question, inputs)
    if problems:
        raise InputError(*problems)


def _clashes(question: SitesQuestion, inputs: SitesInputs) -> list[Problem]:
    """Return the options that do not go together."""
    capacitated, budget = question.problem == CAPACITATED, question.budget is not None
    rules = (
        (capacitated and question.capacity_people is None, "--problem capacitated", "--capacity"),
        (question.needs_cost and not inputs.candidates, "costs", "--candidates with costs"),
        (question.floor_area_m2 > 0 and not inputs.candidates, "--floor-area", "--candidates"),
    )
    problems = [
        Problem("USAGE", f"{what} without {lacking}", remedy=f"add {lacking}")
        for broken, what, lacking in rules
        if broken
    ]
    alone = (
        (budget and question.problem != PROBLEMS[0], "--budget", f"--problem {question.problem}"),
        (
            question.capacity_people is not None and not capacitated,
            "--capacity",
            f"--problem {question.problem}",
        ),
        (capacitated and len(question.kinds) > 1, "--capacity", "several kinds"),
    )
    problems += [
        Problem("USAGE", f"{one} does not go with {other}", remedy="leave out one of them")
        for broken, one, other in alone
        if broken
    ]
    return problems


def _check_costs(question: SitesQuestion, source: str, candidates: gpd.GeoDataFrame | None) -> None:
    if candidates is None or not question.needs_cost:
        return
    bad = candidates.index[~(candidates["cost"] > 0)].astype(str)
    if len(bad):
        where = f"at {', '.join(bad[:_SHOWN])}" + (
            f" and {len(bad) - _SHOWN} more" if len(bad) > _SHOWN else ""
        )
        what, remedy = "a candidate has no cost above 0", "fill the column cost"
        raise InputError(Problem("CANDIDATE_COST", what, source, where, remedy))


def _roomy(candidates: gpd.GeoDataFrame, least_m2: float) -> tuple[gpd.GeoDataFrame, list[str]]:
    """Return the candidates not known to be too small, and the ids of the others."""
    small = candidates["floor_area_m2"] < least_m2  # unknown is not small
    return candidates[~small], sorted(candidates.index[small].astype(str))


def _made(
    made_from: str, network: Network, people: gpd.GeoDataFrame, question: SitesQuestion
) -> gpd.GeoDataFrame:
    if made_from != "buildings":
        places = candidate_corners if made_from == "corners" else candidate_blocks
        return in_crs(places(network, spacing_m=question.spacing_m), people.crs)
    return candidate_buildings(people, weight=question.weight, spacing_m=question.spacing_m)
