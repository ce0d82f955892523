"""Policy numbers, norm packs and walking profiles, each with unit, source and confidence.

Everything here is read from the CSV files of ``onegrid_data/standards``; a figure that nobody has
checked against its source is shown as unverified (未核实) wherever it is used.
"""

from onegrid.standards.categories import kind_of_category, kind_of_tags, tag_keys
from onegrid.standards.elder_care import services_of
from onegrid.standards.norm_packs import (
    DEFAULT_PACK,
    PER_LEVELS,
    UNVERIFIED,
    VERIFIED,
    Norm,
    norms,
    pack,
    packs,
)
from onegrid.standards.policy import (
    Department,
    Figure,
    Kind,
    counted_label,
    department_label,
    departments,
    figures,
    kinds,
    number,
    numbers,
)
from onegrid.standards.signs import ELDER_KINDS
from onegrid.standards.walkers import (
    DEFAULT_PROFILE,
    Profile,
    profile,
    profile_at,
    profiles,
)

__all__ = [
    "DEFAULT_PACK",
    "DEFAULT_PROFILE",
    "ELDER_KINDS",
    "PER_LEVELS",
    "UNVERIFIED",
    "VERIFIED",
    "Department",
    "Figure",
    "Kind",
    "Norm",
    "Profile",
    "counted_label",
    "department_label",
    "departments",
    "figures",
    "kind_of_category",
    "kind_of_tags",
    "kinds",
    "norms",
    "number",
    "numbers",
    "pack",
    "packs",
    "profile",
    "profile_at",
    "profiles",
    "services_of",
    "tag_keys",
]
