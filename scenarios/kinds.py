"""The kinds of TOML file of scenarios: where they lie and what they are, for editors and for the published schemas."""

from __future__ import annotations

from agent.knowledge_index import Kind

KINDS: tuple[Kind, ...] = (
    Kind("stories", "scenarios/stories", "scenarios.story:Story"),
    Kind("tasks", "scenarios/tasks", "scenarios.task:Tasks"),
    Kind("populations", "scenarios/populations", "scenarios.population_model:Population"),
    Kind("courses", "scenarios/courses", "scenarios.course.model:CourseRules"),
    Kind("responses", "scenarios/responses", "scenarios.course.model:Responses"),
    Kind("measures", "scenarios/measures", "scenarios.measure:Measure"),
    Kind("cards", "scenarios/cards", "scenarios.card:Weights"),
    Kind("retellings", "scenarios/retellings", "scenarios.counterfactuals:Retelling"),
)
