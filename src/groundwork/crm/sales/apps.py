from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


def fill_demo(demo) -> None:
    from groundwork.crm.sales.demo import fill  # the demo's texts are needed by its command alone

    fill(demo)


REVIEW_KEYS = {
    "J": _("Next card"), "K": _("Previous card"), "S": _("Agree on the next step"), "M": _("Move to another stage"),
    "L": _("It is lost"), "T": _("Hand it over"), "H": _("Keep it until a day"), "D": _("Write down a decision"),
    "N": _("Next person; after the last one the minutes"),
}  # fmt: skip


class SalesConfig(AppConfig):
    name = "groundwork.crm.sales"
    label = "sales"
    verbose_name = _("Sales")

    def ready(self):
        from groundwork.background import schedules
        from groundwork.background.setup import Step, on_init
        from groundwork.crm.sales import (  # noqa: F401 - they register
            assigning,
            checks,
            configured,
            converting,
            deals,
            due,
            headers,
            lead_configured,
            lead_likes,
            lead_statuses,
            lead_types,
            lines,
            newcomers,
            pipelines,
            quote_configured,
            quote_template,
            quote_views,
            quotes,
            stage_times,
            targets,
            tidying,
            types,
            won,
        )
        from groundwork.crm.sales.review import screens, snapshots
        from groundwork.crm.sales.review import types as review_types  # noqa: F401 - registers
        from groundwork.crm.trade.demo import DemoPart, demo_parts
        from groundwork.records.control.conditions import Situation, situations
        from groundwork.records.pages import ActLabel, acts
        from groundwork.records.tasks.asking import DaySection, my_day
        from groundwork.records.write import Follower, followers
        from groundwork.ui import keys
        from groundwork.ui.navigation import Entry, entries

        # a seller's menu has six entries and no more: sellers come here from my day
        entries.add(
            Entry(
                "due", _("Due to order"), "repeat", lambda: reverse("sales:due"), "management", 20,
                may=lambda user: user.can("view", "reports") and user.can("view", "invoice"),
            )
        )  # fmt: skip
        entries.add(
            Entry(
                "reviews", _("Board review"), "presentation", lambda: reverse("sales:reviews"), "management", 25,
                may=lambda user: user.can("create", "review") and leads_others(user),
            )
        )  # fmt: skip
        entries.add(
            Entry(
                "pipelines", _("Pipelines"), "kanban", lambda: reverse("sales:pipelines"), "settings", 35,
                may=lambda user: user.can("configure", "settings"),
            )
        )  # fmt: skip
        entries.add(
            Entry(
                "quote template", _("Template of quotes"), "file-text", lambda: reverse("sales:quote_template"),
                "settings", 36, may=lambda user: user.can("configure", "settings"),
            )
        )  # fmt: skip
        keys.go("E", "due")
        keys.go("B", "deal")
        keys.go("R", "reviews")
        for letter, label in REVIEW_KEYS.items():
            keys.keys.add(keys.Key("review", label, (f"Key{letter}",), "review"))
        followers.add(Follower("stays in stages", deals.Deal.type_key, deals.keep_stays))
        on_init.add(Step("pipelines", pipelines.make_built_in))
        on_init.add(Step("statuses of leads", lead_statuses.make_built_in))
        followers.add(Follower("leads are given", "lead", assigning.follow))
        on_init.add(Step("checks of order", checks.make_built_in))
        schedules.every("sales.stage times", stage_times.measure, seconds=24 * 3600)
        schedules.every("sales.reviews", snapshots.take_those_before, seconds=300)
        my_day.add(DaySection("review", "sales/review/day.html", screens.day_section))
        my_day.add(DaySection("deals in order", "sales/tidy_deals.html", tidying.tidy_deals_section, is_own=True))
        demo_parts.add(DemoPart("deals", fill_demo))
        entries.add(
            Entry(
                "forecast", _("Forecast"), "target", lambda: reverse("sales:forecast"), "management", 15,
                may=lambda user: user.can("view", "deal") and user.can("view", "reports"),
            )
        )  # fmt: skip
        schedules.every("sales.forecast kept", targets.keep_snapshot, seconds=24 * 3600)
        my_day.add(DaySection("due to order", "sales/day.html", lines.day_section))
        my_day.add(DaySection("customers in order", "sales/tidy.html", lines.tidy_section, is_own=True))
        may_know = lambda user: user.can("view", "invoice")  # noqa: E731
        situations.add(Situation("due", "company", _("due to order, and has not"), due.due_ids, may_know))
        acts.add(ActLabel(quotes.MADE, _("Quote made"), can_go_back=True))
        acts.add(ActLabel("review.decided", _("Decided in a review"), can_go_back=True))
        acts.add(ActLabel("review.said", _("Said in a review")))
        acts.add(ActLabel("review.begun", _("Review begun")))
        acts.add(ActLabel("review.turned", _("Next person in a review")))
        acts.add(ActLabel("review.ended", _("Review ended")))
        acts.add(ActLabel("order.repeat", _("Ordered again"), can_go_back=True))


def leads_others(user) -> bool:
    """Does the person change deals of others?"""
    from groundwork.access.rights import reach

    scope = reach(user, "edit", "deal")
    return scope.all or bool(scope.departments)
