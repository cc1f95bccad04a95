"""A reader with a calculator: works out an expression as it is written."""

import ast
import operator
from decimal import Decimal
from typing import Any

OPERATORS: dict[type, Any] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}


def calculated(text: str) -> Decimal:
    """`(15000 − 13400) / (20000 − 13400)`, by nothing but what stands there."""
    python = text.replace("−", "-").replace("×", "*").replace("^", "**").replace(";", ",")
    python = python.replace("≥", ">=").replace("≤", "<=")
    return _worked(ast.parse(python, mode="eval").body)


def _worked(node: Any) -> Decimal:
    match node:
        case ast.Constant(value):
            return Decimal(str(value))
        case ast.UnaryOp(ast.USub(), operand):
            return -_worked(operand)
        case ast.BinOp(left, sign, right):
            return OPERATORS[type(sign)](_worked(left), _worked(right))
        case ast.Call(ast.Name("max"), arguments):
            return max(_worked(one) for one in arguments)
        case ast.Compare(left, [ast.GtE()], [right]):
            return Decimal(int(_worked(left) >= _worked(right)))
        case ast.Compare(left, [ast.LtE()], [right]):
            return Decimal(int(_worked(left) <= _worked(right)))
    raise ValueError(ast.dump(node))
