//! How deep Python nests, before anything recurses on it.
//!
//! The parser descends once for every open bracket, prefix operator, `lambda` and block. CPython
//! itself refuses 200 open brackets and 100 levels of indentation; the bounds here are wider than
//! what it runs, and far below what the stack of the parsing thread holds. They are sound for
//! broken source, too, on which the parser recovers and goes on: brackets that don't match are
//! refused, and blocks are counted by how many widths of indentation there are at all.

use std::collections::HashSet;
use std::fmt;

use rustpython_ruff_python_ast::token::TokenKind;
use rustpython_ruff_python_parser::{Mode, lexer};

/// Open brackets, quoted expressions (`f"{…}"`) included.
const BRACKETS: usize = 200;

/// Operators of one expression, over all brackets that are open around it.
const OPERATORS: usize = 3_000;

/// Widths of indentation in one file.
const INDENTATIONS: usize = 400;

/// Why a source is not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TooDeep {
    Brackets,
    Operators,
    Indentations,
    Mismatch,
}

impl fmt::Display for TooDeep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Brackets => write!(f, "Python with more than {BRACKETS} open brackets"),
            Self::Operators => {
                write!(f, "Python with more than {OPERATORS} operators in one expression")
            }
            Self::Indentations => {
                write!(f, "Python with more than {INDENTATIONS} widths of indentation")
            }
            Self::Mismatch => f.write_str("no valid Python: brackets that do not match"),
        }
    }
}

/// What is open at a place.
struct Level {
    closer: Option<TokenKind>,
    /// Since the last comma.
    operators: usize,
    /// `lambda` and `yield`, whose expressions a comma need not end.
    lasting: usize,
}

/// Whether the parser may be let at a source.
pub(super) fn check(source: &str, mode: Mode) -> Result<(), TooDeep> {
    let mut widths = HashSet::new();
    for line in source.lines() {
        let width = line.len().saturating_sub(line.trim_start_matches([' ', '\t', '\x0c']).len());
        widths.insert(width);
        if widths.len() > INDENTATIONS {
            return Err(TooDeep::Indentations);
        }
    }
    let mut levels = vec![Level { closer: None, operators: 0, lasting: 0 }];
    // Of all levels together.
    let mut depth: usize = 0;
    let mut tokens = lexer::lex(source, mode);
    loop {
        let kind = tokens.next_token();
        if kind == TokenKind::EndOfFile {
            break;
        }
        if let Some(closer) = closer(kind) {
            if levels.len() > BRACKETS {
                return Err(TooDeep::Brackets);
            }
            levels.push(Level { closer: Some(closer), operators: 0, lasting: 0 });
            continue;
        }
        let Some(level) = levels.last_mut() else { return Err(TooDeep::Mismatch) };
        match kind {
            _ if is_closer(kind) => {
                if level.closer != Some(kind) {
                    return Err(TooDeep::Mismatch);
                }
                depth = depth.saturating_sub(level.operators.saturating_add(level.lasting));
                levels.pop();
                // What was closed may be called or indexed again: `a()()()`.
                if let Some(outer) = levels.last_mut() {
                    outer.operators = outer.operators.saturating_add(1);
                    depth = depth.saturating_add(1);
                }
            }
            TokenKind::Newline | TokenKind::Semi => {
                depth = depth.saturating_sub(level.operators.saturating_add(level.lasting));
                level.operators = 0;
                level.lasting = 0;
            }
            TokenKind::Comma => {
                depth = depth.saturating_sub(level.operators);
                level.operators = 0;
            }
            TokenKind::Lambda | TokenKind::Yield => {
                level.lasting = level.lasting.saturating_add(1);
                depth = depth.saturating_add(1);
            }
            _ if is_flat(kind) => {}
            _ => {
                level.operators = level.operators.saturating_add(1);
                depth = depth.saturating_add(1);
            }
        }
        if depth > OPERATORS {
            return Err(TooDeep::Operators);
        }
    }
    if levels.len() > 1 { Err(TooDeep::Mismatch) } else { Ok(()) }
}

fn closer(kind: TokenKind) -> Option<TokenKind> {
    match kind {
        TokenKind::Lpar => Some(TokenKind::Rpar),
        TokenKind::Lsqb => Some(TokenKind::Rsqb),
        TokenKind::Lbrace => Some(TokenKind::Rbrace),
        TokenKind::FStringStart => Some(TokenKind::FStringEnd),
        TokenKind::TStringStart => Some(TokenKind::TStringEnd),
        _ => None,
    }
}

fn is_closer(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Rpar
            | TokenKind::Rsqb
            | TokenKind::Rbrace
            | TokenKind::FStringEnd
            | TokenKind::TStringEnd
    )
}

/// Tokens that nothing descends for.
fn is_flat(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Name
            | TokenKind::Int
            | TokenKind::Float
            | TokenKind::Complex
            | TokenKind::String
            | TokenKind::FStringMiddle
            | TokenKind::TStringMiddle
            | TokenKind::Comment
            | TokenKind::NonLogicalNewline
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::IpyEscapeCommand
            | TokenKind::True
            | TokenKind::False
            | TokenKind::None
            | TokenKind::Ellipsis
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(source: &str) -> Result<(), TooDeep> {
        check(source, Mode::Module)
    }

    #[test]
    fn what_people_write_passes() {
        let source = "def f(a, b=[1, 2]):\n    return {x: f'{a!r:>{b}}' for x in lambda y: -y}\n";
        assert_eq!(of(source), Ok(()));
        let long = format!("x = [{}]\n", "-1, ".repeat(50_000));
        assert_eq!(of(&long), Ok(()));
    }

    #[test]
    fn what_would_overflow_is_refused() {
        let many = 100_000;
        assert_eq!(of(&("(".repeat(many) + &")".repeat(many))), Err(TooDeep::Brackets));
        assert_eq!(of(&"f'{".repeat(many)), Err(TooDeep::Brackets));
        for prefix in ["-", "not ", "lambda:", "lambda a, b: ", "yield ", "1**", "a.", "a()", "1+"]
        {
            assert_eq!(of(&prefix.repeat(many)), Err(TooDeep::Operators), "{prefix}");
        }
        let steps: String = (0..2_000).map(|i| " ".repeat(i) + "if a:\n").collect();
        assert_eq!(of(&steps), Err(TooDeep::Indentations));
        assert_eq!(of("(]"), Err(TooDeep::Mismatch));
        assert_eq!(of("("), Err(TooDeep::Mismatch));
    }
}
