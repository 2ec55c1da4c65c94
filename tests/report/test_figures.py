from __future__ import annotations

from datetime import date

import pytest

from redline.report.figures import date_text, quantity_text


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (1234.5, "m2", "1,234.5 m² (0.1235 ha)", "1,234.5 平方米（0.1235 公顷，1.85 亩）"),
        (99.99, "m2", "99.99 m²", "99.99 平方米"),
        (0.004, "m2", "< 0.01 m²", "< 0.01 平方米"),
        (-5.0, "m2", "-5 m²", "-5 平方米"),
        (1500.0, "m", "1,500 m (1.5 km)", "1,500 米（1.5 公里）"),
        (3.0, "ha", "3 ha", "3 公顷（45 亩）"),
        (12.5, "%", "12.5%", "12.5%"),
        (20.0, "t/a", "20 t per year", "20 吨/年"),
        (7.0, "", "7", "7"),
        (2.0, "unheard_of", "2 unheard_of", "2 unheard_of"),
        (-0.0, "m", "0 m", "0 米"),
    ],
)
def test_quantities_in_the_habit_of_each_language(
    value: float, unit: str, english: str, chinese: str
):
    assert quantity_text(value, unit, "en").replace("\u00a0", " ") == english
    assert quantity_text(value, unit, "zh").replace("\u00a0", " ") == chinese


def test_dates_in_the_habit_of_each_language():
    assert date_text(date(2026, 8, 5), "en") == "5 August 2026"
    assert date_text(date(2026, 8, 5), "zh") == "2026年8月5日"


def test_a_loss_is_negative_in_every_unit():
    assert quantity_text(-494_517.93, "m2", "en") == "-494,517.93\u00a0m² (-49.4518\u00a0ha)"
