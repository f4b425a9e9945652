//! Sets of globals: which imports of a pickle an entry of a policy means.
//!
//! An entry is one of
//! - `module.name`: exactly that name in exactly that module. The last dot separates, so
//!   `a.b.c` is the name `c` in the module `a.b` and never the dotted name `b.c` in `a`;
//! - `module:qualified.name`: exactly that name, which may hold dots and characters that no
//!   identifier has (`collections:OrderedDict.fromkeys`);
//! - a glob over `module.name`, in which `*` matches any characters but a dot and `**` any
//!   characters. Its first part must be literal.
//!
//! A glob never matches a name with a dot, a dunder (`__reduce__`) in any part, or anything with
//! a character that no ASCII identifier has: those need an exact entry. Python would follow the
//! dots of a name through whatever object it meets.

use std::collections::HashSet;
use std::fmt;
use std::str::FromStr;

/// Longest `module.name` that a glob is tried on, in bytes. No real one has more than 150; the
/// cost of matching is the product of both lengths.
const LONGEST_MATCHED: usize = 512;

/// Longest entry, in bytes.
const LONGEST_ENTRY: usize = 512;

/// A set of globals: exact names and globs.
///
/// In a glob `.` separates: `torch.*Storage` matches `torch.FloatStorage` and never
/// `torch.a.bStorage`; `**` crosses dots.
#[derive(Clone, Debug, Default)]
pub struct GlobalSet {
    /// Exact entries: `module.name`, or `module:name` where the name is no plain word.
    pub exact: HashSet<String>,
    /// Entries with a `*`.
    pub patterns: Vec<GlobalPattern>,
}

/// A glob over a global's full name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalPattern(pub String);

/// One entry of a [`GlobalSet`], checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GlobalEntry {
    /// One global, in the spelling of [`GlobalSet::exact`].
    Exact(String),
    /// Many.
    Pattern(GlobalPattern),
}

/// Text that is no entry of a [`GlobalSet`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GlobalEntryError {
    /// No dot and no colon.
    #[error("a global is `module.name`: the module is missing")]
    NoModule,
    /// Two dots in a row, or one at an end.
    #[error("a global is `module.name`: a part of it is empty")]
    EmptyPart,
    /// Longer than 512 bytes.
    #[error("a global of more than {LONGEST_ENTRY} bytes")]
    TooLong,
    /// A character that no identifier has, in the short form.
    #[error(
        "`{}` cannot stand in a global (a glob knows `*` and `**` only; an exact name with other characters is written `module:name`)", .0.escape_default()
    )]
    Character(char),
    /// A glob that matches everything.
    #[error("a glob must begin with the name of a package, or it would allow everything")]
    Everything,
    /// A glob in the exact form.
    #[error("`module:name` is exact and holds no `*`")]
    ExactGlob,
    /// `***`
    #[error("only `*` and `**` have a meaning, not `***`")]
    Stars,
}

/// Which entry of a [`GlobalSet`] a global matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobalMatch<'a> {
    /// An exact entry.
    Exact(&'a str),
    /// A glob.
    Pattern(&'a str),
}

impl<'a> GlobalMatch<'a> {
    /// The entry as [`GlobalSet`] spells it.
    pub fn entry(self) -> &'a str {
        match self {
            Self::Exact(entry) | Self::Pattern(entry) => entry,
        }
    }
}

impl FromStr for GlobalEntry {
    type Err = GlobalEntryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > LONGEST_ENTRY {
            return Err(GlobalEntryError::TooLong);
        }
        if let Some((module, name)) = text.split_once(':') {
            if module.contains('*') || name.contains('*') {
                return Err(GlobalEntryError::ExactGlob);
            }
            check_parts(module)?;
            if name.is_empty() {
                return Err(GlobalEntryError::EmptyPart);
            }
            return Ok(Self::Exact(exact_key(module, name)));
        }
        let Some((first, _)) = text.split_once('.') else {
            return Err(GlobalEntryError::NoModule);
        };
        check_parts(text)?;
        if !text.contains('*') {
            return Ok(Self::Exact(text.to_owned()));
        }
        if text.contains("***") {
            return Err(GlobalEntryError::Stars);
        }
        if first.contains('*') {
            return Err(GlobalEntryError::Everything);
        }
        Ok(Self::Pattern(GlobalPattern(text.to_owned())))
    }
}

fn check_parts(text: &str) -> Result<(), GlobalEntryError> {
    if text.split('.').any(str::is_empty) {
        return Err(GlobalEntryError::EmptyPart);
    }
    let allowed = |c: &char| is_identifier_character(*c) || matches!(c, '.' | '*');
    match text.chars().find(|c| !allowed(c)) {
        Some(character) => Err(GlobalEntryError::Character(character)),
        None => Ok(()),
    }
}

/// As written in a policy.
impl fmt::Display for GlobalEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(text) | Self::Pattern(GlobalPattern(text)) => f.pad(text),
        }
    }
}

