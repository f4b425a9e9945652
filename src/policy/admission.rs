//! What may come in at all, before anybody looks at its bytes.

use std::fmt;
use std::str::FromStr;

use globset::{GlobBuilder, GlobMatcher};

use crate::base::{ByteSize, GlobError, NameGlob, normalised_path};

/// Which sources may be named at all.
#[derive(Clone, Debug, Default)]
pub struct SourcePolicy {
    /// The only ones that pass; `None` allows any.
    pub allow: Option<Vec<SourceGlob>>,
    /// Those that never pass, whatever `allow` says.
    pub deny: Vec<SourceGlob>,
}

/// Who may not publish what comes in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublisherPolicy {
    /// Hub organisations and users.
    pub deny: Vec<String>,
}

/// Which formats the files of a model may have, by the names that reports show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormatPolicy {
    /// The only ones that pass; `None` allows any.
    pub allow: Option<Vec<String>>,
    /// Those that never pass, whatever `allow` says.
    pub deny: Vec<String>,
}

/// How large what comes in may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LimitPolicy {
    /// The files of one model together; `None` for any size.
    pub model_size: Option<ByteSize>,
}

/// A glob over sources as a manifest writes them: `hf://acme/*`, `./models/**`. `*` stops at `/`
/// and `**` does not. Sources on the Hub are compared without regard to case, as the Hub does.
#[derive(Clone, Debug)]
pub struct SourceGlob {
    written: String,
    matcher: GlobMatcher,
}

impl SourceGlob {
    /// Whether a source is meant. `./a/../b` is `b`: a path cannot leave a glob unseen.
    pub fn is_match(&self, source: &str) -> bool {
        self.matcher.is_match(comparable(source))
    }
}

impl PartialEq for SourceGlob {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl fmt::Display for SourceGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

impl FromStr for SourceGlob {
    type Err = GlobError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // The check of length is that of all globs.
        NameGlob::new(text)?;
        let glob = GlobBuilder::new(&comparable(text)).literal_separator(true).build();
        let matcher = glob.map_err(|error| GlobError::new(error.kind().to_string()))?;
        Ok(Self { written: text.to_owned(), matcher: matcher.compile_matcher() })
    }
}

/// A source or a glob over sources in the form in which both are compared.
fn comparable(source: &str) -> String {
    let lower = source.to_ascii_lowercase();
    if let Some(id) = lower.strip_prefix("hf://") {
        let id = id.split_once('@').map_or(id, |(id, _)| id);
        return format!("hf://{id}");
    }
    let source = source.replace('\\', "/");
    let root = if source.starts_with('/') { "/" } else { "" };
    format!("{root}{}", normalised_path(&source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_match(glob: &str, source: &str) -> bool {
        glob.parse::<SourceGlob>().unwrap().is_match(source)
    }

    #[test]
    fn sources_of_the_hub_are_compared_in_any_case_and_at_any_revision() {
        assert!(is_match("hf://Acme/*", "hf://acme/Ranker"));
        assert!(is_match("hf://acme/*", "hf://acme/ranker@main"));
        assert!(!is_match("hf://acme/*", "hf://acme-inc/ranker"));
        assert!(!is_match("hf://acme/*", "./hf:/acme/ranker"));
        assert!(is_match("hf://**", "hf://gpt2") && is_match("hf://**", "hf://a/b"));
    }

    #[test]
    fn a_path_is_compared_where_it_leads() {
        assert!(is_match("./models/**", "models/a/b.bin"));
        assert!(is_match("models/*", "./models/a"));
        assert!(!is_match("./models/**", "./models/../other/a"));
        assert!(!is_match("./models/**", "/models/a") && is_match("/srv/**", "/srv/a/b"));
        assert!(is_match("../shared/*", "../shared/a"));
    }

    #[test]
    fn what_is_no_glob_is_refused() {
        assert!("hf://[".parse::<SourceGlob>().is_err());
        assert!("a".repeat(600).parse::<SourceGlob>().is_err());
    }
}
