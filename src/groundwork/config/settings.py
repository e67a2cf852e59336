"""Settings. The only reader of the environment; every other place asks ``django.conf.settings``.

Safe by default: without ``GROUNDWORK_DEBUG=1`` cookies are secure, hosts are checked and errors show no traces.
Documented in docs/administrators/settings.md.
"""

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

PACKAGE = Path(__file__).resolve().parent.parent
HOME = Path(os.environ.get("GROUNDWORK_HOME", Path.home() / ".groundwork"))


def kept_secret() -> str:
    """The signing key: from the environment, else made once and kept readable by its owner only."""
    if value := os.environ.get("GROUNDWORK_SECRET_KEY"):
        return value
    path = HOME / "secret.key"
    if not path.exists():
        HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(64))
    return path.read_text()


def database(url: str) -> dict:
    """Django's description of the database at ``url`` (``sqlite:////abs/path.db`` or ``postgres://…``)."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": parts.path[1:] if parts.path.startswith("//") else parts.path,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    if parts.scheme in ("postgres", "postgresql"):
        # compiling a query takes PostgreSQL longer than any of ours takes to run
        options = {"options": "-c jit=off", **dict(parse_qsl(parts.query))}
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.lstrip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(parts.hostname or options.pop("host", "")),
            "PORT": str(parts.port or options.pop("port", "")),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": options,
        }
    raise SystemExit(f"DATABASE_URL begins with sqlite: or postgres:, not with {parts.scheme!r}")


DEBUG = os.environ.get("GROUNDWORK_DEBUG") == "1"
SECRET_KEY = kept_secret()
PUBLIC_URL = os.environ.get("GROUNDWORK_URL", "http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = [
    name
    for name in {
        urlsplit(PUBLIC_URL).hostname,
        "localhost",
        "127.0.0.1",
        *os.environ.get("GROUNDWORK_HOSTS", "").split(","),
    }
    if name
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

DATABASES = {"default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{HOME / 'groundwork.db'}")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOMS = [
    "core",
    "ui",
    "background",
    "blueprint",
    "access",
    "records",
    "documents",
    "crm.customers",
    "crm.trade",
    "crm.work",
    "crm.sales",
    "crm.insight",
    "rollout.project",
    "rollout.discovery",
    "rollout.requirements",
    "rollout.questions",
    "rollout.delivery",
    "rollout.adoption",
    "rollout.chain",
    "config",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_htmx",
    "django_q",
    "lucide",
    "template_partials",
    *(f"groundwork.{room}" for room in ROOMS),
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "groundwork.ui.middleware.ContentPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "groundwork.ui.uploads.UploadLimit",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "groundwork.access.view_as.ViewAs",
    "groundwork.access.middleware.PersonalSettings",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "groundwork.access.middleware.SecondStepFirst",
    "groundwork.ui.middleware.Refusals",
]

ROOT_URLCONF = "groundwork.config.urls"
WSGI_APPLICATION = "groundwork.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "groundwork.ui.navigation.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "groundwork.ui.templatetags.ui",
            ],
        },
    },
]

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "groundwork.access.passwords.NotLikeThePerson"},
    {"NAME": "groundwork.access.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "groundwork.access.passwords.NotCommon"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "groundwork.access.signin.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {  # of one account at most 96 tries an hour are checked; see access/signin.py
    "login": "60/m/ip",
    "login_failed": "20/m/ip,10/10m/key",
    "login_failed_known": "20/m/ip,6/10m/key",
    "change_password": "10/h/user",
    "second_step": "5/10m/key",
    "password_again": "10/10m/key",
    "reset_password": "20/m/ip,5/h/key",
    "answer": "120/m/ip,600/h/key",  # pages of an interview by link, of one address
}

CACHES = {  # in the database: limits on guessing passwords hold for every web process
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache", "TIMEOUT": 3600},
    "queue": {
        "BACKEND": "django.core.cache.backends.dummy.DummyCache"
    },  # its twice-a-second statistics would be writes
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("ru", "Русский"), ("pl", "Polski")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
MEDIA_ROOT = HOME / "files"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
UPLOAD_LIMIT = 200 * 1024 * 1024  # bytes of one file dropped for import
UPLOAD_ELSEWHERE = 8 * 1024 * 1024  # bytes of a request to a view that takes no large files

SECURE = PUBLIC_URL.startswith("https:") or not DEBUG and os.environ.get("GROUNDWORK_PLAIN_HTTP") != "1"
SESSION_COOKIE_NAME = "groundwork_session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = SECURE
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

EMAIL_BACKEND = os.environ.get("GROUNDWORK_EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend")
EMAIL_FILE_PATH = HOME / "mail"  # of the backend that writes files
EMAIL_HOST = os.environ.get("GROUNDWORK_EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("GROUNDWORK_EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("GROUNDWORK_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("GROUNDWORK_EMAIL_PASSWORD", "")
EMAIL_USE_SSL = EMAIL_PORT == 465
EMAIL_USE_TLS = EMAIL_PORT == 587
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = os.environ.get("GROUNDWORK_FROM", "groundwork@localhost")

Q_CLUSTER = {  # background.work cuts runs into slices of 30 s; one that a dead worker held comes back after ``retry``
    "name": "groundwork",
    "orm": "default",
    "cache": "queue",
    "workers": 1,
    "timeout": 75,
    "retry": 90,
    "max_attempts": 5,
    "ack_failures": True,
    "poll": 1,
    "guard_cycle": 1,
    "save_limit": -1,  # what was done is kept by background.Run
    "catch_up": False,
    "label": "background",
    "log_level": "WARNING",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
DEMO_TODAY = os.environ.get("GROUNDWORK_TODAY")  # a day the demo's clock stands at; see core.clock
