from django.urls import path

from groundwork.access import people_views, role_views, session_views, two_step_views, views

app_name = "access"
urlpatterns = [
    path("first-run/<str:token>", views.first_run, name="first_run"),
    path("welcome", views.welcome, name="welcome"),
    path("join/<str:token>", views.join, name="join"),
    path("password/<str:token>", views.password_from_link, name="password_from_link"),
    path("me/", views.me, name="me"),
    path("me/password", views.password, name="password"),
    path("me/sessions", session_views.own, name="sessions"),
    path("me/sessions/end-others", session_views.end_others, name="sessions_end_others"),
    path("sessions/<int:pk>/end", session_views.end, name="session_end"),
    path("me/two-steps", two_step_views.own, name="two_steps"),
    path("second-step", two_step_views.second_step, name="second_step"),
    path("me/language", views.language, name="language"),
    path("me/theme", views.theme, name="theme"),
    path("people/", people_views.people, name="people"),
    path("people/invite", people_views.invite, name="invite"),
    path("people/<int:pk>", people_views.person, name="person"),
    path("people/<int:pk>/password-link", people_views.password_link, name="password_link"),
    path("people/<int:pk>/leave", people_views.leave, name="leave"),
    path("people/<int:pk>/sign-out", session_views.end_all_of, name="sessions_end_all"),
    path("people/<int:pk>/reset-two-steps", two_step_views.reset, name="two_steps_reset"),
    path("departments/", people_views.departments, name="departments"),
    path("departments/new", people_views.department, name="department_new"),
    path("departments/<int:pk>", people_views.department, name="department"),
    path("roles/", role_views.roles, name="roles"),
    path("roles/new", role_views.role_new, name="role_new"),
    path("roles/<slug:key>", role_views.role, name="role"),
    path("roles/<slug:key>/archive", role_views.role_archive, name="role_archive"),
    path("roles/<slug:key>/restore", role_views.role_restore, name="role_restore"),
    path("roles/<slug:key>/two-steps", role_views.role_two_steps, name="role_two_steps"),
    path("audit/", people_views.audit_log, name="audit"),
    path("firm/", people_views.firm, name="firm"),
]
