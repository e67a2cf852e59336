"""``groundwork user add EMAIL --role KEY`` adds a person, ``user password EMAIL`` sets a password, read from stdin."""

import argparse
import getpass
import sys

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from groundwork.access import audit
from groundwork.access.models import Role, User
from groundwork.access.people import set_roles
from groundwork.core.refusals import Refusal


def run(args: argparse.Namespace) -> int:
    password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if args.action == "password":
        user = set_password(args.email, password)
    else:
        user = add(args.email, password, args.role, getattr(args, "name", "") or "")
    print(user.email)
    return 0


@transaction.atomic
def add(email: str, password: str, role_key: str, name: str = "") -> User:
    """A person with one role. Refused for an unknown role, an address in use and a weak password."""
    email = email.strip().lower()
    try:
        validate_email(email)
    except ValidationError as fault:
        raise Refusal(_("Write an e-mail address such as anna@example.com.")) from fault
    role = Role.objects.current().filter(key=role_key).first()
    if role is None:
        keys = ", ".join(Role.objects.current().values_list("key", flat=True)) or "–"
        raise Refusal(_("There is no role “%(key)s”. There are: %(keys)s") % {"key": role_key, "keys": keys})
    if User.objects.filter(email__iexact=email).exists():
        raise Refusal(_("Somebody signs in with this e-mail already."))
    validate_password(password, User(email=email, name=name))
    user = User.objects.create_user(email, password, name=name)
    set_roles(user, [role])
    audit.record(audit.Event.ADDED, None, {"person": email, "roles": [role.key], "by": "command"})
    return user


@transaction.atomic
def set_password(email: str, password: str) -> User:
    """A new password; it ends all sessions. Refused for somebody unknown and a weak password."""
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        raise Refusal(_("There is no such person."))
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(audit.Event.PASSWORD_CHANGED, None, {"person": user.email, "by": "command"})
    return user
