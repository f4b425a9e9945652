//! License expressions: `MIT OR (Apache-2.0 WITH LLVM-exception AND CC-BY-4.0)`.

use std::str::FromStr;

use super::{LicenseError, LicenseTerm};

/// Bytes of the longest expression that is read. The longest ones of real packages have a few
/// hundred.
pub(super) const LONGEST: usize = 2000;

/// An SPDX license expression in which the Hub's ids may stand as well. `AND` binds more tightly
/// than `OR`; operators are read in any case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenseExpression {
    /// In postfix order: an operator follows its two sides. Never empty, and always well-formed.
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Term(LicenseTerm),
    Operator(Operator),
}

/// In the order of how tightly they bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Operator {
    Or,
    And,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Open,
    Close,
    Operator(Operator),
    With,
    Word(&'a str),
}

/// What stands on the stack of operators while an expression is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pending {
    Parenthesis,
    Operator(Operator),
}

impl LicenseExpression {
    /// The licenses, from left to right.
    pub fn terms(&self) -> impl Iterator<Item = &LicenseTerm> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Term(term) => Some(term),
            Node::Operator(_) => None,
        })
    }

    /// The licenses, from left to right.
    pub(super) fn into_terms(self) -> Vec<LicenseTerm> {
        let terms = self.nodes.into_iter().filter_map(|node| match node {
            Node::Term(term) => Some(term),
            Node::Operator(_) => None,
        });
        terms.collect()
    }

    /// The license, if there is only one.
    pub fn single(&self) -> Option<&LicenseTerm> {
        match self.nodes.as_slice() {
            [Node::Term(term)] => Some(term),
            _ => None,
        }
    }

    /// The expression as SPDX writes it: listed spellings, `AND` within `OR` without parentheses,
    /// and `LicenseRef-` in front of what is not on its list.
    pub fn spdx(&self) -> String {
        let mut sides: Vec<(String, Option<Operator>)> = Vec::new();
        for node in &self.nodes {
            let side = match node {
                Node::Term(term) => (term.spdx(), None),
                Node::Operator(operator) => {
                    let within = |(text, inner): (String, Option<Operator>)| match inner {
                        Some(inner) if inner < *operator => format!("({text})"),
                        _ => text,
                    };
                    let right = sides.pop().map(within).unwrap_or_default();
                    let left = sides.pop().map(within).unwrap_or_default();
                    let word = match operator {
                        Operator::Or => "OR",
                        Operator::And => "AND",
                    };
                    (format!("{left} {word} {right}"), Some(*operator))
                }
            };
            sides.push(side);
        }
        sides.pop().map(|(text, _)| text).unwrap_or_default()
    }

    /// Whether the expression can be satisfied with licenses that are `acceptable`: of `OR` one
    /// side is enough, of `AND` both are needed.
    ///
    /// # Errors
    /// The licenses that keep it from being satisfied; one in a branch that is not needed is not
    /// among them.
    pub fn satisfied_by(
        &self,
        mut acceptable: impl FnMut(&LicenseTerm) -> bool,
    ) -> Result<(), Vec<&LicenseTerm>> {
        // An empty list is a side that is satisfied.
        let mut sides: Vec<Vec<&LicenseTerm>> = Vec::new();
        for node in &self.nodes {
            let side = match node {
                Node::Term(term) if acceptable(term) => Vec::new(),
                Node::Term(term) => vec![term],
                Node::Operator(operator) => {
                    let right = sides.pop().unwrap_or_default();
                    let left = sides.pop().unwrap_or_default();
                    let one_is_enough = *operator == Operator::Or;
                    if one_is_enough && (left.is_empty() || right.is_empty()) {
                        Vec::new()
                    } else {
                        [left, right].concat()
                    }
                }
            };
            sides.push(side);
        }
        match sides.pop() {
            Some(failing) if !failing.is_empty() => Err(failing),
            _ => Ok(()),
        }
    }
}

impl FromStr for LicenseExpression {
    type Err = LicenseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(LicenseError::Length(text.len()));
        }
        let tokens = tokens(text);
        if tokens.len() > 1 && tokens.iter().all(|token| matches!(token, Token::Word(_))) {
            // `Apache License 2.0`: a name in words.
            return Err(LicenseError::Unknown(text.to_owned()));
        }
        let mut reader = Reader { text, nodes: Vec::new(), pending: Vec::new() };
        reader.read(&tokens)?;
        Ok(Self { nodes: reader.nodes })
    }
}

/// Reads tokens into postfix order (the shunting-yard algorithm), without recursion.
struct Reader<'a> {
    text: &'a str,
    nodes: Vec<Node>,
    pending: Vec<Pending>,
}

