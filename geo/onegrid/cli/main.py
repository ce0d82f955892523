"""The program: its commands, and what happens to errors."""

from __future__ import annotations

import gc
import sys

import typer

from onegrid.cli import (
    accounts,
    comparing,
    editing,
    grids,
    norms,
    reporting,
    scenario,
    services,
    serving,
    siting,
    walking,
    workspace,
)
from onegrid.cli.console import BAD_INPUT, BUG, fail
from onegrid.errors import OnegridError, PartitionError, Problem

# New objects before rubbish is looked for. What is imported lasts: searching it over and over, as
# Python does after every 700, takes a sixth of a small command.
_RUBBISH_AFTER = 300_000

app = typer.Typer(
    name="onegrid",
    help="一张网、一套格：多网合一、十五分钟生活圈、服务缺口。\n\n"
    "Merge departmental grids, draw life circles, find service gaps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich help costs a third of a second at every start
)
for group in (
    grids,
    editing,
    comparing,
    walking,
    siting,
    scenario,
    services,
    norms,
    reporting,
    serving,
    workspace,
    accounts,
):
    group.register(app)


def main() -> int:
    """Run the command line; exit 0 when done, 2 for bad input, 1 is a bug."""
    gc.set_threshold(_RUBBISH_AFTER, *gc.get_threshold()[1:])
    try:
        app(standalone_mode=False)
    except OnegridError as error:
        told = fail(*error.problems)  # a result that is not a partition is our fault
        return BUG if isinstance(error, PartitionError) else told
    except typer.Exit as leave:
        return leave.exit_code
    except typer.TyperException as error:
        message = error.format_message().rstrip(".")
        if not message:  # no command at all: the help was printed
            return BAD_INPUT
        return fail(Problem("USAGE", message, remedy="see onegrid --help"))
    except (typer.Abort, KeyboardInterrupt):
        print("已中断，未写出任何结果。", file=sys.stderr)
        return 130
    return 0
