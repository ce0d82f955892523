"""Leaflet with GeoJSON on a canvas: a page of its own, served on loopback."""

from __future__ import annotations

import gzip
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from bench.measure import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIST = FOLDER.parent / ".bench-venv/node/node_modules/leaflet/dist"
_PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="leaflet.css">
<style>#map {{ width: {width}px; height: {height}px; background: {land} }}</style>
<div id="map"></div>
<script src="leaflet.js"></script><script>
const map = L.map("map", {{ preferCanvas: true, zoomAnimation: false, fadeAnimation: false }});
map.setView([{lat}, {lon}], {zoom});
fetch("buildings.geojson").then((answer) => answer.json()).then((data) => {{
  const style = {{ stroke: false, fillColor: "{building}", fillOpacity: 1 }};
  window.buildings = L.geoJSON(data, {{ style, interactive: false }}).addTo(map);
  requestAnimationFrame(() => requestAnimationFrame(() => {{ window.drawn = true; }}));
}});</script>"""


@contextmanager
def leaflet_page(data: bytes, **look: Any) -> Iterator[str]:  # noqa: ANN401  (words of the page)
    """Serve a page that shows GeoJSON; ``width, height, lon, lat, zoom, land, building``."""
    files = {
        "/": ("text/html", _PAGE.format(**look).encode()),
        "/leaflet.js": ("text/javascript", (_DIST / "leaflet.js").read_bytes()),
        "/leaflet.css": ("text/css", (_DIST / "leaflet.css").read_bytes()),
        "/buildings.geojson": ("application/json", data),
    }
    packed = {path: (kind, gzip.compress(content, 6)) for path, (kind, content) in files.items()}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, content = packed.get(self.path, ("text/plain", gzip.compress(b"")))
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