/// The one spelling of an exact global. A name that is no plain word is set off by a colon, so
/// that no two globals share a spelling.
fn exact_key(module: &str, name: &str) -> String {
    let separator = if is_plain(name) { '.' } else { ':' };
    format!("{module}{separator}{name}")
}

/// Whether a name has neither dot nor colon: it can be told from its module.
fn is_plain(name: &str) -> bool {
    !name.contains(['.', ':'])
}

fn is_identifier_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_dunder(part: &str) -> bool {
    part.len() > 4 && part.starts_with("__") && part.ends_with("__")
}

/// Whether globs are tried on a part of a module's path or on a name.
fn is_ordinary(part: &str) -> bool {
    !part.is_empty() && !is_dunder(part) && part.chars().all(is_identifier_character)
}

impl GlobalSet {
    /// Adds an entry.
    pub fn insert(&mut self, entry: GlobalEntry) {
        match entry {
            GlobalEntry::Exact(text) => {
                self.exact.insert(text);
            }
            GlobalEntry::Pattern(pattern) => self.patterns.push(pattern),
        }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.exact.len().saturating_add(self.patterns.len())
    }

    /// Whether there is no entry.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.patterns.is_empty()
    }

    /// Whether the set has the global `name` of `module`, both after the Python 2 name mapping.
    pub fn contains(&self, module: &str, name: &str) -> bool {
        self.matches(module, name).is_some()
    }

    /// The entry by which the set has the global `name` of `module`: an exact one before a glob.
    pub fn matches(&self, module: &str, name: &str) -> Option<GlobalMatch<'_>> {
        // A colon in the module could pass for the one that sets off a name.
        if module.contains(':') || module.is_empty() || name.is_empty() {
            return None;
        }
        if let Some(entry) = self.exact.get(&exact_key(module, name)) {
            return Some(GlobalMatch::Exact(entry));
        }
        let length = module.len().saturating_add(name.len());
        if self.patterns.is_empty()
            || length > LONGEST_MATCHED
            || !is_ordinary(name)
            || !module.split('.').all(is_ordinary)
        {
            return None;
        }
        let full = format!("{module}.{name}");
        let pattern = self.patterns.iter().find(|pattern| pattern.matches(&full))?;
        Some(GlobalMatch::Pattern(&pattern.0))
    }
}

impl GlobalSet {
    /// A glob that reads as if it meant the global, and does not reach it: its name has a dot, a
    /// part of it is a dunder or no ASCII identifier.
    pub fn out_of_reach(&self, module: &str, name: &str) -> Option<&str> {
        let full = format!("{module}.{name}");
        if full.len() > LONGEST_MATCHED || self.contains(module, name) {
            return None;
        }
        let pattern = self.patterns.iter().find(|pattern| pattern.matches(&full))?;
        Some(&pattern.0)
    }
}

impl Extend<GlobalEntry> for GlobalSet {
    fn extend<I: IntoIterator<Item = GlobalEntry>>(&mut self, entries: I) {
        for entry in entries {
            self.insert(entry);
        }
    }
}

impl FromIterator<GlobalEntry> for GlobalSet {
    fn from_iter<I: IntoIterator<Item = GlobalEntry>>(entries: I) -> Self {
        let mut set = Self::default();
        set.extend(entries);
        set
    }
}

