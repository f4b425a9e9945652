//! How an allowed global may be called: the words and argument lists of an entry's `call`.
//!
//! Allowing a name says that a pickle may import it. What the pickle may *do* with it is said by
//! the forms of the entry: created empty, called with certain arguments, held and never called.
//! An entry without forms is free.

use std::fmt;
use std::str::FromStr;

use super::GlobalEntry;

/// Longest form, in bytes.
const LONGEST: usize = 2048;
/// Levels of tuples and dicts in a form.
const DEEPEST: u32 = 8;

/// One way in which a pickle may use what it imports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallForm {
    /// `never`: held as a value.
    Never,
    /// `new`, `new(…)`: `cls.__new__(cls, …)`, which runs no constructor of the class's own.
    New(ArgumentsForm),
    /// `(…)`: a call with these arguments, by whichever opcode.
    Call(ArgumentsForm),
    /// `enum`: an enumeration, whose members are made of a constant or reached by name.
    Enumeration,
    /// `known`: the calls that the pickle machine itself knows of the name's writers.
    Known,
    /// `setitem`, `append`, `add`, `hash`: a method that opcodes call on its instances.
    Implicit(ImplicitMethod),
}

/// A method that opcodes other than those for calls make an unpickler call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImplicitMethod {
    /// `SETITEM(S)`: `__setitem__`.
    SetItem,
    /// `APPEND(S)`: `append` or `extend`.
    Append,
    /// `ADDITEMS`: `add`.
    Add,
    /// As a key of a dict or member of a set: `__hash__` and `__eq__`.
    Hash,
}

impl ImplicitMethod {
    const ALL: [Self; 4] = [Self::SetItem, Self::Append, Self::Add, Self::Hash];

    /// The word in an entry.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SetItem => "setitem",
            Self::Append => "append",
            Self::Add => "add",
            Self::Hash => "hash",
        }
    }
}

/// The arguments of a form, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArgumentsForm {
    /// Those that must be there.
    pub required: Vec<ArgumentForm>,
    /// Those that may follow.
    pub optional: Vec<ArgumentForm>,
    /// What may follow any number of times.
    pub rest: Option<ArgumentForm>,
}

/// What one argument may be: any of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgumentForm(pub Vec<ValueForm>);

/// What a value may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueForm {
    /// A word for a kind of values.
    Kind(ValueKind),
    /// `'latin1'`: this text.
    Text(String),
    /// `7`: this integer.
    Integer(i64),
    /// `True`, `False`: this truth value.
    Truth(bool),
    /// `(a, b)`: a tuple of just these.
    Tuple(ArgumentsForm),
    /// `{'key': a, 'other'?: b}`: a dict of these text keys and no others; whether each must be
    /// there.
    Dict(Vec<(String, bool, ArgumentForm)>),
    /// `a.b.C`: that import itself.
    Import(GlobalEntry),
    /// `a.b.C()`: what a call of it made.
    Instance(GlobalEntry),
}

/// A kind of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// `str`
    Str,
    /// `bytes`, also as old protocols write them
    Bytes,
    /// `int`, and no `bool`
    Int,
    /// `float`
    Float,
    /// `bool`
    Bool,
    /// `None`
    None,
    /// `tuple`, whatever it holds
    Tuple,
    /// `list`, whatever it holds
    List,
    /// `dict`, whatever it holds
    Dict,
    /// `set` or `frozenset`, whatever it holds
    Set,
    /// `data`: a constant all the way down
    Data,
    /// `class`: a bare import, judged where it is imported
    Class,
    /// `object`: anything that the file builds, and no bare import
    Object,
    /// `any`: an object or a class
    Any,
}

impl ValueKind {
    const ALL: [Self; 14] = [
        Self::Str,
        Self::Bytes,
        Self::Int,
        Self::Float,
        Self::Bool,
        Self::None,
        Self::Tuple,
        Self::List,
        Self::Dict,
        Self::Set,
        Self::Data,
        Self::Class,
        Self::Object,
        Self::Any,
    ];

    /// The word in a form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Str => "str",
            Self::Bytes => "bytes",
            Self::Int => "int",
            Self::Float => "float",
            Self::Bool => "bool",
            Self::None => "None",
            Self::Tuple => "tuple",
            Self::List => "list",
            Self::Dict => "dict",
            Self::Set => "set",
            Self::Data => "data",
            Self::Class => "class",
            Self::Object => "object",
            Self::Any => "any",
        }
    }
}

