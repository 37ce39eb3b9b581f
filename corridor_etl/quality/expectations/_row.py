"""The base of the corridor's expectations, and the metric that lets a check answer for one.

A check gives true, false or null per row; null is "not judged": it does not count against the rule, and results report
such rows as missing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache
from typing import Any, ClassVar

import polars as pl
from great_expectations.compatibility import pydantic
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.render import RenderedStringTemplateContent
from great_expectations.render.components import LegacyRendererType
from great_expectations.render.renderer.renderer import renderer
from great_expectations.render.renderer_configuration import RendererConfiguration
from great_expectations.validator.validator import ValidationDependencies

from corridor_etl.quality.expectations._wording import plain, worded
from corridor_etl.quality.polars_engine import register_record_check

Check = Callable[..., pl.Expr]
Rule = type["RowExpectation"]
EMPTY_CELL = "(empty)"


class _Configuration(ExpectationConfiguration):
    """What a row expectation says, with a way back to it.

    Great Expectations makes the expectation of a configuration anew eight times a run, once for each of its metrics.
    """

    def __init__(self, expectation: RowExpectation, said: ExpectationConfiguration) -> None:
        self.__dict__.update(said.__dict__)
        self._way_back = (expectation, dict(said.kwargs))

    def to_domain_obj(self) -> Any:
        """The expectation itself, as long as the arguments are the ones it was made with."""
        expectation, kwargs = self._way_back
        return expectation if self.kwargs == kwargs else super().to_domain_obj()

    def __deepcopy__(self, memo: dict[int, Any]) -> ExpectationConfiguration:
        """A configuration without the way back, because a copy is made to be changed."""
        copied = _Copy(self.type, {})
        said = {name: value for name, value in self.__dict__.items() if name != "_way_back"}
        copied.__dict__.update(deepcopy(said, memo))
        copied._copied_from = self._way_back[0]
        return copied


class _Copy(ExpectationConfiguration):
    """What Great Expectations makes of a configuration for a run: the same for the batch that it names."""

    _copied_from: RowExpectation

    def __eq__(self, other: object) -> bool:
        return bool(deepcopy(self) == other)

    __hash__ = ExpectationConfiguration.__hash__

    def to_domain_obj(self) -> Any:
        """The stock expectation, made once for all runs as long as they ask for the same."""
        said = {name: value for name, value in self.__dict__.items() if name != "_copied_from"}
        known = self._copied_from._for_batch
        if known is None or known[0] != said:
            known = self._copied_from._for_batch = (deepcopy(said), super().to_domain_obj())
        return known[1]

    def __deepcopy__(self, memo: dict[int, Any]) -> ExpectationConfiguration:
        """A stock configuration."""
        copied = ExpectationConfiguration(self.type, {})
        said = {name: value for name, value in self.__dict__.items() if name != "_copied_from"}
        copied.__dict__.update(deepcopy(said, memo))
        return copied


class RowExpectation(MulticolumnMapExpectation):
    """One yes or no per row over ``column_list``, answered by ``check``; ``sentence`` is its description."""

    check: ClassVar[Check | None] = None
    parameters: ClassVar[tuple[str, ...]] = ()
    sentence: ClassVar[str] = ""

    ignore_row_if: str = "never"
    catch_exceptions: bool = True

    _made: Any = pydantic.PrivateAttr(default=None)
    _for_batch: Any = pydantic.PrivateAttr(default=None)
    _dependencies: Any = pydantic.PrivateAttr(default_factory=dict)

    @property
    def configuration(self) -> Any:
        """The stock property, made once: Great Expectations asks for it sixty times a run, and it is not cheap."""
        if self._made is None:
            self._made = _Configuration(self, super().configuration)
        return self._made

    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: dict[str, Any] | None = None
    ) -> ValidationDependencies:
        """The stock answer, made once: Great Expectations asks twice a run, and most of a small run went there."""
        asked = (type(execution_engine), repr(runtime_configuration))
        if asked not in self._dependencies:
            self._dependencies[asked] = super().get_validation_dependencies(
                execution_engine, deepcopy(runtime_configuration)
            )
        known = self._dependencies[asked]
        return ValidationDependencies(dict(known.metric_configurations), dict(known.result_format))

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if not name.startswith("_"):
            self._forget()

    def _forget(self) -> None:
        self._made, self._for_batch, self._dependencies = None, None, {}

    def copy(self, **options: Any) -> Any:
        """The stock copy, which makes its own configuration."""
        copied = super().copy(**options)
        copied._forget()
        return copied

    @pydantic.validator("column_list")
    def _validate_column_list(cls, v: list[str]) -> list[str]:
        # the stock base insists on two columns; many row rules read one
        if not v:
            raise ValueError("column_list must name at least one column")
        return v

    def verdict(self, thresholds: dict[str, Any]) -> pl.Expr:
        """The check over this expectation's columns, with the thresholds of one run (other keys are ignored)."""
        return judged(type(self), self.column_list, thresholds)

    @classmethod
    def observed(cls, columns: list[str]) -> pl.Expr:
        """What a failing row is reported with: the cell, or each cell with its column's name."""
        cells = [pl.col(c).cast(pl.String).fill_null(EMPTY_CELL) for c in columns]
        if len(cells) == 1:
            return cells[0]
        named = [pl.concat_str(pl.lit(f"{name}="), cell) for name, cell in zip(columns, cells, strict=True)]
        return pl.concat_str(named, separator=", ")

    @classmethod
    def described(cls, kwargs: dict[str, Any]) -> str:
        """The sentence with the columns and thresholds of one use of the rule."""
        return plain(*worded(cls.sentence_of(kwargs), kwargs))

    @classmethod
    def sentence_of(cls, kwargs: dict[str, Any]) -> str:
        """The sentence for one use of the rule; a class whose thresholds change what it says has several."""
        return cls.sentence

    @classmethod
    def _prescriptive_template(cls, renderer_configuration: RendererConfiguration) -> RendererConfiguration:
        renderer_configuration.template_str = cls.described(renderer_configuration.configuration.kwargs)
        return renderer_configuration

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls, configuration: Any = None, result: Any = None, runtime_configuration: Any = None, **_: Any
    ) -> list[RenderedStringTemplateContent]:
        styling = (runtime_configuration or {}).get("styling")
        kwargs = configuration.kwargs if configuration else result.expectation_config.kwargs
        sentence, params = worded(cls.sentence_of(kwargs), kwargs)
        template: dict[str, Any] = {"template": sentence, "params": params, "styling": styling}
        return [RenderedStringTemplateContent(content_block_type="string_template", string_template=template)]


