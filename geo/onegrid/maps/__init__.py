"""Interactive result maps: one file each, which opens from disk without a network."""

from onegrid.maps.page import MapTables, result_page

__all__ = ["MapTables", "result_page"]