/// Text that is no form of a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallFormError {
    /// No word that begins a form.
    #[error(
        "`{}` is no form of a call: it is `never`, `new`, `new(…)`, `(…)`, `enum`, `known`, \
         `setitem`, `append`, `add` or `hash`", .0.escape_default()
    )]
    Word(String),
    /// No word for an argument.
    #[error(
        "`{}` is no kind of argument: it is a type (`str`, `int`, `list` …), `data`, `class`, \
         `object`, `any`, a constant, or a global (`a.b.C`, `a.b.C()`)", .0.escape_default()
    )]
    Argument(String),
    /// Something else was expected.
    #[error("{expected} is missing before `{}`", .found.escape_default())]
    Expected {
        /// What.
        expected: &'static str,
        /// What stands there.
        found: String,
    },
    /// A required argument behind an optional one, or anything behind a repeated one.
    #[error("an argument that may be left out or repeated must stand last")]
    Order,
    /// Too long or too deep to be meant.
    #[error("a form of more than {LONGEST} bytes or {DEEPEST} levels")]
    TooLarge,
}

impl FromStr for CallForm {
    type Err = CallFormError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > LONGEST {
            return Err(CallFormError::TooLarge);
        }
        let text = text.trim();
        let implicit = ImplicitMethod::ALL.into_iter().find(|method| method.name() == text);
        Ok(match text {
            "never" => Self::Never,
            "new" => Self::New(ArgumentsForm::default()),
            "enum" => Self::Enumeration,
            "known" => Self::Known,
            _ if implicit.is_some() => Self::Implicit(implicit.unwrap_or(ImplicitMethod::Hash)),
            _ => {
                let (form, arguments): (fn(_) -> _, _) = match text.strip_prefix("new") {
                    Some(arguments) => (Self::New, arguments),
                    None => (Self::Call, text),
                };
                if !arguments.starts_with('(') {
                    return Err(CallFormError::Word(text.to_owned()));
                }
                let mut parser = Parser { rest: arguments, levels: DEEPEST };
                let arguments = parser.arguments()?;
                parser.end()?;
                form(arguments)
            }
        })
    }
}

/// Reads a form from left to right.
struct Parser<'a> {
    rest: &'a str,
    levels: u32,
}

impl<'a> Parser<'a> {
    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip_blanks();
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str, expected: &'static str) -> Result<(), CallFormError> {
        if self.take(token) { Ok(()) } else { Err(self.missing(expected)) }
    }

    fn missing(&self, expected: &'static str) -> CallFormError {
        let found = self.rest.chars().take(20).collect();
        CallFormError::Expected { expected, found }
    }

    fn end(&mut self) -> Result<(), CallFormError> {
        self.skip_blanks();
        if self.rest.is_empty() { Ok(()) } else { Err(self.missing("the end")) }
    }

    fn arguments(&mut self) -> Result<ArgumentsForm, CallFormError> {
        self.levels = self.levels.checked_sub(1).ok_or(CallFormError::TooLarge)?;
        self.expect("(", "`(`")?;
        let mut form = ArgumentsForm::default();
        while !self.take(")") {
            if form.rest.is_some() {
                return Err(CallFormError::Order);
            }
            let argument = self.argument()?;
            if self.take("...") {
                form.rest = Some(argument);
            } else if self.take("?") {
                form.optional.push(argument);
            } else if form.optional.is_empty() {
                form.required.push(argument);
            } else {
                return Err(CallFormError::Order);
            }
            if !self.take(",") {
                self.expect(")", "`,` or `)`")?;
                break;
            }
        }
        self.levels = self.levels.saturating_add(1);
        Ok(form)
    }

    fn argument(&mut self) -> Result<ArgumentForm, CallFormError> {
        let mut values = vec![self.value()?];
        while self.take("|") {
            values.push(self.value()?);
        }
        Ok(ArgumentForm(values))
    }

    fn value(&mut self) -> Result<ValueForm, CallFormError> {
        self.skip_blanks();
        match self.rest.chars().next() {
            Some('(') => return Ok(ValueForm::Tuple(self.arguments()?)),
            Some('{') => return self.dict(),
            Some('\'') => return Ok(ValueForm::Text(self.quoted()?)),
            _ => {}
        }
        let is_part =
            |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '*' | '-');
        let length = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        // The dots of a repetition are no part of the word.
        let (word, rest) = match word.strip_suffix("...") {
            Some(word) => (word, self.rest.get(word.len()..).unwrap_or("")),
            None => (word, rest),
        };
        self.rest = rest;
        if let Some(kind) = ValueKind::ALL.into_iter().find(|kind| kind.name() == word) {
            return Ok(ValueForm::Kind(kind));
        }
        match word {
            "True" => return Ok(ValueForm::Truth(true)),
            "False" => return Ok(ValueForm::Truth(false)),
            _ => {}
        }
        if let Ok(number) = word.parse() {
            return Ok(ValueForm::Integer(number));
        }
        let Ok(global) = word.parse::<GlobalEntry>() else {
            return Err(CallFormError::Argument(word.to_owned()));
        };
        Ok(if self.take("()") { ValueForm::Instance(global) } else { ValueForm::Import(global) })
    }

    fn quoted(&mut self) -> Result<String, CallFormError> {
        let inner = self.rest.strip_prefix('\'').ok_or_else(|| self.missing("a text"))?;
        let (text, rest) = inner.split_once('\'').ok_or_else(|| self.missing("`'`"))?;
        self.rest = rest;
        Ok(text.to_owned())
    }

    fn dict(&mut self) -> Result<ValueForm, CallFormError> {
        self.levels = self.levels.checked_sub(1).ok_or(CallFormError::TooLarge)?;
        self.expect("{", "`{`")?;
        let mut entries = Vec::new();
        while !self.take("}") {
            self.skip_blanks();
            let key = self.quoted()?;
            let required = !self.take("?");
            self.expect(":", "`:`")?;
            entries.push((key, required, self.argument()?));
            if !self.take(",") {
                self.expect("}", "`,` or `}`")?;
                break;
            }
        }
        self.levels = self.levels.saturating_add(1);
        Ok(ValueForm::Dict(entries))
    }
}