def judged(
    rule: Rule, columns: list[str], thresholds: dict[str, Any], schema: dict[str, pl.DataType] | None = None
) -> pl.Expr:
    """The rule's check over named columns; thresholds that are None keep the check's default.

    A check that has a parameter ``schema`` is given the types of these columns.
    """
    given = {name: thresholds[name] for name in rule.parameters if thresholds.get(name) is not None}
    check = rule.check
    assert check is not None
    if schema is not None and "schema" in inspect.signature(check).parameters:
        given["schema"] = schema
    return check(*(pl.col(c) for c in columns), **given)


def judged_by(check: Check) -> Callable[[Rule], Rule]:
    """Binds an expectation class to its check and registers the metric that runs it."""

    def bind(rule: Rule) -> Rule:
        rule.check = staticmethod(check)
        rule.parameters = tuple(name for name in rule.__fields__ if name not in RowExpectation.__fields__)
        rule.success_keys = ("mostly", *rule.parameters)
        rule.args_keys = ("column_list", *rule.parameters)
        register_record_check(rule.map_metric, _verdict_of(rule), rule.parameters, null_is_unjudged=True)
        return rule

    return bind


def _verdict_of(rule: Rule) -> Callable[..., pl.Expr]:
    """The check as the engine asks for it; what it gave for the same columns, types and thresholds is given again."""

    @lru_cache(maxsize=64)
    def made(
        columns: tuple[tuple[str, pl.DataType], ...], thresholds: tuple[tuple[str, Any], ...]
    ) -> pl.Expr:
        given = {name: list(value) if isinstance(value, tuple) else value for name, value in thresholds}
        return judged(rule, [name for name, _ in columns], given, dict(columns))

    def verdict(names: list[str], schema: dict[str, pl.DataType], _: Any, **thresholds: Any) -> pl.Expr:
        frozen = sorted((name, tuple(v) if isinstance(v, list) else v) for name, v in thresholds.items())
        return made(tuple((name, schema[name]) for name in names), tuple(frozen))

    return verdict
