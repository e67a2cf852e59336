"""The settings of production, on plain HTTP, with one more page: an empty one of a given size."""

from groundwork.config.settings import *  # noqa: F403
from groundwork.config.settings import STATIC_ROOT as _STATIC
from groundwork.config.settings import STORAGES as _STORAGES

_STATIC.mkdir(exist_ok=True)

ROOT_URLCONF = "bench.urls"
ALLOWED_HOSTS = ["testserver"]
STORAGES = {**_STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
