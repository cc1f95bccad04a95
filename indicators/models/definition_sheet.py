"""The definition sheet of an indicator: what is counted and how, who answers for it, since when."""

import re
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from imtplan.bilingual import Bilingual

# A line of `documents` ends with its address; one that does not is refused.
_LINE_WITHOUT_ADDRESS = r"(^|\n)(?![^\n]*https?://[^\s]+[ \t\r]*(\n|$))[^\n]*\S"
_ADDRESS_AT_THE_END = re.compile(r"^(?P<title>.*?)\s*:?\s*(?P<address>https?://\S+)$")


def documents_constraint(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=~models.Q(documents__regex=_LINE_WITHOUT_ADDRESS),
        violation_error_message=gettext_lazy(
            "Each line ends with an address that begins with http:// or https://."
        ),
    )


@dataclass(frozen=True)
class SheetDocument:
    """A document that an indicator's definition refers to, and where it stands."""

    title: str
    address: str


@dataclass(frozen=True)
class SheetLine:
    """A line of the sheet: its heading, and its text or its documents."""

    name: str  # of the field that it shows
    heading: str
    text: str = ""
    documents: tuple[SheetDocument, ...] = ()


# What the sheet says in both languages, in its order, by the name of the pair of columns.
TEXTS: dict[str, Promise] = {
    "definition": gettext_lazy("What is counted"),
    "formula": gettext_lazy("Formula in words"),
    "counted_on": gettext_lazy("At which date"),
    "included": gettext_lazy("What is included"),
    "left_out": gettext_lazy("What is left out"),
    "source_system": gettext_lazy("Source system"),
    "owner": gettext_lazy("Who answers for the definition"),
    "entered_by": gettext_lazy("Who enters it"),
    "periodicity": gettext_lazy("How often"),
    "available": gettext_lazy("When it is available"),
    "comparability": gettext_lazy("What it compares with"),
    "contact": gettext_lazy("Whom to ask"),
}


class DefinitionSheet(models.Model):
    """The columns of the sheet, for the model of indicators."""

    definition_fr = models.TextField(gettext_lazy("definition (French)"), blank=True)
    definition_en = models.TextField(gettext_lazy("definition (English)"), blank=True)
    counted_on_fr = models.TextField(gettext_lazy("at which date (French)"), blank=True)
    counted_on_en = models.TextField(gettext_lazy("at which date (English)"), blank=True)
    left_out_fr = models.TextField(gettext_lazy("what is left out (French)"), blank=True)
    left_out_en = models.TextField(gettext_lazy("what is left out (English)"), blank=True)
    contact_fr = models.TextField(gettext_lazy("whom to ask (French)"), blank=True)
    contact_en = models.TextField(gettext_lazy("whom to ask (English)"), blank=True)
    is_proposed = models.BooleanField(
        gettext_lazy("definition proposed"),
        default=True,
        help_text=gettext_lazy("Not published: proposed, until the plan office confirms it."),
    )
    defined_from_year = models.PositiveSmallIntegerField(
        gettext_lazy("this wording holds from the year"),
        null=True,
        blank=True,
        help_text=gettext_lazy(
            "Empty: for all years. Where something else is counted from a year on, write that year "
            "with the new wording: readers of the years before see the former one."
        ),
    )
    numerator_fr = models.CharField(gettext_lazy("numerator (French)"), max_length=120, blank=True)
    numerator_en = models.CharField(gettext_lazy("numerator (English)"), max_length=120, blank=True)
    denominator_fr = models.CharField(
        gettext_lazy("denominator (French)"), max_length=120, blank=True
    )
    denominator_en = models.CharField(
        gettext_lazy("denominator (English)"), max_length=120, blank=True
    )
    formula_fr = models.TextField(gettext_lazy("formula in words (French)"), blank=True)
    formula_en = models.TextField(gettext_lazy("formula in words (English)"), blank=True)
    included_fr = models.TextField(gettext_lazy("what is included (French)"), blank=True)
    included_en = models.TextField(gettext_lazy("what is included (English)"), blank=True)
    source_system_fr = models.TextField(
        gettext_lazy("source system (French)"),
        blank=True,
        help_text=gettext_lazy("From which register, software or accounts the number is taken."),
    )
    source_system_en = models.TextField(gettext_lazy("source system (English)"), blank=True)
    owner_fr = models.TextField(gettext_lazy("who answers for the definition (French)"), blank=True)
    owner_en = models.TextField(
        gettext_lazy("who answers for the definition (English)"), blank=True
    )
    entered_by_fr = models.TextField(gettext_lazy("who enters it (French)"), blank=True)
    entered_by_en = models.TextField(gettext_lazy("who enters it (English)"), blank=True)
    periodicity_fr = models.TextField(gettext_lazy("how often (French)"), blank=True)
    periodicity_en = models.TextField(gettext_lazy("how often (English)"), blank=True)
    available_fr = models.TextField(gettext_lazy("when it is available (French)"), blank=True)
    available_en = models.TextField(gettext_lazy("when it is available (English)"), blank=True)
    comparability_fr = models.TextField(
        gettext_lazy("what it compares with (French)"),
        blank=True,
        help_text=gettext_lazy("With other years, and with other institutions."),
    )
    comparability_en = models.TextField(gettext_lazy("what it compares with (English)"), blank=True)
    documents = models.TextField(
        gettext_lazy("documents and links"),
        blank=True,
        help_text=gettext_lazy("One a line: its title, then its address (https://…)."),
    )

    definition = Bilingual("definition")
    counted_on = Bilingual("counted_on")
    left_out = Bilingual("left_out")
    contact = Bilingual("contact")
    numerator = Bilingual("numerator")
    denominator = Bilingual("denominator")
    formula = Bilingual("formula")
    included = Bilingual("included")
    source_system = Bilingual("source_system")
    owner = Bilingual("owner")
    entered_by = Bilingual("entered_by")
    periodicity = Bilingual("periodicity")
    available = Bilingual("available")
    comparability = Bilingual("comparability")

    class Meta:
        abstract = True

    @property
    def lacks(self) -> list[str]:
        """Returns what the sheet lacks of what a person who counts has to know."""
        needed = {
            _("what is counted"): self.definition,
            _("at which date"): self.counted_on,
            _("what is left out"): self.left_out,
            _("whom to ask"): self.contact,
        }
        return [name for name, text in needed.items() if not text.strip()]

    @property
    def sheet_lacks(self) -> list[str]:
        """Returns the headings of the sheet under which nothing stands, documents aside."""
        return [str(TEXTS[name]) for name in TEXTS if not getattr(self, name).strip()]

    @property
    def linked_documents(self) -> list[SheetDocument]:
        """Returns what `documents` lists; a line without a title is named by its address."""
        matches = (_ADDRESS_AT_THE_END.match(line.strip()) for line in self.documents.splitlines())
        return [
            SheetDocument(match["title"] or match["address"], match["address"])
            for match in matches
            if match
        ]

    @property
    def sheet(self) -> list[SheetLine]:
        """Returns the lines of the sheet that say something, in the reader's language."""
        lines = [SheetLine(name, str(TEXTS[name]), getattr(self, name)) for name in TEXTS]
        if self.numerator and self.denominator:
            ratio = f"{self.numerator} ÷ {self.denominator}"
            lines.insert(2, SheetLine("ratio", _("Computed as"), ratio))
        documents = tuple(self.linked_documents)
        lines.append(SheetLine("documents", _("Documents and links"), documents=documents))
        return [line for line in lines if line.text.strip() or line.documents]
