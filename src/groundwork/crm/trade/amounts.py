"""What a line comes to. Rounded once, half up away from zero, where the line is made (docs/domain/money.md)."""

from decimal import Decimal

from groundwork.core.money import SCALE, round_half_up


def exact_amount(quantity: Decimal, price: Decimal, discount: Decimal = Decimal(0)) -> Decimal:
    """quantity x price less ``discount`` percent, in major units and not rounded."""
    return quantity * price * (100 - discount) / 100 if discount else quantity * price


def kept_exact(amount: Decimal) -> Decimal:
    """``amount`` to the six digits that a ScaledField keeps."""
    return round_half_up(amount, SCALE)


def line_amount(quantity: Decimal, price: Decimal, digits: int, discount: Decimal = Decimal(0)) -> int:
    """Minor units of quantity x price less the discount; ``digits`` are those of the currency after the point."""
    return int(round_half_up(exact_amount(quantity, price, discount).scaleb(digits)))
