"""Mark, in the text of a mail, what its HTML shows in another way; see `imtplan.outbox.letters`."""

from django import template

register = template.Library()


@register.filter
def quoted(text: str) -> str:
    """Returns a typed text as a quotation, so that no line of it passes for ours."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
