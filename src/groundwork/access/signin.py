"""How people sign in: by e-mail and password through allauth; nobody signs up without an invitation."""

from allauth.account.adapter import DefaultAccountAdapter


class Adapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False
