"""Long work outside the request: runs with progress and cancel, and schedules. A thin front over django-q2.

    from groundwork.background import work
    run = work.start("records.import", requester=user, dedupe=f"import {plan.pk}", plan=plan.pk)

Kinds are added to ``background.kinds.kinds``, schedules by ``background.schedules.every``, both in ``AppConfig.ready``.
"""
