//! The walk through the tree of a template.

use std::collections::HashSet;

use minijinja::machinery::Span;
use minijinja::machinery::ast::{
    BinOpKind, Call, CallArg, CompareOpKind, Expr, Filter, Macro, Stmt,
};

use super::Hazardous;
use super::constant::{Constant, Definitions};
use super::names::{FUNCTIONS, WAYS_OUT, is_filter, is_internal_attribute, is_internal_text};
use super::text::{cut, encoded_text, hidden_text, is_instruction, is_trigger};
use crate::evidence::TemplateHazard;

/// A constant number that no template needs as a count, a width or a factor.
const LARGE: i128 = 10_000_000;

/// How far definitions are followed to see what a condition looks at or what a name is made of.
const FOLLOWED: u32 = 200;

/// What a template does that it has no use for, in the order of the text, and whether it was looked
/// at whole.
pub(super) fn hazards(source: &str, template: &Stmt<'_>) -> (Vec<Hazardous>, bool) {
    let mut walk =
        Walk { source, definitions: Definitions::new(), known: HashSet::new(), found: Vec::new() };
    walk.define(std::slice::from_ref(template));
    walk.statements(std::slice::from_ref(template), &mut Within::default());
    walk.found.sort_by_key(|it| it.offset);
    walk.found.dedup();
    let is_whole = !walk.definitions.is_exhausted();
    (walk.found, is_whole)
}

struct Walk<'tree, 'source> {
    source: &'tree str,
    definitions: Definitions<'tree, 'source>,
    /// Names that the template gives a value: macros, arguments, targets.
    known: HashSet<&'source str>,
    found: Vec<Hazardous>,
}

/// What is around the statement.
#[derive(Clone, Default)]
struct Within {
    /// The product of the constant `range`s around.
    repetitions: i128,
    /// The macros that are certain to be called again by each call of themselves.
    macros: Vec<String>,
    /// Words of the conversation that a condition around looks for.
    trigger: Option<String>,
}

impl<'tree, 'source> Walk<'tree, 'source> {
    // Definitions: which names there are, and what they may be.

