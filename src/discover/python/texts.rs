//! Texts that are put together: formatted, joined, side by side.

use std::ops::Range;

use rustpython_ruff_python_ast::{
    Expr, ExprStringLiteral, FStringPart, InterpolatedStringElement, StringFlags as _,
};
use rustpython_ruff_text_size::{Ranged as _, TextRange};

use super::bytes;
use super::scopes::{ScopeId, literal};
use super::values::{CANDIDATES, LONGEST, Resolver, Value};

impl<'a> Resolver<'_, 'a> {
    pub(super) fn f_string(
        &self,
        string: &'a rustpython_ruff_python_ast::ExprFString,
        scope: ScopeId,
        depth: u8,
    ) -> Vec<Value<'a>> {
        let range = string.range;
        let mut values = vec![Value::Text(String::new(), bytes(range))];
        for part in &string.value {
            match part {
                FStringPart::Literal(text) => {
                    let next = [Value::Text(text.as_str().to_owned(), 0..0)];
                    values = join(&values, &next, "", range);
                }
                FStringPart::FString(inner) => {
                    for element in &inner.elements {
                        let next = match element {
                            InterpolatedStringElement::Literal(text) => {
                                vec![Value::Text(text.value.to_string(), 0..0)]
                            }
                            InterpolatedStringElement::Interpolation(inserted)
                                if inserted.format_spec.is_none() =>
                            {
                                self.follow(&inserted.expression, scope, depth)
                            }
                            InterpolatedStringElement::Interpolation(_) => vec![Value::Unknown],
                        };
                        values = join(&values, &next, "", range);
                    }
                }
            }
        }
        values
    }

    /// `"%s/%s" % (a, b)`
    pub(super) fn percent(&self, expr: &'a Expr, scope: ScopeId, depth: u8) -> Vec<Value<'a>> {
        let Expr::BinOp(operation) = expr else { return vec![Value::Unknown] };
        let Some(pattern) = literal(&operation.left) else { return vec![Value::Unknown] };
        let arguments = match &*operation.right {
            Expr::Tuple(tuple) => &tuple.elts[..],
            single => std::slice::from_ref(single),
        };
        self.filled(pattern, "%s", arguments, scope, depth, expr.range())
    }

    /// A pattern with each `slot` replaced by the next argument.
    pub(super) fn filled(
        &self,
        pattern: &str,
        slot: &str,
        arguments: &'a [Expr],
        scope: ScopeId,
        depth: u8,
        range: TextRange,
    ) -> Vec<Value<'a>> {
        let mut values = vec![Value::Text(String::new(), bytes(range))];
        let mut arguments = arguments.iter();
        for (index, piece) in pattern.split(slot).enumerate() {
            if index > 0 {
                let next = arguments.next().map(|argument| self.follow(argument, scope, depth));
                values = join(&values, &next.unwrap_or_default(), "", range);
            }
            values = join(&values, &[Value::Text(piece.to_owned(), 0..0)], "", range);
        }
        values
    }

    pub(super) fn joined(
        &self,
        parts: &'a [Expr],
        separator: &str,
        scope: ScopeId,
        depth: u8,
        range: TextRange,
    ) -> Vec<Value<'a>> {
        let [first, rest @ ..] = parts else { return vec![Value::Unknown] };
        let mut values = self.follow(first, scope, depth);
        for part in rest.iter().take(CANDIDATES) {
            values = join(&values, &self.follow(part, scope, depth), separator, range);
        }
        values
    }
}

/// Where the text of a string stands, without its quotes; of several that stand side by side, all
/// of them with theirs.
pub(super) fn inside_quotes(string: &ExprStringLiteral) -> Range<usize> {
    let range = bytes(string.range);
    let mut parts = string.value.iter();
    match (parts.next(), parts.next()) {
        (Some(only), None) => {
            let part = bytes(only.range);
            let start = part.start.saturating_add(only.flags.opener_len().to_usize());
            start..part.end.saturating_sub(only.flags.closer_len().to_usize()).max(start)
        }
        _ => range,
    }
}

/// Every text of `left` with every text of `right` behind it.
pub(super) fn join<'a>(
    left: &[Value<'a>],
    right: &[Value<'a>],
    separator: &str,
    range: TextRange,
) -> Vec<Value<'a>> {
    let mut values = Vec::new();
    for left in left {
        for right in right {
            values.push(match (left, right) {
                (Value::Text(left, _), Value::Text(right, _))
                    if left.len().saturating_add(right.len()) < LONGEST =>
                {
                    Value::Text(format!("{left}{separator}{right}"), bytes(range))
                }
                _ => Value::Unknown,
            });
            if values.len() >= CANDIDATES {
                return values;
            }
        }
    }
    values
}
