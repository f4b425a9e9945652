//! Values that an expression of a template always has: constants, and what is made of them.

use std::cell::Cell;
use std::collections::HashMap;

use minijinja::machinery::ast::{BinOpKind, CallArg, Expr, UnaryOpKind};
use minijinja::value::{Value as Literal, ValueKind};

/// Bytes of the longest text that is put together.
const LONGEST: usize = 4096;

/// How deep expressions and definitions are followed.
const DEPTH: u32 = 64;

/// Expressions that are looked at for one value: definitions can multiply (`a = b ~ b`).
const STEPS: u32 = 10_000;

/// Expressions that are looked at for one template.
const ALL_STEPS: u32 = 20_000_000;

/// A value that is known without rendering.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Constant {
    /// A text.
    Text(String),
    /// A whole number.
    Number(i128),
    /// A list or tuple of such.
    List(Vec<Self>),
}

/// What the template assigns to its names.
pub(super) struct Definitions<'tree, 'source> {
    assigned: HashMap<&'source str, Vec<&'tree Expr<'source>>>,
    steps_left: Cell<u32>,
    all_steps_left: Cell<u32>,
}

impl<'tree, 'source> Definitions<'tree, 'source> {
    /// None yet.
    pub(super) fn new() -> Self {
        Self {
            assigned: HashMap::new(),
            steps_left: Cell::new(0),
            all_steps_left: Cell::new(ALL_STEPS),
        }
    }

    /// Takes one step from what the template may cost; `None` where nothing is left.
    pub(super) fn step(&self) -> Option<()> {
        self.all_steps_left.set(self.all_steps_left.get().checked_sub(1)?);
        Some(())
    }

    /// Whether the template was too intricate to be looked at whole.
    pub(super) fn is_exhausted(&self) -> bool {
        self.all_steps_left.get() == 0
    }

    /// Notes that the name may have this value.
    pub(super) fn add(&mut self, name: &'source str, value: &'tree Expr<'source>) {
        self.assigned.entry(name).or_default().push(value);
    }

    /// All values that the template assigns to the name.
    pub(super) fn of(&self, name: &str) -> &[&'tree Expr<'source>] {
        self.assigned.get(name).map_or(&[], Vec::as_slice)
    }

    /// The value that the expression always has, if it is known.
    pub(super) fn constant(&self, expression: &Expr<'_>) -> Option<Constant> {
        self.steps_left.set(STEPS);
        self.fold(expression, DEPTH)
    }

    fn fold(&self, expression: &Expr<'_>, depth: u32) -> Option<Constant> {
        let depth = depth.checked_sub(1)?;
        self.steps_left.set(self.steps_left.get().checked_sub(1)?);
        self.step()?;
        let fold = |expression: &Expr<'_>| self.fold(expression, depth);
        match expression {
            Expr::Const(constant) => literal(&constant.value),
            Expr::Var(variable) => match self.of(variable.id) {
                [only] => fold(only),
                _ => None,
            },
            Expr::List(list) => {
                list.items.iter().map(fold).collect::<Option<_>>().map(Constant::List)
            }
            Expr::Tuple(list) => {
                list.items.iter().map(fold).collect::<Option<_>>().map(Constant::List)
            }
            Expr::UnaryOp(unary) => match (&unary.op, fold(&unary.expr)?) {
                (UnaryOpKind::Neg, Constant::Number(number)) => {
                    number.checked_neg().map(Constant::Number)
                }
                _ => None,
            },
            Expr::BinOp(binary) => combined(binary.op, fold(&binary.left)?, fold(&binary.right)?),
            Expr::GetItem(item) => picked(fold(&item.expr)?, &fold(&item.subscript_expr)?),
            Expr::Slice(slice) => {
                let Constant::Text(text) = fold(&slice.expr)? else { return None };
                let step = slice.step.as_ref().map(fold);
                match (&slice.start, &slice.stop, step) {
                    (None, None, Some(Some(Constant::Number(-1)))) => {
                        Some(Constant::Text(text.chars().rev().collect()))
                    }
                    _ => None,
                }
            }
            Expr::Filter(filter) => {
                let value = fold(filter.expr.as_ref()?)?;
                applied(filter.name, value, &self.arguments(&filter.args, depth)?)
            }
            Expr::Call(call) => match &call.expr {
                Expr::GetAttr(method) => applied_method(
                    method.name,
                    fold(&method.expr)?,
                    self.arguments(&call.args, depth)?,
                ),
                _ => None,
            },
            _ => None,
        }
    }

