"""Warfarin's first dose by the consortium's algorithms, with genotype where it is known and without where it is not."""

from __future__ import annotations

from collections.abc import Mapping

from tools.clinical.facts import Facts
from tools.clinical.plan import PlanQuantity
from tools.clinical.quantity import Quantity, decimal_of, plain
from tools.dosing.answers import Adjustment, DoseAnswer, DoseStep
from tools.dosing.parameters import ParameterFile, no_dose, parameters
from tools.dosing.wording import dose_text

_GENES = ("CYP2C9", "VKORC1")


def by_genes(drug: str, facts: Facts) -> DoseAnswer | None:
    """The first dose of the algorithm's medicine, where both genes were called; `None` where one was not: that leaves it to the table.

    A patient who takes it is dosed by INR, whatever the genes. A reduced CYP2C9 of which the record names no alleles has no
    term of its own: then the alleles are asked for.
    """
    model = parameters("genotype-start")
    if (
        drug != model.drug
        or not all(gene in facts.phenotypes for gene in _GENES)
        or any(use.currency == "current" and drug in use.kinds for use in facts.medications)
    ):
        return None
    genotype = {gene: _alleles(gene, facts, model) for gene in _GENES}
    lacking = tuple(f"{gene} alleles" for gene, alleles in genotype.items() if not alleles)
    if lacking:
        return no_dose(model, "missing", f"the algorithm needs the {' and the '.join(lacking)}", lacking)
    return genotype_start(facts, genotype)


def _alleles(gene: str, facts: Facts, model: ParameterFile) -> str:
    """Both alleles as the algorithm names them: as the record does, or as a phenotype tells that only one pair has; else nothing."""
    told = model.said.get(f"{gene} {facts.phenotypes[gene]}", "")
    return told or "/".join(sorted(facts.diplotypes.get(gene, "").split("/")))


def genotype_start(facts: Facts, genotype: Mapping[str, str] | None = None) -> DoseAnswer:
    """The predicted daily dose.

    Args:
        facts: age, height and weight are needed; an inhibitor and inducers of its metabolism are looked for among the medicines.
        genotype: `{"VKORC1": "A/G", "CYP2C9": "*1/*3"}`; a gene that is left out counts as unknown, never as normal.

    Returns:
        `found`, with the weekly dose in words; `missing` without age, height or weight; `out_of_scope` for children and for alleles
        of which the algorithm knows nothing. Race is a term of the algorithms and is never inferred: the term for a race that is not
        recorded is used.

    Source:
        International Warfarin Pharmacogenetics Consortium 2009, N Engl J Med 360:753, supplementary appendix.
    """
    model = parameters("genotype-start")
    values = {name: facts.latest(name) for name in ("age", "body-height", "body-weight")}
    lacking = tuple(name for name, value in values.items() if value is None)
    age, height, weight = values["age"], values["body-height"], values["body-weight"]
    if age is None or height is None or weight is None:
        return no_dose(model, "missing", f"the algorithm needs {', '.join(lacking)}", lacking)
    if age.quantity.value < model.youngest:
        return no_dose(model, "out_of_scope", model.said["too-young"])
    genes = dict(genotype or {})
    unheard = [f"{gene} {said}" for gene, said in genes.items() if f"{gene} {said}" not in model.table["pharmacogenetic"]]
    if unheard:
        return no_dose(model, "out_of_scope", f"{model.said['no-term']}: {', '.join(unheard)}")
    decades = float(age.quantity.value // 10)
    table = model.table["pharmacogenetic" if genes else "clinical"]
    root = table["intercept"] + table["decade"] * decades + table["cm"] * float(height.quantity.to("cm").value)
    root += table["kg"] * float(weight.quantity.to("kg").value) + table["race-not-recorded"]
    root += sum(table[part] for part, names in model.member.items() if any(facts.taking(name) for name in names))
    root += sum(table[f"{gene} {genes.get(gene, 'unknown')}"] for gene in _GENES) if genes else 0
    because = (age.reference, height.reference, weight.reference, *(f"phenotype:{gene}" for gene in _GENES if gene in facts.phenotypes))
    return _found(model, root**2, genes, because)


def _found(model: ParameterFile, weekly: float, genes: Mapping[str, str], because: tuple[str, ...]) -> DoseAnswer:
    step = decimal_of(model.number["round_to"])
    daily = Quantity(max(step, round(decimal_of(weekly) / 7 / step) * step), "mg")
    known = ", ".join(f"{gene} {value}" for gene, value in sorted(genes.items())) or "no genotype"
    text = dose_text(daily, "24 h", "oral")
    return DoseAnswer(
        outcome="found",
        drug=model.drug,
        start=DoseStep(text=text, amount=PlanQuantity(plain(daily.value), "mg"), per="24 h", route="oral"),
        usual=model.usual,
        titration=model.titration,
        adjustments=(Adjustment(f"predicted {weekly:.0f} mg a week from age, height, weight and medicines; {known}", because),),
        monitoring=model.monitoring,
        rule=model.ref(),
        legacy_id=model.legacy_id,
        evidence=model.evidence(),
        text=text,
    )
