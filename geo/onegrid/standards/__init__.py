"""Policy numbers, norm packs and walking profiles, each with unit, source and confidence.

Everything here is read from the CSV files of ``onegrid_data/standards``; a figure that nobody has
checked against its source is shown as unverified (未核实) wherever it is used.
"""

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
    Figure,
    Kind,
    department_label,
    figures,
    kinds,
    number,
    numbers,
)
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
    "PER_LEVELS",
    "UNVERIFIED",
    "VERIFIED",
    "Figure",
    "Kind",
    "Norm",
    "Profile",
    "department_label",
    "figures",
    "kinds",
    "norms",
    "number",
    "numbers",
    "pack",
    "packs",
    "profile",
    "profile_at",
    "profiles",
]
