"""The service without its memory of tiles: ``python -m bench.unkept PLACE --port PORT``."""

from __future__ import annotations

import argparse

import uvicorn

from onegrid_api.app import create_app
from onegrid_api.settings import Settings
from onegrid_api.tiles import Tiles

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("place")
    parser.add_argument("--port", type=int)
    asked = parser.parse_args()
    app = create_app(Settings(store=asked.place))
    app.state.tiles = Tiles(bytes_max=0)
    uvicorn.run(app, port=asked.port, log_level="warning")
