"""Why a number is what it is: the rows behind it, why each counts, and the arithmetic.

Nothing is calculated a second way here: an explanation places the same rows by the same declaration
as the figure, and keeps which rows they were. Here belongs no page (`outputs.pages`), no answer of
a service (`services.api`), and no screen (`commands`).
"""
