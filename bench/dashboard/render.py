"""Take a picture of the Grafana dashboard, with what record.py wrote down.

    python bench/dashboard/render.py FOLDER docs/dashboard.png

Prometheus answers the dashboard's own questions, and Grafana's panel components draw
what it says (page.tsx); no Grafana server is in it. Needs promtool, prometheus and
chromium, and once, in this folder:

    npm install --ignore-scripts --legacy-peer-deps --no-package-lock && npm run build
"""

import argparse
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_connection, create_server
from time import monotonic, sleep

from typing_extensions import override

HERE = Path(__file__).resolve().parent
DASHBOARD = HERE.parents[1] / "deploy" / "grafana" / "triage.json"
HOST = "127.0.0.1"
WIDTH, HEAD, ROW = 1600, 56, 38
"""As page.tsx has them."""
PAGE = b"""<!doctype html>
<meta charset="utf-8">
<link rel="stylesheet" href="/build/page.css">
<body id="here" style="margin: 0"><script src="/build/page.js"></script>
"""
ICONS = "/node_modules/@grafana/ui/dist/public/img/"


class Pages(SimpleHTTPRequestHandler):
    """Serves the page, and Grafana's icons where its components look for them."""

    @override
    def do_GET(self) -> None:
        if not self.path.startswith("/?"):
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    @override
    def translate_path(self, path: str) -> str:
        if path == "/dashboard.json":
            return str(DASHBOARD)
        return super().translate_path(path.replace("/public/build/img/", ICONS))

    @override
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[int]:
    handler = partial(Pages, directory=str(HERE))
    server = ThreadingHTTPServer((HOST, 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


@contextmanager
def prometheus(folder: Path) -> Iterator[int]:
    """Lend a Prometheus that has the day."""
    store = folder / "tsdb"
    if not store.exists():
        backfill = ["promtool", "tsdb", "create-blocks-from", "openmetrics"]
        subprocess.run([*backfill, folder / "day.om", store], check=True)  # noqa: S603 - Debian's
    with create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    command = [
        "prometheus",
        "--config.file=/dev/null",
        f"--storage.tsdb.path={store}",
        "--storage.tsdb.retention.time=10y",
        f"--web.listen-address={HOST}:{port}",
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as running:  # noqa: S603 - Debian's
        try:
            _wait_for(port)
            yield port
        finally:
            running.terminate()


def _wait_for(port: int) -> None:
    until = monotonic() + 30
    while True:
        try:
            create_connection((HOST, port), timeout=1).close()
        except OSError:
            if monotonic() > until:
                sys.exit("prometheus does not start")
            sleep(0.1)
        else:
            return


def height() -> int:
    places = [each["gridPos"] for each in json.loads(DASHBOARD.read_text())["panels"]]
    return HEAD + ROW * max(each["y"] + each["h"] for each in places)


def last_moment(day: Path) -> float:
    with day.open("rb") as lines:
        lines.seek(-4096, 2)
        return float(lines.read().split(b"\n")[-3].rpartition(b" ")[2])


def main(folder: Path, picture: Path, before: float) -> None:
    with prometheus(folder) as answers, serving() as page:
        end = last_moment(folder / "day.om") - before * 3600
        address = (
            f"http://{HOST}:{page}/?prometheus=http://{HOST}:{answers}&end={end:.0f}"
        )
        command = [
            *("chromium", "--headless", "--no-sandbox", "--hide-scrollbars"),
            *("--force-device-scale-factor=1", "--virtual-time-budget=20000"),
            f"--window-size={WIDTH},{height()}",
            f"--screenshot={picture.resolve()}",
            address,
        ]
        subprocess.run(command, check=True, timeout=120, capture_output=True)  # noqa: S603 - Debian's


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="a picture of the dashboard")
    parser.add_argument("folder", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument(
        "--before", type=float, default=0.0, help="hours before its end"
    )
    given = parser.parse_args()
    main(given.folder, given.picture, given.before)