    fn arguments(&self, arguments: &[CallArg<'_>], depth: u32) -> Option<Vec<Constant>> {
        let value = |argument: &CallArg<'_>| match argument {
            CallArg::Pos(value) | CallArg::Kwarg(_, value) => self.fold(value, depth),
            CallArg::PosSplat(_) | CallArg::KwargSplat(_) => None,
        };
        arguments.iter().map(value).collect()
    }
}

fn literal(value: &Literal) -> Option<Constant> {
    match value.kind() {
        ValueKind::String => value.as_str().map(|text| Constant::Text(text.to_owned())),
        ValueKind::Number if value.is_integer() => {
            i128::try_from(value.clone()).ok().map(Constant::Number)
        }
        ValueKind::Seq => value
            .try_iter()
            .ok()?
            .map(|item| literal(&item))
            .collect::<Option<_>>()
            .map(Constant::List),
        _ => None,
    }
}

fn combined(operator: BinOpKind, left: Constant, right: Constant) -> Option<Constant> {
    use Constant::{Number, Text};
    match (operator, left, right) {
        (BinOpKind::Add | BinOpKind::Concat, Text(left), Text(right)) => joined([left, right], ""),
        (BinOpKind::Concat, Text(left), Number(right)) => joined([left, right.to_string()], ""),
        (BinOpKind::Concat, Number(left), Text(right)) => joined([left.to_string(), right], ""),
        (BinOpKind::Mul, Text(text), Number(times))
        | (BinOpKind::Mul, Number(times), Text(text)) => {
            let times = usize::try_from(times).ok()?;
            (text.len().checked_mul(times)? <= LONGEST).then(|| Text(text.repeat(times)))
        }
        (BinOpKind::Rem, Text(format), Text(value)) => {
            joined([format.replacen("%s", &value, 1)], "")
        }
        (BinOpKind::Rem, Text(format), Constant::List(values)) => formatted(&format, &values),
        (BinOpKind::Add, Number(left), Number(right)) => left.checked_add(right).map(Number),
        (BinOpKind::Sub, Number(left), Number(right)) => left.checked_sub(right).map(Number),
        (BinOpKind::Mul, Number(left), Number(right)) => left.checked_mul(right).map(Number),
        (BinOpKind::Pow, Number(base), Number(power)) => {
            let power = u32::try_from(power).ok()?;
            Some(Number(base.checked_pow(power).unwrap_or(i128::MAX)))
        }
        _ => None,
    }
}

/// `%s`, `%d` and `%c` of a format, in order.
fn formatted(format: &str, values: &[Constant]) -> Option<Constant> {
    let mut text = String::new();
    let mut values = values.iter();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        match (characters.next()?, values.next()) {
            ('s' | 'c', Some(Constant::Text(value))) => text.push_str(value),
            ('s' | 'd', Some(Constant::Number(value))) => text.push_str(&value.to_string()),
            ('c', Some(Constant::Number(value))) => {
                text.push(u32::try_from(*value).ok().and_then(char::from_u32)?);
            }
            _ => return None,
        }
        if text.len() > LONGEST {
            return None;
        }
    }
    Some(Constant::Text(text))
}

fn picked(from: Constant, index: &Constant) -> Option<Constant> {
    let Constant::Number(index) = index else { return None };
    let place = |length: usize| {
        let length = i128::try_from(length).ok()?;
        let index = if *index < 0 { index.checked_add(length)? } else { *index };
        usize::try_from(index).ok()
    };
    match from {
        Constant::List(mut items) => {
            let place = place(items.len())?;
            (place < items.len()).then(|| items.swap_remove(place))
        }
        Constant::Text(text) => {
            let character = text.chars().nth(place(text.chars().count())?)?;
            Some(Constant::Text(character.to_string()))
        }
        Constant::Number(_) => None,
    }
}

