"""The entry form: one row for each indicator, read into the cells that services store."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from imtplan.bilingual import reader_language
from imtplan.campaigns.entry.checking.cells import EnteredCell
from imtplan.campaigns.entry.checking.no_number_words import may_be_either, word_of
from imtplan.campaigns.entry.checking.number_sentences import sentence_of, unit_of
from imtplan.campaigns.typed_text import LONGEST_EXPLANATION, LONGEST_REASON, TypedTextField
from imtplan.numbers import NumberError, format_number
from imtplan.units import CellUnit, parse_quantity
from indicators.models import Figure, Indicator

State = Figure.State

TYPED_FIELDS = (
    "value",
    "numerator",
    "denominator",
    "word",
    "reason",
    "explanation",
    "confirm",
    "same",
)


class TypedNumberField(forms.CharField):
    """A number as people type it. It stays text on the page: what was typed is shown again."""

    unit = CellUnit()  # of the cell it stands in
    takes_words = False  # whether "not available" may stand in its place

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text.strip():
            return None
        if self.takes_words:
            _refuse_word(text)
        try:
            return parse_quantity(text, language=reader_language(), cell=self.unit)
        except NumberError as error:
            sentence = sentence_of(error, self.unit)
            raise forms.ValidationError(sentence, code=error.problem) from error

    def validate(self, value: Any) -> None:
        """Whether a number is needed depends on the row, not on the field."""

    def run_validators(self, value: Any) -> None:
        """Bounds belong to the indicator: see `checks`."""


def _refuse_word(text: str) -> None:
    """A word in place of a number has a field of its own: the refusal leads there."""
    if may_be_either(text):
        sentence = _(
            "“{word}” can be read in two ways: not available, or not applicable?"
            " Choose beside the field."
        )
        raise forms.ValidationError(format_lazy(sentence, word=text.strip()), code="either_word")
    if word := word_of(text):
        sentence = _("Choose “{word}” beside the field, in place of a number.")
        label = State(word).label
        raise forms.ValidationError(format_lazy(sentence, word=label), code=word)


class FigureForm(forms.Form):
    """One row. Without JavaScript it has everything: the number, or the word and the reason."""

    WORDS = [
        ("", _("Number")),
        (State.NOT_AVAILABLE, State.NOT_AVAILABLE.label),
        (State.NOT_APPLICABLE, State.NOT_APPLICABLE.label),
    ]

    value = TypedNumberField(required=False)
    numerator = TypedNumberField(required=False)
    denominator = TypedNumberField(required=False)
    word = forms.ChoiceField(choices=WORDS, required=False, label=_("Instead of a number"))
    reason = TypedTextField(
        required=False,
        max_length=LONGEST_REASON,
        label=_("Reason"),
        widget=forms.Textarea(attrs={"rows": 1}),
    )
    explanation = TypedTextField(
        required=False,
        max_length=LONGEST_EXPLANATION,
        label=_("Explanation"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    confirm = forms.BooleanField(required=False, label=_("This figure is right"))
    same = forms.BooleanField(required=False, label=_("Same as last year"))
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    kept = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, indicator: Indicator, **kwargs: Any) -> None:
        super().__init__(*args, prefix=indicator.code, use_required_attribute=False, **kwargs)
        self.indicator = indicator
        self.number_parts = ("numerator", "denominator") if indicator.is_ratio else ("value",)
        for part in {"value", "numerator", "denominator"} - set(self.number_parts):
            del self.fields[part]
        self._label_parts()

    def _label_parts(self) -> None:
        labels = {
            "value": self.indicator.name,
            "numerator": self.indicator.numerator,
            "denominator": self.indicator.denominator,
        }
        for part in self.number_parts:
            self.fields[part].label = labels[part]
            self.fields[part].unit = unit_of(self.indicator, part)
            self.fields[part].takes_words = True
            self.fields[part].widget.attrs |= {
                "inputmode": "decimal",
                "autocomplete": "off",
            }

    @property
    def number_fields(self) -> list[forms.BoundField]:
        return [self[part] for part in self.number_parts]

    @property
    def unstored_fields(self) -> list[forms.BoundField]:
        """Returns what was sent and is not what is stored, for a page where nothing can be
        typed."""
        sent = [self[part] for part in (*self.number_parts, "reason", "explanation")]
        return [box for box in sent if box.value() and box.value() != self.initial.get(box.name)]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        typed = [part for part in self.number_parts if data.get(part) is not None]
        if data.get("word") and typed:
            self.add_error("word", _("Either a number or a word: empty one of the two."))
        return data

    def cell(self) -> EnteredCell:
        """Returns what the row says. Call on a valid form."""
        data = self.cleaned_data
        parts = {part: data[part] for part in self.number_parts}
        entered = any(part is not None for part in parts.values())
        state = data["word"] or (State.NUMBER if entered else State.NOT_ENTERED)
        return EnteredCell(
            indicator=self.indicator,
            state=State(state),
            reason=data["reason"] if data["word"] else "",
            explanation=data["explanation"],
            confirm=data["confirm"],
            version=data["version"],
            kept=data["kept"],
            same=data["same"] if self.add_prefix("same") in self.data else None,
            **parts,
        )


def initial_of(figure: Figure | None) -> dict[str, Any]:
    """Returns a stored figure as the form shows it, in the numbers of the person's language."""
    if figure is None:
        return {}
    language = reader_language()
    numbers = {
        part: format_number(getattr(figure, part), language=language)
        for part in ("value", "numerator", "denominator")
    }
    has_word = figure.state in (State.NOT_AVAILABLE, State.NOT_APPLICABLE)
    return numbers | {
        "word": figure.state if has_word else "",
        "reason": figure.reason,
        "explanation": figure.explanation,
        "same": figure.origin == Figure.Origin.LAST_YEAR,
        "version": figure.version,
    }


def as_posted(indicator: Indicator, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Returns texts by field, as the form of an indicator's row posts them."""
    return {f"{indicator.code}-{field}": text for field, text in typed.items()}


def as_typed(indicator: Indicator, posted: Mapping[str, Any]) -> dict[str, str]:
    """Returns what a row was sent, by field, without the version: the other way round."""
    sent = {name: posted.get(f"{indicator.code}-{name}") for name in TYPED_FIELDS}
    return {name: text for name, text in sent.items() if text is not None}
