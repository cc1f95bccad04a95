"""Why one year has several numbers, said on every page and sheet that shows more than one."""

from django import template

from imtplan.dashboard.wording import NATURES

register = template.Library()


@register.simple_tag
def why_several() -> str:
    return str(NATURES)
