//! The expressions between `${{` and `}}`, as far as the action uses them. Anything else panics, so
//! that a new expression is not taken for one that was tested.

use serde_json::Value;

/// The contexts by name, and whether an earlier step has failed.
pub(crate) struct Contexts {
    pub(crate) values: Value,
    pub(crate) failed: bool,
}

/// A text in which each `${{ … }}` is replaced by its value.
pub(crate) fn expanded(text: &str, contexts: &Contexts) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some((front, behind)) = rest.split_once("${{") {
        let (inside, behind) = behind.split_once("}}").expect("an expression ends");
        result += front;
        result += &shown(&evaluated(inside, contexts));
        rest = behind;
    }
    result + rest
}

/// The value of one expression.
pub(crate) fn evaluated(expression: &str, contexts: &Contexts) -> Value {
    let mut parser = Parser { rest: expression.trim(), contexts };
    let value = parser.any();
    assert_eq!(parser.rest, "", "left over of `{expression}`");
    value
}

/// What GitHub takes for true.
pub(crate) fn holds(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::String(text) => !text.is_empty(),
        Value::Number(_) | Value::Array(_) | Value::Object(_) => panic!("{value} as a condition"),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(_) | Value::Object(_) => panic!("{value} as a text"),
    }
}

/// Texts are compared without regard to case, nothing equals an empty text.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => left.eq_ignore_ascii_case(right),
        (Value::Null, Value::String(text)) | (Value::String(text), Value::Null) => text.is_empty(),
        (Value::Bool(_), Value::Bool(_)) | (Value::Null, Value::Null) => left == right,
        _ => panic!("a comparison of {left} and {right}"),
    }
}

struct Parser<'a> {
    rest: &'a str,
    contexts: &'a Contexts,
}

impl<'a> Parser<'a> {
    fn takes(&mut self, token: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(token) else { return false };
        self.rest = rest.trim_start();
        true
    }

    fn any(&mut self) -> Value {
        let mut left = self.all();
        while self.takes("||") {
            let right = self.all();
            left = if holds(&left) { left } else { right };
        }
        left
    }

    fn all(&mut self) -> Value {
        let mut left = self.comparison();
        while self.takes("&&") {
            let right = self.comparison();
            left = if holds(&left) { right } else { left };
        }
        left
    }

    fn comparison(&mut self) -> Value {
        let left = self.one();
        if self.takes("==") {
            return Value::Bool(equal(&left, &self.one()));
        }
        if self.takes("!=") {
            return Value::Bool(!equal(&left, &self.one()));
        }
        left
    }

    fn one(&mut self) -> Value {
        if self.takes("!") {
            return Value::Bool(!holds(&self.one()));
        }
        if self.takes("(") {
            let value = self.any();
            assert!(self.takes(")"), "`)` before `{}`", self.rest);
            return value;
        }
        if let Some(behind) = self.rest.strip_prefix('\'') {
            let (text, rest) = behind.split_once('\'').expect("a text ends");
            assert!(!rest.starts_with('\''), "a quote in a text");
            self.rest = rest.trim_start();
            return Value::String(text.to_owned());
        }
        let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        let end = self.rest.find(|c| !name(c)).unwrap_or(self.rest.len());
        let (path, rest) = self.rest.split_at(end);
        self.rest = rest.trim_start();
        if self.takes("(") {
            let arguments = self.arguments();
            let arguments: Vec<&str> =
                arguments.iter().map(|argument| argument.as_str().expect("a text")).collect();
            return match (path, arguments.as_slice()) {
                ("always", []) => Value::Bool(true),
                ("cancelled", []) => Value::Bool(false),
                ("success", []) => Value::Bool(!self.contexts.failed),
                ("failure", []) => Value::Bool(self.contexts.failed),
                ("format", [form, one]) => Value::String(form.replace("{0}", one)),
                _ => panic!("the function `{path}` of {arguments:?}"),
            };
        }
        self.property(path)
    }

    fn arguments(&mut self) -> Vec<Value> {
        let mut arguments = Vec::new();
        while !self.takes(")") {
            arguments.push(self.any());
            assert!(self.takes(",") || self.rest.starts_with(')'), "`{}`", self.rest);
        }
        arguments
    }

    fn property(&self, path: &str) -> Value {
        let mut parts = path.split('.');
        let context = parts.next().unwrap();
        let mut value = &self.contexts.values[context];
        assert!(value.is_object(), "the context `{context}` of `{path}`");
        for (depth, part) in parts.enumerate() {
            // Inputs and steps are the action's own, and so is every name of them.
            let open = ["github", "env", "secrets"].contains(&context);
            let known = depth > 0 || open;
            assert!(known || value.get(part).is_some(), "`{path}`");
            value = value.get(part).unwrap_or(&Value::Null);
        }
        value.clone()
    }
}

#[test]
fn expressions_have_the_values_that_github_gives_them() {
    let contexts = Contexts {
        values: serde_json::json!({
            "inputs": { "yes": "true", "empty": "" },
            "github": { "event": { "head": null }, "repository": "acme/x" },
        }),
        failed: true,
    };
    for (expression, value) in [
        ("inputs.yes == 'TRUE'", "true"),
        ("inputs.empty || 'other'", "other"),
        ("inputs.yes && inputs.empty", ""),
        ("always() && !(inputs.yes != 'true')", "true"),
        ("success()", "false"),
        ("github.event.head.repo.full_name != github.repository", "true"),
        ("github.event.head.repo == ''", "true"),
        ("inputs.yes == 'true' && format('{0}/x', inputs.yes) || ''", "true/x"),
    ] {
        assert_eq!(expanded(&format!("${{{{ {expression} }}}}"), &contexts), value, "{expression}");
    }
    for unknown in ["inputs.no", "vars.x", "hashFiles('a')", "inputs.yes ~ 1", "toJSON(github)"] {
        let ran = std::panic::catch_unwind(|| evaluated(unknown, &contexts));
        assert!(ran.is_err(), "{unknown}");
    }
}
