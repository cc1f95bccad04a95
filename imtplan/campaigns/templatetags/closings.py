"""A closing in a template: its day and its hour, midnight being the end of the day."""

from datetime import datetime

from django import template

from imtplan.campaigns.terms import closings

register = template.Library()


@register.filter
def closing_day(closes_at: datetime, form: str = "j F Y") -> str:
    return closings.day(closes_at, form)


@register.filter
def closing_hour(closes_at: datetime) -> str:
    return closings.hour(closes_at)


@register.filter
def closing(closes_at: datetime) -> str:
    return closings.day_and_hour(closes_at)
