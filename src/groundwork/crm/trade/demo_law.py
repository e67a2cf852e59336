"""Legal ids of made-up companies: their check digits are right, so that forms and imports take them."""

import random
from typing import Any

from stdnum.de import vat as de_vat
from stdnum.iso7064 import mod_11_10
from stdnum.pl import nip, regon
from stdnum.ru import inn

KPP_OFFICES = {"Москва": "7701", "Санкт-Петербург": "7801", "Казань": "1655", "Новосибирск": "5401"}


def legal_ids(country: str, city: str, rnd: random.Random) -> dict[str, str]:
    """The fields of Company that a company of this country fills."""
    made = {"Russia": russian, "Poland": polish, "Kazakhstan": kazakh, "Germany": german, "United Kingdom": british}
    return made[country](city, rnd) if country in made else {}


def digits(rnd: random.Random, count: int) -> str:
    return "".join(str(rnd.randrange(10)) for _place in range(count))


def russian(city: str, rnd: random.Random) -> dict[str, str]:
    office = KPP_OFFICES.get(city, "7701")
    number = office + digits(rnd, 5)
    ogrn = f"1{rnd.randint(2, 23):02}{office[:2]}{digits(rnd, 7)}"
    return {
        "inn": number + inn.calc_company_check_digit(number),
        "kpp": f"{office}01001",
        "ogrn": ogrn + str(int(ogrn) % 11 % 10),
    }


def polish(city: str, rnd: random.Random) -> dict[str, str]:
    number = ""
    while not number:  # some have no check digit: the register leaves them out
        begin = f"5{rnd.randint(1, 9)}{digits(rnd, 7)}"
        number = next((f"{begin}{check}" for check in range(10) if nip.is_valid(f"{begin}{check}")), "")
    place = f"{rnd.randint(1, 48) * 2 - 1:02}{digits(rnd, 6)}"
    return {
        "nip": number,
        "regon": place + regon.calc_check_digit(place),
        "krs": f"000{digits(rnd, 7)}",
    }


def kazakh(city: str, rnd: random.Random) -> dict[str, str]:
    weights = ((1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))
    while True:
        number = f"{rnd.randint(5, 24):02}{rnd.randint(1, 12):02}40{digits(rnd, 5)}"
        for row in weights:
            check = sum(weight * int(sign) for weight, sign in zip(row, number, strict=True)) % 11
            if check < 10:
                return {"bin": f"{number}{check}"}


def german(city: str, rnd: random.Random) -> dict[str, str]:
    number = str(rnd.randint(1, 9)) + digits(rnd, 7)
    return {"vat": f"DE{de_vat.compact(number + mod_11_10.calc_check_digit(number))}"}


def british(city: str, rnd: random.Random) -> dict[str, str]:
    """A VAT number of seven digits and two that prove them, modulo 97."""
    number = f"{rnd.randint(1, 9)}{digits(rnd, 6)}"
    check = 97 - sum((8 - place) * int(sign) for place, sign in enumerate(number)) % 97
    return {"legal_id": f"GB{number}{check:02}"}


def known_wrong(record: Any) -> list[str]:
    """The legal ids of a company that a form would refuse; for tests."""
    from groundwork.crm.customers.legal_ids import LEGAL_IDS, wrong_with

    filled = {name: getattr(record, name) for name in LEGAL_IDS}
    return [name for name, number in filled.items() if number and wrong_with(LEGAL_IDS[name], number)]
