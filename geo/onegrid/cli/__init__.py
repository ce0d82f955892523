"""The command line: parse, call the pipeline, print. Heavy libraries load inside the commands."""

from onegrid.cli.main import main

__all__ = ["main"]
