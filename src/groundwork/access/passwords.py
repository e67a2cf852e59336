"""What a password must be, said in our own words; the checks themselves are Django's."""

from django.contrib.auth import password_validation as django_says
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class LongEnough(django_says.MinimumLengthValidator):
    def get_error_message(self):
        return ngettext(
            "Take at least %(count)d character; a few words are best.",
            "Take at least %(count)d characters; a few words are best.",
            self.min_length,
        ) % {"count": self.min_length}


class NotCommon(django_says.CommonPasswordValidator):
    def get_error_message(self):
        return _("Take another password: many people use this one, so it is guessed first.")


class NotLikeThePerson(django_says.UserAttributeSimilarityValidator):
    """Compares with name and e-mail, the two facts that a person here has."""

    def __init__(self):
        super().__init__(user_attributes=("name", "email"))

    def get_error_message(self):
        return _("Take another password: this one is too much like your name or e-mail.")