impl Reader<'_> {
    fn wrong(&self, problem: &'static str) -> LicenseError {
        LicenseError::Grammar { text: self.text.to_owned(), problem }
    }

    fn read(&mut self, tokens: &[Token<'_>]) -> Result<(), LicenseError> {
        // Whether a license or an opening parenthesis comes next, and not an operator.
        let mut wants_term = true;
        let mut rest = tokens;
        while let Some((token, behind)) = rest.split_first() {
            rest = behind;
            match (*token, wants_term) {
                (Token::Word(word), true) => {
                    let term = match rest {
                        [Token::With, Token::Word(exception), behind @ ..] => {
                            rest = behind;
                            LicenseTerm::read(word, Some(exception))?
                        }
                        [Token::With, ..] => {
                            return Err(self.wrong("an exception is missing behind `WITH`"));
                        }
                        _ => LicenseTerm::read(word, None)?,
                    };
                    self.nodes.push(Node::Term(term));
                    wants_term = false;
                }
                (Token::Word(_) | Token::Open, false) => {
                    return Err(self.wrong("`AND` or `OR` is missing between two licenses"));
                }
                (Token::Open, true) => self.pending.push(Pending::Parenthesis),
                (Token::Close, false) => self.close()?,
                (Token::Operator(operator), false) => {
                    self.place_while(|above| above >= operator);
                    self.pending.push(Pending::Operator(operator));
                    wants_term = true;
                }
                (Token::With, false) => {
                    return Err(self.wrong("`WITH` stands behind what is no license"));
                }
                (Token::Close | Token::Operator(_) | Token::With, true) => {
                    return Err(self.wrong("a license is missing"));
                }
            }
        }
        if wants_term {
            return Err(self.wrong("a license is missing at its end"));
        }
        self.place_while(|_| true);
        if self.pending.is_empty() {
            Ok(())
        } else {
            Err(self.wrong("a parenthesis is not closed"))
        }
    }

    /// Moves operators from the top of the stack to the nodes, down to the next parenthesis.
    fn place_while(&mut self, wanted: impl Fn(Operator) -> bool) {
        while let Some(Pending::Operator(operator)) = self.pending.last().copied() {
            if !wanted(operator) {
                break;
            }
            self.pending.pop();
            self.nodes.push(Node::Operator(operator));
        }
    }

    fn close(&mut self) -> Result<(), LicenseError> {
        self.place_while(|_| true);
        match self.pending.pop() {
            Some(_) => Ok(()),
            None => Err(self.wrong("a parenthesis closes that was not opened")),
        }
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    // Each piece ends with the character that separates it from the next, the last one may not.
    for piece in text.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '(' | ')')) {
        let word = piece.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ')'));
        if !word.is_empty() {
            tokens.push(match word.to_ascii_uppercase().as_str() {
                "AND" => Token::Operator(Operator::And),
                "OR" => Token::Operator(Operator::Or),
                "WITH" => Token::With,
                _ => Token::Word(word),
            });
        }
        match piece.chars().next_back() {
            Some('(') => tokens.push(Token::Open),
            Some(')') => tokens.push(Token::Close),
            _ => {}
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn failing(text: &str, acceptable: &[&str]) -> Vec<String> {
        let expression: LicenseExpression = text.parse().unwrap();
        let outcome = expression.satisfied_by(|term| acceptable.contains(&term.written()));
        let failing = outcome.err().unwrap_or_default();
        failing.into_iter().map(|term| term.written().to_owned()).collect()
    }

    #[test]
    fn of_or_one_side_is_enough_and_of_and_both_are_needed() {
        assert_eq!(failing("MIT OR ISC", &["ISC"]), Vec::<String>::new());
        assert_eq!(failing("MIT OR ISC", &[]), ["MIT", "ISC"]);
        assert_eq!(failing("MIT and ISC", &["ISC"]), ["MIT"]);
        // `AND` binds more tightly.
        assert_eq!(failing("MIT OR ISC AND Zlib", &["MIT"]), Vec::<String>::new());
        assert_eq!(failing("(MIT OR ISC) AND Zlib", &["MIT"]), ["Zlib"]);
        assert_eq!(failing("MIT AND ISC OR Zlib", &["Zlib"]), Vec::<String>::new());
        assert_eq!(failing("MIT AND (ISC OR (Zlib))", &["MIT"]), ["ISC", "Zlib"]);
        assert_eq!(
            failing("gemma AND Apache-2.0 WITH LLVM-exception", &["gemma"]),
            ["Apache-2.0 WITH LLVM-exception"]
        );
    }

    #[test]
    fn an_expression_is_written_as_spdx_writes_it() {
        for (text, written) in [
            ("mit", "MIT"),
            ("gpl-3.0", "GPL-3.0-only"),
            ("GPL-2.0+", "GPL-2.0-or-later"),
            ("apache-2.0 with llvm-exception", "Apache-2.0 WITH LLVM-exception"),
            ("cdla-permissive-2.0+", "CDLA-Permissive-2.0+"),
            ("openrail++", "LicenseRef-openrail-plus-plus"),
            ("llama3.1", "LicenseRef-llama3.1"),
            ("LicenseRef-Acme_1", "LicenseRef-acme-1"),
            ("mit or (isc and zlib)", "MIT OR ISC AND Zlib"),
            ("(mit or isc) and zlib or gemma", "(MIT OR ISC) AND Zlib OR LicenseRef-gemma"),
        ] {
            let expression: LicenseExpression = text.parse().unwrap();
            assert_eq!(expression.spdx(), written);
            assert_eq!(expression.single().is_some(), expression.terms().count() == 1, "{text}");
            let again: LicenseExpression = written.parse().unwrap();
            assert_eq!(again.terms().count(), expression.terms().count(), "{text}");
        }
    }

    #[test]
    fn broken_expressions_say_what_is_wrong() {
        let error = |text: &str| text.parse::<LicenseExpression>().unwrap_err();
        for (text, problem) in [
            ("", "a license is missing at its end"),
            ("MIT OR", "a license is missing at its end"),
            ("AND MIT", "a license is missing"),
            ("()", "a license is missing"),
            ("MIT OR (ISC", "a parenthesis is not closed"),
            ("MIT)", "a parenthesis closes that was not opened"),
            ("MIT (ISC)", "`AND` or `OR` is missing between two licenses"),
            ("MIT OR ISC Zlib", "`AND` or `OR` is missing between two licenses"),
            ("MIT WITH", "an exception is missing behind `WITH`"),
            ("(MIT) WITH LLVM-exception", "`WITH` stands behind what is no license"),
        ] {
            assert_eq!(error(text), LicenseError::Grammar { text: text.into(), problem }, "{text}");
        }
        assert_eq!(error("MIT OR nope"), LicenseError::Unknown("nope".into()));
        assert_eq!(error("The MIT License"), LicenseError::Unknown("The MIT License".into()));
        assert_eq!(error(&"(".repeat(2001)), LicenseError::Length(2001));
        assert_eq!(failing(&format!("{}MIT{}", "(".repeat(900), ")".repeat(900)), &[]), ["MIT"]);
    }

    proptest! {
        #[test]
        fn any_text_is_an_expression_or_an_error(text in r"[() +.A-Zmit\-]{0,60}|\PC{0,60}") {
            if let Ok(expression) = text.parse::<LicenseExpression>() {
                prop_assert!(expression.terms().count() > 0);
                prop_assert!(expression.satisfied_by(|_| true).is_ok());
                prop_assert!(expression.satisfied_by(|_| false).is_err());
            }
        }

        #[test]
        fn words_of_the_grammar_in_any_order_are_an_expression_or_an_error(
            words in proptest::collection::vec(
                prop_oneof![
                    Just("MIT"), Just("gemma"), Just("GPL-2.0+"), Just("AND"), Just("or"),
                    Just("WITH"), Just("LLVM-exception"), Just("("), Just(")"),
                    Just("LicenseRef-x"),
                ],
                0..12,
            )
        ) {
            if let Ok(expression) = words.join(" ").parse::<LicenseExpression>() {
                prop_assert!(expression.satisfied_by(|_| true).is_ok());
                prop_assert!(expression.satisfied_by(|_| false).is_err());
            }
        }

        /// The crate `spdx` as an oracle for the structure.
        #[test]
        fn agrees_with_the_reference_on_what_satisfies(
            words in proptest::collection::vec(
                prop_oneof![
                    3 => Just("MIT"), 3 => Just("ISC"), 3 => Just("Zlib"), 3 => Just("AND"),
                    3 => Just("OR"), 1 => Just("("), 1 => Just(")"),
                ],
                0..9,
            ),
            accepted in proptest::collection::vec(any::<bool>(), 3),
        ) {
            let text = words.join(" ");
            let accepts = |name: &str| match name {
                "MIT" => accepted[0],
                "ISC" => accepted[1],
                _ => accepted[2],
            };
            let ours = text.parse::<LicenseExpression>().ok();
            let theirs = spdx::Expression::parse(&text).ok();
            prop_assert_eq!(ours.is_some(), theirs.is_some(), "{}", text);
            if let (Some(ours), Some(theirs)) = (ours, theirs) {
                let ours = ours.satisfied_by(|term| accepts(term.written())).is_ok();
                let theirs = theirs.evaluate(|req| {
                    req.license.id().is_some_and(|id| accepts(id.name))
                });
                prop_assert_eq!(ours, theirs, "{}", text);
            }
        }
    }
}
