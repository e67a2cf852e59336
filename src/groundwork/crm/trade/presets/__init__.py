"""What other programs give out, read as a whole: Northwind, 1C's sales register, bank statements, CommerceML."""

from groundwork.crm.trade.presets.bank import Statement
from groundwork.crm.trade.presets.commerceml import CommerceML
from groundwork.crm.trade.presets.northwind import Northwind
from groundwork.crm.trade.presets.register import SalesRegister
from groundwork.records.imports.layouts import layouts

for layout in (Northwind, SalesRegister, Statement, CommerceML):
    layouts.add(layout)