/// As written in a policy.
impl fmt::Display for CallForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Never => f.write_str("never"),
            Self::New(arguments) if *arguments == ArgumentsForm::default() => f.write_str("new"),
            Self::New(arguments) => write!(f, "new{arguments}"),
            Self::Call(arguments) => write!(f, "{arguments}"),
            Self::Enumeration => f.write_str("enum"),
            Self::Known => f.write_str("known"),
            Self::Implicit(method) => f.write_str(method.name()),
        }
    }
}

impl fmt::Display for ArgumentsForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        f.write_str("(")?;
        let required = self.required.iter().map(|argument| (argument, ""));
        let optional = self.optional.iter().map(|argument| (argument, "?"));
        let rest = self.rest.iter().map(|argument| (argument, "..."));
        for (argument, mark) in required.chain(optional).chain(rest) {
            write!(f, "{separator}{argument}{mark}")?;
            separator = ", ";
        }
        f.write_str(")")
    }
}

impl fmt::Display for ArgumentForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, value) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { " | " };
            write!(f, "{separator}{value}")?;
        }
        Ok(())
    }
}

impl fmt::Display for ValueForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kind(kind) => f.write_str(kind.name()),
            Self::Text(text) => write!(f, "'{text}'"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Truth(true) => f.write_str("True"),
            Self::Truth(false) => f.write_str("False"),
            Self::Tuple(items) => write!(f, "{items}"),
            Self::Dict(entries) => {
                let mut separator = "";
                f.write_str("{")?;
                for (key, required, value) in entries {
                    let mark = if *required { "" } else { "?" };
                    write!(f, "{separator}'{key}'{mark}: {value}")?;
                    separator = ", ";
                }
                f.write_str("}")
            }
            Self::Import(global) => write!(f, "{global}"),
            Self::Instance(global) => write!(f, "{global}()"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_reads_back_as_it_is_shown() {
        for text in [
            "never",
            "new",
            "new(int, str)",
            "enum",
            "known",
            "setitem",
            "append",
            "add",
            "hash",
            "()",
            "(str, 'latin1')",
            "(str | bytes, int?)",
            "(int...)",
            "((int...), 7, -1, True, None)",
            "(a.b.C, numpy.dtypes.*(), a:b.c())",
            "(class, {'data': object, 'freq'?: any | None})",
            "({})",
        ] {
            let form: CallForm = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(form.to_string(), text);
        }
        assert_eq!("( int ,str? )".parse::<CallForm>().unwrap().to_string(), "(int, str?)");
    }

    #[test]
    fn what_is_no_form_says_why() {
        let error = |text: &str| text.parse::<CallForm>().unwrap_err();
        assert_eq!(error("often"), CallFormError::Word("often".to_owned()));
        assert_eq!(error("newer(int)"), CallFormError::Word("newer(int)".to_owned()));
        assert_eq!(error("(text)"), CallFormError::Argument("text".to_owned()));
        assert_eq!(error("(int?, str)"), CallFormError::Order);
        assert_eq!(error("(int..., str)"), CallFormError::Order);
        for text in ["(", "(int", "(int))", "('a)", "({'a' int})", "(int str)", "new("] {
            assert!(text.parse::<CallForm>().is_err(), "{text}");
        }
        assert_eq!(error(&"(".repeat(20)), CallFormError::TooLarge);
        assert_eq!(error(&"(".repeat(5000)), CallFormError::TooLarge);
    }
}
