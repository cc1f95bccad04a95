"""Browsers cut a pasted text at `maxlength` without a word: no page uses it."""

from pathlib import Path

from django import forms
from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR) / "templates"
THE_ONE_PLACE = TEMPLATES / "django/forms/widgets/attrs.html"


class ShortForm(forms.Form):
    title = forms.CharField(max_length=1200)
    text = forms.CharField(max_length=2000, widget=forms.Textarea)


def test_no_template_lets_the_browser_cut() -> None:
    pages = [page for page in TEMPLATES.rglob("*.html") if page != THE_ONE_PLACE]
    assert [page for page in pages if "maxlength" in page.read_text(encoding="utf-8")] == []


def test_a_form_says_its_limit_and_refuses_what_is_longer() -> None:
    shown = ShortForm().as_p()
    assert "maxlength" not in shown
    assert all(limit in shown for limit in ('data-limit="1200"', 'data-limit="2000"'))
    too_long = ShortForm({"title": "a" * 1201, "text": "a"})
    assert list(too_long.errors) == ["title"]