fn applied(filter: &str, value: Constant, arguments: &[Constant]) -> Option<Constant> {
    use Constant::{List, Text};
    match (filter, value, arguments) {
        ("lower", Text(text), []) => Some(Text(text.to_lowercase())),
        ("upper", Text(text), []) => Some(Text(text.to_uppercase())),
        ("trim", Text(text), []) => Some(Text(text.trim().to_owned())),
        ("string" | "safe" | "e" | "escape" | "forceescape", Text(text), _) => Some(Text(text)),
        ("string", Constant::Number(number), _) => Some(Text(number.to_string())),
        ("reverse", Text(text), []) => Some(Text(text.chars().rev().collect())),
        ("reverse", List(mut items), []) => {
            items.reverse();
            Some(List(items))
        }
        ("list", Text(text), []) => Some(List(text.chars().map(|c| Text(c.to_string())).collect())),
        ("first", value, []) => picked(value, &Constant::Number(0)),
        ("last", value, []) => picked(value, &Constant::Number(-1)),
        ("join", value, arguments) => join(value, arguments.first()),
        ("replace", Text(text), [Text(old), Text(new), ..]) => replaced(&text, old, new),
        ("format", Text(format), values) => formatted(&format, values),
        ("default" | "d", value, _) => Some(value),
        _ => None,
    }
}

fn applied_method(method: &str, value: Constant, arguments: Vec<Constant>) -> Option<Constant> {
    use Constant::Text;
    match (method, value, arguments.as_slice()) {
        ("join", Text(between), [Constant::List(_) | Text(_)]) => {
            join(arguments.into_iter().next()?, Some(&Text(between)))
        }
        ("lower" | "casefold", Text(text), []) => Some(Text(text.to_lowercase())),
        ("upper", Text(text), []) => Some(Text(text.to_uppercase())),
        ("strip", Text(text), []) => Some(Text(text.trim().to_owned())),
        ("replace", Text(text), [Text(old), Text(new), ..]) => replaced(&text, old, new),
        ("format", Text(format), values) if !format.contains(['[', '.', ':']) => {
            let mut text = format;
            for value in values {
                let value = match value {
                    Text(value) => value.clone(),
                    Constant::Number(value) => value.to_string(),
                    Constant::List(_) => return None,
                };
                text = text.replacen("{}", &value, 1);
            }
            (text.len() <= LONGEST).then_some(Text(text))
        }
        _ => None,
    }
}

fn join(value: Constant, between: Option<&Constant>) -> Option<Constant> {
    let between = match between {
        Some(Constant::Text(between)) => between.as_str(),
        Some(_) => return None,
        None => "",
    };
    match value {
        Constant::List(items) => {
            let texts: Option<Vec<String>> = items
                .into_iter()
                .map(|item| match item {
                    Constant::Text(text) => Some(text),
                    Constant::Number(number) => Some(number.to_string()),
                    Constant::List(_) => None,
                })
                .collect();
            joined(texts?, between)
        }
        Constant::Text(text) => joined(text.chars().map(String::from), between),
        Constant::Number(_) => None,
    }
}

fn replaced(text: &str, old: &str, new: &str) -> Option<Constant> {
    let most = text.len().saturating_add(1).saturating_mul(new.len().saturating_add(1));
    (most <= LONGEST.saturating_mul(LONGEST))
        .then(|| text.replace(old, new))
        .filter(|text| text.len() <= LONGEST)
        .map(Constant::Text)
}

fn joined(parts: impl IntoIterator<Item = String>, between: &str) -> Option<Constant> {
    let mut text = String::new();
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 {
            text.push_str(between);
        }
        text.push_str(&part);
        if text.len() > LONGEST {
            return None;
        }
    }
    Some(Constant::Text(text))
}
