"""The explanation of each result for programs: `…/explain/`, with the numbers of the pages."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import (
    BooleanField,
    CharField,
    ChoiceField,
    DateField,
    DateTimeField,
    DictField,
    IntegerField,
    ListField,
    Serializer,
    SerializerMethodField,
)

from imtplan.accounts.models import School
from imtplan.numbers import plain
from imtplan.rest import PlainDecimalField
from indicators.explaining import (
    Formula,
    FormulaStep,
    Input,
    InputUse,
    LeftOutReason,
    MissingSchool,
    NotCountedReason,
    ProgressExplanation,
    ProgressMark,
    RangeAssumption,
    RollUpExplanation,
    StatusRule,
    StepResult,
    kind_of,
)
from indicators.formulas.steps import as_stored
from indicators.models import Figure, View
from indicators.questions.mean_revisions import (
    THRESHOLDS,
    MeanRevision,
    revised_means,
    revised_thresholds,
)


def words(enum: Any) -> list[str]:
    return [member.value for member in enum]


class ComputedNumberField(PlainDecimalField):
    """A computed number: text, with at most the decimals that are stored; null: not known."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{"max_digits": 48, "decimal_places": 10, "read_only": True, "allow_null": True}
            | options
        )


class StepSerializer(Serializer):
    """One formula: its name, its letters, its numbers put in, and what it comes to."""

    result = ChoiceField(choices=words(StepResult))
    formula = ChoiceField(choices=words(Formula))
    expression = CharField(source="with_names")
    with_numbers = CharField()
    numbers = SerializerMethodField()
    outcome = ComputedNumberField(source="outcome.value")

    @extend_schema_field(DictField(child=CharField()))
    def get_numbers(self, step: FormulaStep) -> dict[str, str]:
        return {name: plain(as_stored(number.value)) for name, number in step.numbers.items()}


class GivenSerializer(Serializer):
    """A figure as it stands, and who gave it."""

    year = IntegerField()
    state = ChoiceField(choices=Figure.State.values)
    value = ComputedNumberField(source="number")
    numerator = ComputedNumberField()
    denominator = ComputedNumberField()
    status = ChoiceField(choices=Figure.Status.values)
    version = IntegerField()
    entered_by = SerializerMethodField()
    entered_at = DateTimeField()
    origin = ChoiceField(choices=Figure.Origin.values)
    source = CharField()
    reason = CharField()

    @extend_schema_field(CharField(allow_null=True))
    def get_entered_by(self, figure: Figure) -> str | None:
        return str(figure.entered_by) if figure.entered_by else None


class InputSerializer(Serializer):
    """What one school was asked for, what it gave, and what was made of it."""

    school = SerializerMethodField()
    year = IntegerField()
    use = ChoiceField(choices=words(InputUse))
    why = ChoiceField(choices=words(NotCountedReason), allow_null=True)
    begins = BooleanField()
    merged_into = SerializerMethodField()
    figure = GivenSerializer(source="shown", allow_null=True)
    stand_in = GivenSerializer(allow_null=True)

    @extend_schema_field(CharField(allow_null=True))
    def get_school(self, row: Input) -> str | None:
        return None if row.code == School.THE_INSTITUTE else row.code

    @extend_schema_field(CharField(allow_null=True))
    def get_merged_into(self, row: Input) -> str | None:
        return row.successor or None


class DifferenceSerializer(Serializer):
    name = CharField()
    stored = SerializerMethodField()
    fresh = SerializerMethodField()

    @extend_schema_field(CharField(allow_null=True))
    def get_stored(self, difference: Any) -> str | None:
        return _text(difference.stored)

    @extend_schema_field(CharField(allow_null=True))
    def get_fresh(self, difference: Any) -> str | None:
        return _text(difference.fresh)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return plain(as_stored(value)) if hasattr(value, "is_finite") else str(value)


class AgreementSerializer(Serializer):
    """Whether computing it afresh from the figures gives the stored row back."""

    same = BooleanField(source="holds")
    differences = DifferenceSerializer(many=True)


class MissingSchoolSerializer(Serializer):
    school = CharField(source="code")
    assumption = ChoiceField(choices=words(RangeAssumption), allow_null=True)
    floor = ComputedNumberField()
    expectation = ComputedNumberField()
    since = IntegerField(allow_null=True)
    then = ComputedNumberField()
    now = ComputedNumberField()
    begins = BooleanField()
    merged_into = SerializerMethodField()

    @extend_schema_field(CharField(allow_null=True))
    def get_merged_into(self, row: MissingSchool) -> str | None:
        return row.successor or None


class ExplanationSerializer(Serializer):
    """What every explanation begins and ends with."""

    year = IntegerField()
    view = ChoiceField(choices=View.choices)
    steps = StepSerializer(many=True)
    formula_version = CharField(source="agreement.formula_version")
    computed_at = DateTimeField(source="agreement.computed_at")
    recomputed = AgreementSerializer(source="agreement")


class ValueExplanationSerializer(ExplanationSerializer):
    indicator = CharField(source="indicator.code")
    unit_fr = CharField(source="indicator.unit_fr")
    unit_en = CharField(source="indicator.unit_en")
    aggregation = CharField(source="indicator.aggregation")
    accumulation = CharField(source="indicator.accumulation")
    view = ChoiceField(choices=View.choices, source="inputs.view")
    value = ComputedNumberField(source="total.value")
    estimate = ComputedNumberField(source="total.estimate")
    low = ComputedNumberField()
    high = ComputedNumberField()
    range_by = ChoiceField(choices=words(RangeAssumption), allow_null=True)
    stand_ins = MissingSchoolSerializer(many=True, source="missing_schools")
    expected = IntegerField(source="total.expected")
    reported = IntegerField(source="total.reported")
    missing = ListField(child=CharField(), source="total.missing")
    left_out = ListField(child=CharField(), source="total.left_out")
    inputs = InputSerializer(many=True, source="inputs.rows")


