"""``onegrid account``: let somebody into a workspace."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from onegrid.cli.console import Json, emit, progress
from onegrid.cli.workspace import Database, Where, place_of

Role = Annotated[
    str,
    typer.Option(help="角色 · role: grid_worker, community, subdistrict_office, planner, admin"),
]
Areas = Annotated[
    list[str] | None,
    typer.Option(
        "--area", help="管辖范围，可多次 · district, subdistrict/ID or community/ID, repeatable"
    ),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this group."""
    app.command()(account)


def account(
    user: Annotated[str, typer.Argument(help="登录名 · name to log in with")],
    workspace: Where = None,
    database: Database = None,
    role: Role = "admin",
    area: Areas = None,
    as_json: Json = False,
) -> None:
    """开一个账号（默认管理员），或为已有账号重设密码：打印一次性链接，24 小时内有效。

    Add an account, or let its owner choose a password anew: prints a link that works once.

    例：onegrid account 张三 --workspace 江岸区
    """
    place = place_of(workspace, database)
    with progress():
        from onegrid.pipeline.workspace import let_in
        from onegrid.store.users import Person

        person = Person(user, user, role, tuple(area or ("district",)))
        result = let_in(place, person)
    emit(result, as_json=as_json, text=lambda: _text(result))


def _text(result: dict[str, Any]) -> str:
    what = "已开账号" if result["added"] else "账号已有，可重设密码"
    return (
        f"{what}：{result['user']}（{result['role']}）\n"
        f"在服务地址后接上此链接设置密码，只能用一次：{result['path']}"
    )
