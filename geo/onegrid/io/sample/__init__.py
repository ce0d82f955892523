"""The bundled sample, and invented districts of any size for tests and benchmarks."""

from onegrid.io.sample.bundle import SamplePaths, load_sample
from onegrid.io.sample.district import DistrictOptions, DistrictPaths, write_district

__all__ = ["DistrictOptions", "DistrictPaths", "SamplePaths", "load_sample", "write_district"]