class YearPointSerializer(Serializer):
    year = IntegerField()
    value = ComputedNumberField()


class PromiseSerializer(Serializer):
    """The target, who said so and how sure that is."""

    code = CharField()
    plan = CharField(source="plan.code")
    year = IntegerField()
    value = ComputedNumberField()
    growth_percent = ComputedNumberField()
    baseline_year = IntegerField()
    baseline_value = ComputedNumberField()
    baseline_source = CharField()
    trajectory = CharField()
    is_reference = BooleanField()
    perimeter_fr = CharField()
    perimeter_en = CharField()
    source = CharField()
    sureness = CharField()


class MeanRevisionSerializer(Serializer[MeanRevision]):
    """One change of a weight or of a threshold while the plan was public."""

    at = DateTimeField()
    term = ChoiceField(choices=["weight", *THRESHOLDS], source="term.field")
    of = SerializerMethodField()
    before = ComputedNumberField(help_text=_("Null: it did not count until then."))
    after = ComputedNumberField(help_text=_("Null: it counts no more."))
    reason = CharField()

    @extend_schema_field(CharField(allow_null=True))
    def get_of(self, revision: MeanRevision) -> str | None:
        """Returns the code of what is weighed, or the title of a milestone, which has none; null
        for a threshold, and for what was deleted since."""
        row = revision.term.of
        return row and str(getattr(row, "code", "") or row.title_fr)


class ProgressExplanationSerializer(ExplanationSerializer):
    year = IntegerField(source="row.year")
    view = ChoiceField(choices=View.choices, source="row.view")
    indicator = CharField(source="target.indicator.code")
    school = CharField(source="target.school.code", allow_null=True, default=None)
    target = PromiseSerializer()
    baseline_is_published = BooleanField()
    stated = YearPointSerializer(many=True)
    status = CharField(source="row.status")
    would_be = CharField(source="row.would_be")
    rule = ChoiceField(choices=words(StatusRule))
    reason = CharField(source="row.reason")
    mark = ChoiceField(choices=ProgressMark.choices, allow_null=True)
    on_track_from = ComputedNumberField(source="target.plan.on_track_from")
    at_risk_from = ComputedNumberField(source="target.plan.at_risk_from")
    threshold_revisions = SerializerMethodField()
    forecast_points = YearPointSerializer(many=True, source="points")
    forecast_from_baseline = BooleanField(source="row.forecast_from_baseline")
    value = SerializerMethodField()

    @extend_schema_field(MeanRevisionSerializer(many=True))
    def get_threshold_revisions(self, explanation: ProgressExplanation) -> Any:
        revisions = revised_thresholds(explanation.target.plan)
        return MeanRevisionSerializer(revisions, many=True).data

    @extend_schema_field(ValueExplanationSerializer)
    def get_value(self, explanation: ProgressExplanation) -> dict[str, Any]:
        """Returns how the value was made; a school's own value rests on its figures alone."""
        return ValueExplanationSerializer(explanation.value).data


class ItemSerializer(Serializer):
    """One indicator, project or objective in the mean, and what it brings to the result."""

    kind = ChoiceField(choices=["indicator", "project", "objective"])
    code = CharField()
    weight = ComputedNumberField()
    progress = ComputedNumberField()
    clamped = ComputedNumberField()
    expected = ComputedNumberField()
    contribution = ComputedNumberField()
    counts = BooleanField()
    why = ChoiceField(choices=words(LeftOutReason), allow_null=True)
    inferred = BooleanField(source="part.inferred")


class MilestoneExplanationSerializer(Serializer):
    title_fr = CharField(source="milestone.title_fr")
    title_en = CharField(source="milestone.title_en")
    weight = ComputedNumberField(source="milestone.weight")
    due_on = DateField(source="milestone.due_on")
    done_on = DateField(source="milestone.done_on", allow_null=True)
    is_done = BooleanField()
    is_due = BooleanField()


class RollUpExplanationSerializer(ExplanationSerializer):
    kind = SerializerMethodField()
    code = CharField(source="element.code")
    status = CharField(source="row.status")
    would_be = CharField(source="row.would_be")
    rule = ChoiceField(choices=words(StatusRule))
    day = DateField()
    items = ItemSerializer(many=True)
    milestones = MilestoneExplanationSerializer(many=True)
    revisions = SerializerMethodField()

    @extend_schema_field(MeanRevisionSerializer(many=True))
    def get_revisions(self, explanation: RollUpExplanation) -> Any:
        return MeanRevisionSerializer(revised_means(explanation.element), many=True).data

    @extend_schema_field(ChoiceField(choices=["plan", "objective", "lever", "project"]))
    def get_kind(self, explanation: RollUpExplanation) -> str:
        return kind_of(explanation.element)


# --- Beside each result -------------------------------------------------------------------------


def explained(serializer: type[Serializer]) -> Any:
    """Decorates a viewset's method that explains a row: it answers at `…/<id>/explain/`."""

    def decorate(explain: Any) -> Any:
        def answer(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
            explanation = explain(self, self.get_object())
            if explanation is None:
                raise Http404
            return Response(serializer(explanation).data)

        answer.__name__ = "explain"
        described = extend_schema(
            tags=["results"],
            description=_("Every step with its numbers, every figure with who gave it."),
            responses=serializer,
        )
        return action(detail=True, url_path="explain", filterset_class=None)(described(answer))

    return decorate
