"""Make ``.venv`` as ``uv.lock`` says, with nothing but the Python that runs this file; quick when nothing changed.

uv comes from, in this order: the path; ``pip install`` in a small environment of its own; the wheel itself, from the
package index that pip is set to (PIP_INDEX_URL, pip.conf, else PyPI), checked against the sha256 below.
"""

import configparser
import hashlib
import json
import os
import platform
import re
import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / ".uv"
VENV = ROOT / ".venv"
STAMP = VENV / ".made-from"
VERSION = "0.13.9"
WHEELS = {  # machine: (file, sha256)
    "x86_64": (
        f"uv-{VERSION}-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
        "d7f459fe4fd247d830351c75686d3996ace3c6f3f728eb0e85a30b7ada0cef19",
    ),
    "aarch64": (
        f"uv-{VERSION}-py3-none-manylinux_2_28_aarch64.whl",
        "ecb6028d79dc96fbeafffe5c8af62a7099487ebc05a701e76714eebcffd06375",
    ),
}
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
OLDEST = (0, 9)  # an older uv on the path may not read our lock file


def main() -> int:
    state = fingerprint()
    if STAMP.exists() and STAMP.read_text() == state and (VENV / "bin" / "python").exists():
        return 0
    uv = uv_on_path() or uv_here() or uv_by_pip() or uv_by_wheel()
    print("Setting up .venv ...", flush=True)
    command = [uv, "sync", "--frozen", "--quiet"]
    if sys.version_info >= (3, 11):  # noqa: UP036 - an older one may run this file; uv then finds or fetches another
        command += ["--python", sys.executable]
    environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    environment["UV_PROJECT_ENVIRONMENT"] = str(VENV)
    if index := os.environ.get("PIP_INDEX_URL"):
        environment.setdefault("UV_DEFAULT_INDEX", index)
    if certificates := os.environ.get("PIP_CERT"):
        environment.setdefault("SSL_CERT_FILE", certificates)
    elif SYSTEM_CERTIFICATES.exists():  # a firm's own proxy is known to the system, not to uv
        environment.setdefault("UV_SYSTEM_CERTS", "1")
    done = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        print("The environment could not be made; the lines above say why.", file=sys.stderr)
        return 1
    STAMP.write_text(state)
    return 0


def fingerprint() -> str:
    sha = hashlib.sha256(f"{sys.version_info[:2]} {ROOT}".encode())
    for name in ("uv.lock", "pyproject.toml"):
        sha.update((ROOT / name).read_bytes())
    return sha.hexdigest()


def works(uv: str) -> bool:
    try:
        said = subprocess.run([uv, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return False
    found = re.match(r"uv (\d+)\.(\d+)", said)
    return bool(found) and (int(found[1]), int(found[2])) >= OLDEST


def uv_on_path() -> str:
    found = shutil.which("uv")
    return found if found and works(found) else ""


def uv_here() -> str:
    for path in (HERE / "uv", HERE / "venv" / "bin" / "uv"):
        if path.exists() and works(str(path)):
            return str(path)
    return ""


def uv_by_pip() -> str:
    """Debian has Python without venv or pip until packages are added; then this quietly gives up."""
    place = HERE / "venv"
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        return ""
    made = subprocess.run([sys.executable, "-m", "venv", str(place)], capture_output=True, check=False)
    if made.returncode == 0:
        print(f"Installing uv {VERSION} ...", flush=True)
        pip = [str(place / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", f"uv=={VERSION}"]
        if subprocess.run(pip, capture_output=True, check=False).returncode == 0:
            return uv_here()
    shutil.rmtree(place, ignore_errors=True)
    return ""


def uv_by_wheel() -> str:
    if platform.system() != "Linux" or platform.machine() not in WHEELS:
        raise SystemExit("Install uv first: https://docs.astral.sh/uv/getting-started/installation/")
    name, expected = WHEELS[platform.machine()]
    print(f"Fetching uv {VERSION} ...", flush=True)
    content = fetch(address_of(name))
    if hashlib.sha256(content).hexdigest() != expected:
        raise SystemExit(f"{name} does not have the sha256 {expected}: it was changed on the way and is not used.")
    HERE.mkdir(exist_ok=True)
    wheel = HERE / name
    wheel.write_bytes(content)
    with zipfile.ZipFile(wheel) as archive:
        (HERE / "uv").write_bytes(archive.read(f"uv-{VERSION}.data/scripts/uv"))
    wheel.unlink()
    (HERE / "uv").chmod(0o755)
    if not works(str(HERE / "uv")):
        raise SystemExit("The uv that was fetched does not run here. Install uv by hand: https://docs.astral.sh/uv/")
    return str(HERE / "uv")


def index_url() -> str:
    """The package index that pip would ask."""
    if url := os.environ.get("PIP_INDEX_URL"):
        return url
    places = [os.environ.get("PIP_CONFIG_FILE", ""), "~/.config/pip/pip.conf", "~/.pip/pip.conf", "/etc/pip.conf"]
    for place in filter(None, places):
        config = configparser.RawConfigParser()
        try:
            config.read(os.path.expanduser(place))
        except configparser.Error:
            continue
        for section in ("install", "global"):
            if url := config.get(section, "index-url", fallback=""):
                return url
    return "https://pypi.org/simple"


def address_of(name: str) -> str:
    """Where the index keeps the file ``name``: JSON (PEP 691) or a page of links (PEP 503)."""
    page = f"{index_url().rstrip('/')}/uv/"
    text = fetch(page, accept="application/vnd.pypi.simple.v1+json, text/html;q=0.5").decode()
    try:
        links = [file["url"] for file in json.loads(text)["files"]]
    except (ValueError, KeyError):
        links = re.findall(r"""href=["']([^"']+)["']""", text)
    for link in links:
        if urllib.parse.unquote(link.partition("#")[0]).rsplit("/", 1)[-1] == name:
            return urllib.parse.urljoin(page, link.partition("#")[0])
    raise SystemExit(f"The package index {page} does not have {name}.")


def fetch(url: str, accept: str = "*/*") -> bytes:
    """What ``url`` answers. Without root certificates (a bare Debian) the sha256 alone proves what was fetched."""
    request = urllib.request.Request(url, headers={"Accept": accept})
    certificates = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE") or None
    try:
        context = ssl.create_default_context(cafile=certificates)
        with urllib.request.urlopen(request, timeout=180, context=context) as answer:
            return answer.read()
    except urllib.error.URLError as fault:
        if not isinstance(fault.reason, ssl.SSLCertVerificationError):
            raise SystemExit(f"{url} could not be fetched: {fault.reason}") from fault
    unproven = ssl._create_unverified_context()  # noqa: S323 - the wheel is checked by its pinned sha256
    try:
        with urllib.request.urlopen(request, timeout=180, context=unproven) as answer:
            return answer.read()
    except urllib.error.URLError as fault:
        raise SystemExit(f"{url} could not be fetched: {fault.reason}") from fault


if __name__ == "__main__":
    sys.exit(main())
