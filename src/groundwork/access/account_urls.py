"""The few of allauth's addresses that we use, under the names by which allauth finds them."""

from django.urls import path

from groundwork.access import views

urlpatterns = [
    path("login/", views.sign_in, name="account_login"),
    path("logout/", views.sign_out, name="account_logout"),
    path("inactive/", views.not_let_in, name="account_inactive"),
    path("password/reset/", views.forgotten, name="account_reset_password"),
]
