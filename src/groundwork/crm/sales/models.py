from groundwork.crm.sales.assigning import AssignmentRule, Turn  # noqa: F401
from groundwork.crm.sales.checks import HygieneCheck  # noqa: F401
from groundwork.crm.sales.deals import Deal, DealContact, DealLine, Stay  # noqa: F401 - with what is done to them
from groundwork.crm.sales.lead_statuses import LeadStatus  # noqa: F401
from groundwork.crm.sales.leads import Lead  # noqa: F401
from groundwork.crm.sales.pipelines import Pipeline, Stage, Word  # noqa: F401
from groundwork.crm.sales.quote_template import QuoteTemplate  # noqa: F401
from groundwork.crm.sales.quotes import Quote  # noqa: F401
from groundwork.crm.sales.review.models import Review, ReviewDecision, Seat, Snapshot  # noqa: F401
from groundwork.crm.sales.stage_times import StageTime  # noqa: F401
from groundwork.crm.sales.targets import KeptForecast, Target  # noqa: F401
