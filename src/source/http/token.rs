//! The secret that opens private and gated repositories.

use std::fmt;

/// What is shown in place of a token.
const MASK: &str = "***";

/// An access token of the Hub. It goes into the `Authorization` header of requests to the
/// configured endpoint and nowhere else; it can be neither printed nor debugged.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

/// Text that cannot be a token. Says nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token consists of printable ASCII characters without spaces, 4096 at most")]
pub(crate) struct TokenError;

impl Token {
    /// Most bytes of a token; what is longer is no token but a mistaken file.
    pub(crate) const LONGEST: usize = 4096;

    /// Takes the token out of a variable or file: white space around it is dropped, nothing left
    /// means that there is none.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, TokenError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if text.len() > Self::LONGEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError);
        }
        Ok(Some(Self(text.to_owned())))
    }

    /// The value of the `Authorization` header.
    pub(in crate::source) fn authorization(&self) -> String {
        format!("Bearer {}", self.0)
    }

    /// Whether the token stands in `text`.
    pub(super) fn is_in(&self, text: &str) -> bool {
        text.contains(&self.0)
    }

    /// `text` without the token, for the words of a server that repeats what it was sent.
    pub(super) fn scrub(&self, text: &str) -> String {
        text.replace(&self.0, MASK)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({MASK})")
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_shown() {
        let token = Token::parse(" hf_secret\n").unwrap().unwrap();
        assert_eq!(format!("{token} {token:?} {token:#?}"), "*** Token(***) Token(***)");
        assert_eq!(token.scrub("no hf_secret here"), "no *** here");
        assert_eq!(token.authorization(), "Bearer hf_secret");
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_no_token() {
        assert_eq!(Token::parse(" \r\n"), Ok(None));
        for text in ["two words", "a\nb", "é", &"x".repeat(5000)] {
            assert_eq!(Token::parse(text), Err(TokenError), "{text:.10}");
        }
    }
}
