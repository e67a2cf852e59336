"""Keys made from the one secret of this installation (``secret.key`` or GROUNDWORK_SECRET_KEY), one for each purpose.

HMAC-SHA256 of the purpose under the installation's secret: who knows one key, or reads the database, knows neither the
secret nor another key. RFC 5869 calls this step "expand"; the secret is random enough to need no "extract".
"""

import hmac

from django.conf import settings


def key_for(purpose: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), f"groundwork: {purpose}".encode(), "sha256")


def name_of(key: bytes) -> str:
    """By which a row says under which key it was made; tells nothing of the key itself."""
    return hmac.digest(key, b"name", "sha256").hex()[:16]


def seal(key: bytes, content: bytes) -> str:
    return hmac.digest(key, content, "sha256").hex()
