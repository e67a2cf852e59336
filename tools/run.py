"""``make run``: everything set up, the demo firm opened once, the server on PORT (8000). All of it lives in .home."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".home"
TOLD = HOME / "demo.txt"


def main() -> int:
    port = os.environ.get("PORT", "8000")
    environment = {
        "GROUNDWORK_HOME": str(HOME),
        "GROUNDWORK_DEBUG": "1",
        "GROUNDWORK_URL": f"http://localhost:{port}",
        "GROUNDWORK_EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend",
        **os.environ,
    }
    HOME.mkdir(mode=0o700, exist_ok=True)

    def groundwork(*arguments: str, **how) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, "-m", "groundwork", *arguments], env=environment, cwd=ROOT, check=False, **how
        )

    if code := groundwork("init", stdout=subprocess.DEVNULL).returncode:
        return code
    if not TOLD.exists():
        print("Opening the demo firm ...", flush=True)
        demo = groundwork("demo", "wholesale", stdout=subprocess.PIPE, text=True)
        if demo.returncode:
            return demo.returncode
        TOLD.write_text(demo.stdout)
    print(TOLD.read_text().rstrip(), flush=True)
    os.chdir(ROOT)
    os.execve(sys.executable, [sys.executable, "-m", "groundwork", "serve", "--port", port], environment)  # noqa: S606
    return 1


if __name__ == "__main__":
    sys.exit(main())
