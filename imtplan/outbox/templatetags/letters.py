"""How the text of a mail marks what its HTML shows in another way; see `imtplan.outbox.letters`."""

from django import template

register = template.Library()


@register.filter
def quoted(text: str) -> str:
    """What somebody typed, line by line as a quotation: no line of it passes for ours."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