    fn define(&mut self, statements: &'tree [Stmt<'source>]) {
        for statement in statements {
            match statement {
                Stmt::Template(it) => self.define(&it.children),
                Stmt::ForLoop(it) => {
                    self.target(&it.target, &it.iter);
                    self.define(&it.body);
                    self.define(&it.else_body);
                }
                Stmt::IfCond(it) => {
                    self.define(&it.true_body);
                    self.define(&it.false_body);
                }
                Stmt::WithBlock(it) => {
                    for (target, value) in &it.assignments {
                        self.target(target, value);
                    }
                    self.define(&it.body);
                }
                Stmt::Set(it) => self.target(&it.target, &it.expr),
                Stmt::SetBlock(it) => {
                    self.names_of(&it.target);
                    self.define(&it.body);
                }
                Stmt::AutoEscape(it) => self.define(&it.body),
                Stmt::FilterBlock(it) => self.define(&it.body),
                Stmt::Block(it) => self.define(&it.body),
                Stmt::Macro(it) => self.define_macro(it),
                Stmt::CallBlock(it) => self.define_macro(&it.macro_decl),
                Stmt::Import(it) => self.names_of(&it.name),
                Stmt::FromImport(it) => {
                    for (name, alias) in &it.names {
                        self.names_of(alias.as_ref().unwrap_or(name));
                    }
                }
                Stmt::EmitExpr(_)
                | Stmt::EmitRaw(_)
                | Stmt::Extends(_)
                | Stmt::Include(_)
                | Stmt::Continue(_)
                | Stmt::Break(_)
                | Stmt::Do(_) => {}
            }
        }
    }

    fn define_macro(&mut self, it: &'tree Macro<'source>) {
        self.known.insert(it.name);
        for argument in &it.args {
            self.names_of(argument);
        }
        self.define(&it.body);
    }

    fn names_of(&mut self, target: &'tree Expr<'source>) {
        match target {
            Expr::Var(variable) => {
                self.known.insert(variable.id);
            }
            Expr::List(list) => list.items.iter().for_each(|item| self.names_of(item)),
            Expr::Tuple(list) => list.items.iter().for_each(|item| self.names_of(item)),
            _ => {}
        }
    }

    /// What a name of the target may be: the value, or a part of it.
    fn target(&mut self, target: &'tree Expr<'source>, value: &'tree Expr<'source>) {
        match target {
            Expr::Var(variable) => {
                self.known.insert(variable.id);
                self.definitions.add(variable.id, value);
            }
            // `set space.name = …`: what is reached through the name may be that.
            Expr::GetAttr(attribute) => self.definitions.add(attribute.name, value),
            Expr::List(list) => list.items.iter().for_each(|item| self.target(item, value)),
            Expr::Tuple(list) => list.items.iter().for_each(|item| self.target(item, value)),
            _ => {}
        }
    }

    // Hazards.

    fn record(&mut self, span: Span, hazard: TemplateHazard) {
        let offset = span.start_offset;
        let before = usize::try_from(offset).ok().and_then(|end| self.source.get(..end));
        let newlines = before.unwrap_or("").bytes().filter(|byte| *byte == b'\n').count();
        let line = u32::try_from(newlines).unwrap_or(u32::MAX).saturating_add(1);
        self.found.push(Hazardous { hazard, line, offset });
    }

    /// The text of an expression.
    fn written(&self, expression: &Expr<'_>) -> String {
        let span = expression.span();
        let range =
            |from: u32, to: u32| Some(usize::try_from(from).ok()?..usize::try_from(to).ok()?);
        let text =
            range(span.start_offset, span.end_offset).and_then(|range| self.source.get(range));
        cut(text.unwrap_or("").trim())
    }

    fn statements(&mut self, statements: &'tree [Stmt<'source>], within: &mut Within) {
        for statement in statements {
            self.statement(statement, within);
        }
    }

    fn statement(&mut self, statement: &'tree Stmt<'source>, within: &mut Within) {
        match statement {
            Stmt::Template(it) => self.statements(&it.children, within),
            Stmt::EmitExpr(it) => {
                self.expression(&it.expr, within);
                self.emitted(it.expr.span(), self.definitions.constant(&it.expr), within);
            }
            Stmt::EmitRaw(it) => {
                self.text(it.span(), it.raw);
                self.guarded(it.span(), it.raw, within);
            }
            Stmt::ForLoop(it) => {
                self.expression(&it.iter, within);
                self.expression(&it.target, within);
                if let Some(filter) = &it.filter_expr {
                    self.expression(filter, within);
                }
                let mut inner = Within { macros: Vec::new(), ..within.clone() };
                if let Some(count) = self.range(&it.iter) {
                    inner.repetitions = within.repetitions.max(1).saturating_mul(count.max(1));
                    if inner.repetitions >= LARGE {
                        let what = format!("loops that run {} times", inner.repetitions);
                        self.record(it.iter.span(), TemplateHazard::Cost { what });
                    }
                }
                self.statements(&it.body, &mut inner);
                self.statements(&it.else_body, &mut inner);
            }
            Stmt::IfCond(it) => {
                self.expression(&it.expr, within);
                let mut inner = Within { macros: Vec::new(), ..within.clone() };
                self.statements(&it.false_body, &mut inner.clone());
                if let Some(trigger) = self.trigger(&it.expr) {
                    inner.trigger = Some(trigger);
                }
                self.statements(&it.true_body, &mut inner);
            }
            Stmt::WithBlock(it) => {
                for (_, value) in &it.assignments {
                    self.expression(value, within);
                }
                self.statements(&it.body, within);
            }
            Stmt::Set(it) => {
                self.expression(&it.target, within);
                self.expression(&it.expr, within);
                self.emitted(it.expr.span(), self.definitions.constant(&it.expr), within);
            }
            Stmt::SetBlock(it) => {
                self.expression(&it.target, within);
                if let Some(filter) = &it.filter {
                    self.expression(filter, within);
                }
                self.statements(&it.body, within);
            }
            Stmt::AutoEscape(it) => {
                self.expression(&it.enabled, within);
                self.statements(&it.body, within);
            }
            Stmt::FilterBlock(it) => {
                self.expression(&it.filter, within);
                self.statements(&it.body, within);
            }
            Stmt::Block(it) => self.statements(&it.body, within),
            Stmt::Import(it) => self.foreign(it.expr.span(), "import"),
            Stmt::FromImport(it) => self.foreign(it.expr.span(), "from"),
            Stmt::Extends(it) => self.foreign(it.name.span(), "extends"),
            Stmt::Include(it) => self.foreign(it.name.span(), "include"),
            Stmt::Macro(it) => self.macro_body(it, within),
            Stmt::CallBlock(it) => {
                self.call(&it.call, it.call.span(), within);
                self.macro_body(&it.macro_decl, within);
            }
            Stmt::Do(it) => self.call(&it.call, it.call.span(), within),
            Stmt::Continue(_) | Stmt::Break(_) => {}
        }
    }

    fn macro_body(&mut self, it: &'tree Macro<'source>, within: &Within) {
        for value in &it.defaults {
            self.expression(value, within);
        }
        let mut inner = Within { macros: vec![it.name.to_owned()], ..within.clone() };
        self.statements(&it.body, &mut inner);
    }

    fn foreign(&mut self, span: Span, statement: &str) {
        let statement = statement.to_owned();
        self.record(span, TemplateHazard::ForeignTemplate { statement });
    }

    fn emitted(&mut self, span: Span, value: Option<Constant>, within: &Within) {
        if let Some(Constant::Text(text)) = value {
            self.guarded(span, &text, within);
        }
    }

    /// A text that comes out only where the conversation has the trigger.
    fn guarded(&mut self, span: Span, text: &str, within: &Within) {
        if let Some(trigger) = &within.trigger
            && is_instruction(text)
        {
            let trigger = cut(trigger);
            self.record(span, TemplateHazard::ConditionalText { trigger, text: cut(text.trim()) });
        }
    }

    fn text(&mut self, span: Span, text: &str) {
        for hazard in [hidden_text(text), encoded_text(text)].into_iter().flatten() {
            self.record(span, hazard);
        }
    }

    fn expression(&mut self, expression: &'tree Expr<'source>, within: &Within) {
        match expression {
            Expr::Var(variable) => {
                let name = variable.id;
                let way_out = WAYS_OUT.contains(&name) && !self.known.contains(name);
                if way_out || name.starts_with("__") {
                    let hazard = TemplateHazard::InternalName { name: name.to_owned() };
                    self.record(expression.span(), hazard);
                }
            }
            Expr::Const(constant) => {
                if let Some(text) = constant.value.as_str() {
                    self.text(expression.span(), text);
                }
            }
            Expr::Slice(it) => {
                self.expression(&it.expr, within);
                for bound in [&it.start, &it.stop, &it.step].into_iter().flatten() {
                    self.expression(bound, within);
                }
            }
            Expr::UnaryOp(it) => self.expression(&it.expr, within),
            Expr::BinOp(it) => {
                self.expression(&it.left, within);
                self.expression(&it.right, within);
                match it.op {
                    BinOpKind::Mul if self.factor(expression) >= LARGE => self.repeated(expression),
                    BinOpKind::Pow => self.large(expression),
                    _ => {}
                }
            }
            Expr::Compare(it) => {
                self.expression(&it.expr, within);
                for comparison in &it.ops {
                    self.expression(&comparison.expr, within);
                }
            }
            Expr::IfExpr(it) => {
                self.expression(&it.test_expr, within);
                self.expression(&it.true_expr, within);
                if let Some(other) = &it.false_expr {
                    self.expression(other, within);
                }
                if let Some(trigger) = self.trigger(&it.test_expr) {
                    let inner = Within { trigger: Some(trigger), ..within.clone() };
                    let value = self.definitions.constant(&it.true_expr);
                    self.emitted(it.true_expr.span(), value, &inner);
                }
            }
            Expr::Filter(it) => self.filter(it, expression.span(), within),
            Expr::Test(it) => {
                self.expression(&it.expr, within);
                self.arguments(&it.args, within);
            }
            Expr::GetAttr(it) => {
                self.expression(&it.expr, within);
                if is_internal_attribute(it.name) {
                    let hazard = TemplateHazard::InternalAttribute { name: it.name.to_owned() };
                    self.record(expression.span(), hazard);
                }
            }
            Expr::GetItem(it) => {
                self.expression(&it.expr, within);
                self.expression(&it.subscript_expr, within);
                self.key(&it.subscript_expr);
            }
            Expr::Call(it) => self.call(it, expression.span(), within),
            Expr::List(it) => it.items.iter().for_each(|item| self.expression(item, within)),
            Expr::Tuple(it) => it.items.iter().for_each(|item| self.expression(item, within)),
            Expr::Map(it) => {
                it.keys.iter().chain(&it.values).for_each(|item| self.expression(item, within));
            }
        }
    }

    fn call(&mut self, call: &'tree Call<'source>, span: Span, within: &Within) {
        self.arguments(&call.args, within);
        for argument in &call.args {
            self.large(argument_value(argument));
        }
        match &call.expr {
            Expr::Var(function) => {
                let name = function.id;
                if !FUNCTIONS.contains(&name)
                    && !self.known.contains(name)
                    && !WAYS_OUT.contains(&name)
                {
                    let hazard = TemplateHazard::UnknownFunction { name: name.to_owned() };
                    self.record(span, hazard);
                }
                if within.macros.iter().any(|it| it == name) {
                    let what = format!("the macro {name} calls itself without end");
                    self.record(span, TemplateHazard::Cost { what });
                }
                // `getattr(x, "__class__")` is no function of Jinja, but says what is meant.
                for argument in &call.args {
                    self.internal_text(argument_value(argument));
                }
                self.expression(&call.expr, within);
            }
            Expr::GetAttr(method) => {
                self.expression(&call.expr, within);
                if matches!(method.name, "format" | "format_map") {
                    self.format_string(&method.expr, method.name, span);
                }
                for argument in &call.args {
                    self.internal_text(argument_value(argument));
                }
            }
            other => self.expression(other, within),
        }
    }

    fn arguments(&mut self, arguments: &'tree [CallArg<'source>], within: &Within) {
        for argument in arguments {
            self.expression(argument_value(argument), within);
        }
    }

    fn filter(&mut self, filter: &'tree Filter<'source>, span: Span, within: &Within) {
        if let Some(value) = &filter.expr {
            self.expression(value, within);
        }
        self.arguments(&filter.args, within);
        for argument in &filter.args {
            self.large(argument_value(argument));
        }
        if !is_filter(filter.name) && !self.known.contains(filter.name) {
            let hazard = TemplateHazard::UnknownFunction { name: filter.name.to_owned() };
            self.record(span, hazard);
        }
        let first = filter.args.first();
        match filter.name {
            "attr" => self.attribute_argument(first.map(argument_value)),
            "selectattr" | "rejectattr" | "groupby" => {
                self.attribute_argument(first.map(argument_value));
            }
            "map" | "select" | "reject" => self.mapped(&filter.args),
            _ => {}
        }
        for argument in &filter.args {
            match argument {
                CallArg::Kwarg("attribute", value) => self.attribute_argument(Some(value)),
                other => self.internal_text(argument_value(other)),
            }
        }
    }

    /// `map("attr", name)`: the name of a filter, and what it is given.
    fn mapped(&mut self, arguments: &'tree [CallArg<'source>]) {
        let Some(CallArg::Pos(filter)) = arguments.first() else { return };
        match self.definitions.constant(filter) {
            Some(Constant::Text(name)) if name == "attr" => {
                self.attribute_argument(arguments.get(1).map(argument_value));
            }
            Some(Constant::Text(_)) => {}
            _ => {
                let expression = self.written(filter);
                self.record(filter.span(), TemplateHazard::ComputedAttribute { expression });
            }
        }
    }

    /// The name of an attribute, as a filter takes it: parts are separated by dots.
    fn attribute_argument(&mut self, name: Option<&'tree Expr<'source>>) {
        let Some(expression) = name else { return };
        match self.definitions.constant(expression) {
            Some(Constant::Text(text)) => {
                for part in text.split('.').filter(|part| is_internal_attribute(part)) {
                    let hazard = TemplateHazard::InternalAttribute { name: cut(part) };
                    self.record(expression.span(), hazard);
                }
            }
            Some(Constant::Number(_)) => {}
            _ => {
                let expression_text = self.written(expression);
                let hazard = TemplateHazard::ComputedAttribute { expression: expression_text };
                self.record(expression.span(), hazard);
            }
        }
    }

    /// What stands between brackets: where it is a text, Jinja tries it as an attribute too.
    fn key(&mut self, key: &'tree Expr<'source>) {
        match self.definitions.constant(key) {
            Some(Constant::Text(text)) if is_internal_text(&text) || text.starts_with("__") => {
                let hazard = TemplateHazard::InternalAttribute { name: cut(&text) };
                self.record(key.span(), hazard);
            }
            Some(_) => {}
            None if self.is_made_of_underscores(key, &mut Vec::new(), FOLLOWED) => {
                let expression = self.written(key);
                self.record(key.span(), TemplateHazard::ComputedAttribute { expression });
            }
            None => {}
        }
    }

    fn internal_text(&mut self, value: &'tree Expr<'source>) {
        if let Some(Constant::Text(text)) = self.definitions.constant(value)
            && is_internal_text(&text)
        {
            self.record(value.span(), TemplateHazard::InternalAttribute { name: text });
        }
    }

    /// Whether a text that is put together while rendering could be an internal name: some part of
    /// it has two underscores, or one at an edge, or it is made by a format.
    fn is_made_of_underscores(
        &self,
        expression: &Expr<'_>,
        followed: &mut Vec<String>,
        depth: u32,
    ) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return true };
        if self.definitions.step().is_none() {
            return true;
        }
        let mut part = |part: &Expr<'_>| self.is_made_of_underscores(part, followed, depth);
        match expression {
            Expr::Const(constant) => constant.value.as_str().is_some_and(|text| {
                text.contains("__") || text.starts_with('_') || text.ends_with('_')
            }),
            Expr::BinOp(it) => match it.op {
                BinOpKind::Rem => {
                    matches!(&it.left, Expr::Const(format) if format.value.as_str().is_some())
                }
                _ => part(&it.left) || part(&it.right),
            },
            Expr::Filter(it) => {
                it.name == "format"
                    || it.expr.as_ref().is_some_and(&mut part)
                    || it.args.iter().any(|argument| part(argument_value(argument)))
            }
            Expr::Call(it) => {
                let method = match &it.expr {
                    Expr::GetAttr(method) => method.name == "format" || part(&method.expr),
                    _ => false,
                };
                method || it.args.iter().any(|argument| part(argument_value(argument)))
            }
            Expr::List(it) => it.items.iter().any(part),
            Expr::Tuple(it) => it.items.iter().any(part),
            Expr::Slice(it) => part(&it.expr),
            Expr::IfExpr(it) => {
                part(&it.true_expr) || it.false_expr.as_ref().is_some_and(&mut part)
            }
            Expr::Var(variable) => {
                if followed.iter().any(|name| name == variable.id) {
                    return false;
                }
                followed.push(variable.id.to_owned());
                let values = self.definitions.of(variable.id);
                values.iter().any(|value| self.is_made_of_underscores(value, followed, depth))
            }
            _ => false,
        }
    }

    /// `"{}".format(…)` with a constant text that reaches into nothing is harmless.
    fn format_string(&mut self, format: &'tree Expr<'source>, method: &str, span: Span) {
        let harmless = match self.definitions.constant(format) {
            Some(Constant::Text(text)) => !reaches_in(&text),
            _ => false,
        };
        if !harmless || method == "format_map" {
            let expression = self.written(format);
            self.record(span, TemplateHazard::FormatString { expression });
        }
    }

    fn repeated(&mut self, product: &'tree Expr<'source>) {
        let what = format!("a text repeated or a number multiplied: {}", self.written(product));
        self.record(product.span(), TemplateHazard::Cost { what });
    }

    /// The product of all constant factors, where a text counts by its length.
    fn factor(&self, expression: &Expr<'_>) -> i128 {
        match (self.definitions.constant(expression), expression) {
            (Some(Constant::Number(number)), _) => number.saturating_abs().max(1),
            (Some(Constant::Text(text)), _) => i128::try_from(text.len()).unwrap_or(LARGE).max(1),
            (_, Expr::BinOp(it)) if matches!(it.op, BinOpKind::Mul) => {
                self.factor(&it.left).saturating_mul(self.factor(&it.right))
            }
            _ => 1,
        }
    }

    fn large(&mut self, value: &'tree Expr<'source>) {
        if let Some(Constant::Number(number)) = self.definitions.constant(value)
            && number >= LARGE
        {
            let what = format!("the number {number} as a count, a width or a factor");
            self.record(value.span(), TemplateHazard::Cost { what });
        }
    }

    /// How often a loop over a constant `range` runs.
    fn range(&self, iterated: &Expr<'_>) -> Option<i128> {
        let Expr::Call(call) = iterated else { return None };
        if !matches!(&call.expr, Expr::Var(function) if function.id == "range") {
            return None;
        }
        let number =
            |argument: &CallArg<'_>| match self.definitions.constant(argument_value(argument)) {
                Some(Constant::Number(number)) => Some(number),
                _ => None,
            };
        match call.args.as_slice() {
            [end] => number(end),
            [start, end, ..] => number(end)?.checked_sub(number(start)?),
            [] => None,
        }
    }

    /// The words of people that a condition looks for in what somebody said.
    fn trigger(&self, condition: &Expr<'_>) -> Option<String> {
        self.trigger_in(condition, FOLLOWED)
    }

    fn trigger_in(&self, condition: &Expr<'_>, depth: u32) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        self.definitions.step()?;
        let text = |expression: &Expr<'_>| match self.definitions.constant(expression) {
            Some(Constant::Text(text)) if is_trigger(&text) => Some(text),
            Some(Constant::List(items)) => items.into_iter().find_map(|item| match item {
                Constant::Text(text) if is_trigger(&text) => Some(text),
                _ => None,
            }),
            _ => None,
        };
        let said = |expression: &Expr<'_>| self.is_said(expression, &mut Vec::new(), FOLLOWED);
        match condition {
            Expr::BinOp(it) => match it.op {
                BinOpKind::ScAnd | BinOpKind::ScOr => {
                    self.trigger_in(&it.left, depth).or_else(|| self.trigger_in(&it.right, depth))
                }
                BinOpKind::In | BinOpKind::Eq if said(&it.right) => text(&it.left),
                BinOpKind::In | BinOpKind::Eq if said(&it.left) => text(&it.right),
                _ => None,
            },
            Expr::Compare(it) => it.ops.iter().find_map(|comparison| match comparison.op {
                CompareOpKind::In | CompareOpKind::Eq if said(&comparison.expr) => text(&it.expr),
                CompareOpKind::In | CompareOpKind::Eq if said(&it.expr) => text(&comparison.expr),
                _ => None,
            }),
            Expr::UnaryOp(it) => self.trigger_in(&it.expr, depth),
            Expr::Test(it) if said(&it.expr) => {
                it.args.iter().find_map(|argument| text(argument_value(argument)))
            }
            Expr::Test(it) if it.name == "in" => it
                .args
                .iter()
                .any(|argument| said(argument_value(argument)))
                .then(|| text(&it.expr))
                .flatten(),
            Expr::Call(it) => match &it.expr {
                Expr::GetAttr(method) if said(&method.expr) => {
                    it.args.iter().find_map(|argument| text(argument_value(argument)))
                }
                _ => None,
            },
            Expr::Var(variable) => self
                .definitions
                .of(variable.id)
                .iter()
                .find_map(|value| self.trigger_in(value, depth / 2)),
            Expr::GetAttr(attribute) => self
                .definitions
                .of(attribute.name)
                .iter()
                .find_map(|value| self.trigger_in(value, depth / 2)),
            _ => None,
        }
    }

    /// Whether an expression is what somebody said in the conversation, or made of it.
    fn is_said(&self, expression: &Expr<'_>, followed: &mut Vec<String>, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        if self.definitions.step().is_none() {
            return false;
        }
        let follow = |name: &str, followed: &mut Vec<String>| {
            if followed.iter().any(|it| it == name) {
                return false;
            }
            followed.push(name.to_owned());
            let values = self.definitions.of(name);
            values.iter().any(|value| self.is_said(value, followed, depth))
        };
        match expression {
            Expr::GetAttr(it) => {
                it.name == "content"
                    || follow(it.name, followed)
                    || self.is_said(&it.expr, followed, depth) && !is_structure(it.name)
            }
            Expr::GetItem(it) => match self.definitions.constant(&it.subscript_expr) {
                Some(Constant::Text(key)) if key == "content" => true,
                Some(Constant::Text(key)) if is_structure(&key) => false,
                _ => self.is_said(&it.expr, followed, depth),
            },
            Expr::Call(it) => match &it.expr {
                Expr::GetAttr(method) if method.name == "get" => {
                    it.args.first().is_some_and(|key| {
                        matches!(self.definitions.constant(argument_value(key)),
                            Some(Constant::Text(key)) if key == "content")
                    })
                }
                Expr::GetAttr(method) => self.is_said(&method.expr, followed, depth),
                _ => it
                    .args
                    .iter()
                    .any(|argument| self.is_said(argument_value(argument), followed, depth)),
            },
            Expr::Filter(it) => {
                let content = it.args.iter().any(|argument| {
                    matches!(argument, CallArg::Kwarg("attribute", value)
                        if matches!(self.definitions.constant(value),
                            Some(Constant::Text(name)) if name == "content"))
                });
                content || it.expr.as_ref().is_some_and(|it| self.is_said(it, followed, depth))
            }
            Expr::Slice(it) => self.is_said(&it.expr, followed, depth),
            Expr::BinOp(it) if matches!(it.op, BinOpKind::Add | BinOpKind::Concat) => {
                self.is_said(&it.left, followed, depth) || self.is_said(&it.right, followed, depth)
            }
            Expr::Var(variable) => follow(variable.id, followed),
            _ => false,
        }
    }
}

/// Keys of a message that are its form and not what somebody said.
fn is_structure(key: &str) -> bool {
    matches!(key, "role" | "type" | "name" | "tool_calls" | "function" | "id" | "tool_call_id")
}

fn argument_value<'a, 'source>(argument: &'a CallArg<'source>) -> &'a Expr<'source> {
    match argument {
        CallArg::Pos(value)
        | CallArg::Kwarg(_, value)
        | CallArg::PosSplat(value)
        | CallArg::KwargSplat(value) => value,
    }
}

/// Whether a field of a format reaches into its argument: `{0.name}`, `{0[key]}`.
fn reaches_in(format: &str) -> bool {
    format.split('{').skip(1).any(|field| {
        let field = field.split(['}', ':', '!']).next().unwrap_or("");
        field.contains(['.', '['])
    })
}
