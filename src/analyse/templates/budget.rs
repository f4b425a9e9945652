//! What a template may cost to parse.
//!
//! The parser bounds how deep brackets and statements nest. It does not bound chains (`a + a + …`,
//! `a.a.a…`, `elif … elif …`), which become a tree as deep as they are long: walking and freeing
//! such a tree takes stack.

use minijinja::machinery::{Token, tokenize};

/// Tokens of one tag. The longest of a hundred templates that vLLM and llama.cpp ship has 700.
const TAG_TOKENS: u32 = 5_000;

/// Branches (`elif`) of one template. The most that is shipped is 22.
const BRANCHES: u32 = 500;

/// Tokens of a template.
const TOKENS: u32 = 500_000;

/// Whether parsing stays within bounds; else what is too long.
pub(super) fn check(source: &str) -> Result<(), String> {
    let mut all = 0_u32;
    let mut in_tag = 0_u32;
    let mut branches = 0_u32;
    let mut after_start = false;
    for token in tokenize(source, false, minijinja::syntax::SyntaxConfig::default()) {
        // What cannot be told apart into tokens cannot be parsed either, and the parser says why.
        let Ok((token, span)) = token else { return Ok(()) };
        all = all.saturating_add(1);
        in_tag = in_tag.saturating_add(1);
        match token {
            Token::VariableStart | Token::BlockStart | Token::TemplateData(_) => in_tag = 0,
            Token::Ident("elif") if after_start => branches = branches.saturating_add(1),
            _ => {}
        }
        after_start = matches!(token, Token::BlockStart);
        if in_tag > TAG_TOKENS {
            let line = span.start_line;
            return Err(format!("line {line} of the template: a tag of over {TAG_TOKENS} tokens"));
        }
        if branches > BRANCHES {
            return Err(format!("over {BRANCHES} branches (`elif`)"));
        }
        if all > TOKENS {
            return Err(format!("over {TOKENS} tokens"));
        }
    }
    Ok(())
}
