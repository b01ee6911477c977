"""Takes what is for Keras 3 out of a module: TFMOT has Keras 2 alone."""

import subprocess
import sys

import libcst as cst
import libcst.matchers as m

# What the module `compat` decides on, and what that is in TFMOT.
_KNOWN = {"LEGACY": True, "BACKEND": "tensorflow"}
# `test_settings.needs("...")` skips tests, `test_settings.has("...")` chooses parts of them.
_NEEDS = m.Call(m.Attribute(m.Name("test_settings"), m.Name("needs")))
_HAS = m.Call(m.Attribute(m.Name("test_settings"), m.Name("has")))


def without_keras_3(module: cst.Module) -> cst.Module:
    """Returns a module as it is where `LEGACY` is True and `BACKEND` is "tensorflow".

    Modules that neither define `LEGACY` nor ask what a setting has come back as they are.
    """
    if not m.findall(module, m.AssignTarget(target=m.Name("LEGACY")) | _NEEDS | _HAS):
        return module
    folded = module.visit(_Folder()).code
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--exit-zero", "--quiet"]
    without_unused_imports = [*ruff, "--select=F401", "--fix", "-"]
    done = subprocess.run(
        without_unused_imports, input=folded, capture_output=True, text=True, check=True
    )
    return cst.parse_module(done.stdout)


class _Folder(m.MatcherDecoratableTransformer):
    @m.leave(m.SimpleStatementLine([m.Assign([m.AssignTarget(m.Name("LEGACY"))])]))
    @m.leave(m.Decorator(_NEEDS))
    def _remove(self, _: cst.CSTNode, __: cst.CSTNode) -> cst.RemovalSentinel:
        return cst.RemoveFromParent()

    def leave_If(
        self, original_node: cst.If, updated_node: cst.If
    ) -> cst.If | cst.RemovalSentinel | cst.FlattenSentinel:
        is_true = _value(original_node.test)
        if is_true is None:
            return updated_node
        kept = updated_node.body if is_true else updated_node.orelse
        if kept is None:
            return cst.RemoveFromParent()
        if isinstance(kept, cst.If):  # `elif`, which is an `if` now
            return kept
        first, *others = (kept.body if isinstance(kept, cst.Else) else kept).body
        first = first.with_changes(leading_lines=updated_node.leading_lines)
        return cst.FlattenSentinel([first, *others])

    def leave_IfExp(self, original_node: cst.IfExp, updated_node: cst.IfExp) -> cst.BaseExpression:
        is_true = _value(original_node.test)
        if is_true is None:
            return updated_node
        return updated_node.body if is_true else updated_node.orelse

    def leave_BooleanOperation(
        self, original_node: cst.BooleanOperation, updated_node: cst.BooleanOperation
    ) -> cst.BaseExpression:
        whole = _value(original_node)
        if whole is not None:
            return cst.Name(str(whole))
        # What is known is on the left. `True and x` and `False or x` are x.
        is_true = _value(original_node.left)
        if is_true is None or is_true is not isinstance(original_node.operator, cst.And):
            return updated_node
        return updated_node.right

    def leave_IndentedBlock(
        self, _: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        # Nothing runs behind a `return` that was in a branch.
        ends = [m.matches(line, m.SimpleStatementLine([m.Return()])) for line in updated_node.body]
        end = ends.index(True) + 1 if True in ends else None
        return updated_node.with_changes(body=updated_node.body[:end])


def _value(test: cst.BaseExpression) -> bool | None:
    """Returns whether a condition is True, None if that is not known."""
    if m.matches(test, _HAS):
        return True
    if isinstance(test, cst.Name):
        return _KNOWN.get(test.value)  # type: ignore[return-value]
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        value = _value(test.expression)
        return None if value is None else not value
    if isinstance(test, cst.BooleanOperation):
        is_and = isinstance(test.operator, cst.And)
        values = [_value(test.left), _value(test.right)]
        if (not is_and) in values:
            return not is_and
        return None if None in values else is_and
    comparison = m.Comparison(m.Name("BACKEND"), [m.ComparisonTarget()])
    if m.matches(test, comparison):
        (target,) = test.comparisons
        is_same = target.comparator.evaluated_value == _KNOWN["BACKEND"]
        return is_same is isinstance(target.operator, cst.Equal)
    return None