impl GlobalPattern {
    /// Whether the glob matches the whole of `full`, a `module.name` of ordinary parts.
    fn matches(&self, full: &str) -> bool {
        let pattern = self.0.as_bytes();
        let full = full.as_bytes();
        let literal = pattern.iter().take_while(|byte| **byte != b'*').count();
        if full.get(..literal) != pattern.get(..literal) {
            return false;
        }
        let rest = full.get(literal..).unwrap_or_default();
        let mut tokens = pattern.get(literal..).unwrap_or_default();
        // `reached[i]`: the tokens so far can match the first `i` bytes of `rest`.
        let mut reached = vec![false; rest.len().saturating_add(1)];
        if let Some(first) = reached.first_mut() {
            *first = true;
        }
        while let Some((&token, after)) = tokens.split_first() {
            tokens = after;
            if token == b'*' {
                let crosses = after.first() == Some(&b'*');
                if crosses {
                    tokens = after.get(1..).unwrap_or_default();
                }
                // A star carries what was reached over the bytes that it may match.
                let mut carried = false;
                for (index, slot) in reached.iter_mut().enumerate() {
                    let before = index.checked_sub(1).and_then(|at| rest.get(at));
                    if !crosses && before == Some(&b'.') {
                        carried = false;
                    }
                    carried |= *slot;
                    *slot = carried;
                }
            } else {
                let mut shifted = Vec::with_capacity(reached.len());
                shifted.push(false);
                shifted
                    .extend(rest.iter().zip(&reached).map(|(byte, slot)| *slot && *byte == token));
                reached = shifted;
            }
        }
        reached.last().copied().unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(entries: &[&str]) -> GlobalSet {
        entries.iter().map(|entry| entry.parse::<GlobalEntry>().unwrap()).collect()
    }

    #[test]
    fn an_exact_entry_is_one_name_in_one_module() {
        let set = set(&["a.b.c"]);
        assert_eq!(set.matches("a.b", "c"), Some(GlobalMatch::Exact("a.b.c")));
        assert!(!set.contains("a", "b.c"));
        assert!(!set.contains("a.b.c", ""));
        assert!(!set.contains("", "a.b.c"));
        assert!(!set.contains("a.b", "C"));
        assert!(!set.contains("a:b", "c"));
    }

    #[test]
    fn a_dotted_name_needs_its_own_spelling() {
        let set = set(&["a:b.c", "m:<lambda>", "x:y"]);
        assert!(set.contains("a", "b.c"));
        assert!(!set.contains("a.b", "c"));
        assert!(!set.contains("a:b", "c"));
        assert!(set.contains("m", "<lambda>"));
        assert_eq!(set.matches("x", "y"), Some(GlobalMatch::Exact("x.y")));
    }

    #[test]
    fn a_star_stops_at_dots_and_two_cross_them() {
        let storages = set(&["torch.*Storage"]);
        assert_eq!(
            storages.matches("torch", "FloatStorage"),
            Some(GlobalMatch::Pattern("torch.*Storage"))
        );
        for (module, name) in [
            ("torch", "FloatStorageX"),
            ("torch.a", "bStorage"),
            ("torch", "a.bStorage"),
            ("xtorch", "FloatStorage"),
        ] {
            assert!(!storages.contains(module, name), "{module} {name}");
        }
        let deep = set(&["torch.**.*Net", "numpy.**"]);
        assert!(deep.contains("torch.a.b", "MyNet"));
        assert!(!deep.contains("torch", "MyNet"));
        assert!(
            deep.contains("numpy", "dtype") && deep.contains("numpy.core.multiarray", "scalar")
        );
        assert!(set(&["a.*b*c"]).contains("a", "xbybzc"));
        assert!(!set(&["a.*b*c"]).contains("a", "xcb"));
        assert!(set(&["a.*.c"]).contains("a.b", "c") && !set(&["a.*.c"]).contains("a.b.b", "c"));
    }

    #[test]
    fn no_glob_reaches_what_is_not_ordinary() {
        let set = set(&["torch.**"]);
        for (module, name) in [
            ("torch", "__reduce__"),
            ("torch.__builtins__", "eval"),
            ("torch", "a.b"),
            ("torch", "é"),
            ("torch", "a b"),
            ("torch.", "a"),
            ("torch..a", "b"),
            ("torch", ""),
            ("torch", "a\n"),
        ] {
            assert!(!set.contains(module, name), "{module:?} {name:?}");
        }
        // They begin with two underscores but are no dunders.
        assert!(set.contains("torch", "__pyx_unpickle_X") && set.contains("torch", "____"));
        assert!(!set.contains("torch", &"a".repeat(100_000)));
    }

    #[test]
    fn a_glob_that_reads_as_if_it_matched_is_told() {
        let set = set(&["__torch__.**", "torch.*"]);
        assert_eq!(set.out_of_reach("__torch__.models", "Net"), Some("__torch__.**"));
        assert_eq!(set.out_of_reach("torch", "__reduce__"), Some("torch.*"));
        assert_eq!(set.out_of_reach("torch", "Size"), None);
        assert_eq!(set.out_of_reach("numpy", "ndarray"), None);
    }

    #[test]
    fn an_exact_entry_reaches_a_dunder() {
        assert!(set(&["a.__reduce__"]).contains("a", "__reduce__"));
    }

    #[test]
    fn bad_entries_say_why() {
        let error = |text: &str| text.parse::<GlobalEntry>().unwrap_err();
        assert_eq!(error("eval"), GlobalEntryError::NoModule);
        assert_eq!(error(""), GlobalEntryError::NoModule);
        assert_eq!(error("*"), GlobalEntryError::NoModule);
        for text in ["a..b", ".a", "a.", "a:", ":a", "a.:b"] {
            assert_eq!(error(text), GlobalEntryError::EmptyPart, "{text}");
        }
        assert_eq!(error("**.x"), GlobalEntryError::Everything);
        assert_eq!(error("t*.x"), GlobalEntryError::Everything);
        assert_eq!(error("a.***"), GlobalEntryError::Stars);
        assert_eq!(error("a:b*"), GlobalEntryError::ExactGlob);
        assert_eq!(error("a.[xy]"), GlobalEntryError::Character('['));
        assert_eq!(error("a b.c"), GlobalEntryError::Character(' '));
        assert_eq!(error(&format!("a.{}", "b".repeat(600))), GlobalEntryError::TooLong);
    }
}
