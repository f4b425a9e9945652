//! The root element of an XML document.
//!
//! Declarations, comments and a document type stand in front of it, in any amount: an entity in a
//! `DOCTYPE` is the attack itself, and must not make a document something else.

use crate::analyse::Probe;
use crate::base::read_up_to;

/// Bytes of a document that are read for its root.
const MOST: usize = 16 << 20;

/// Whether the root element's local name is `name`.
pub(super) fn has_root(probe: &Probe<'_>, name: &str) -> bool {
    match root(&String::from_utf8_lossy(probe.head)) {
        Root::Named(root) => root == name,
        Root::None => false,
        Root::Further if probe.head.len() < Probe::HEAD => false,
        Root::Further => {
            let mut bytes = vec![0; MOST];
            let count = read_up_to(probe.bytes, 0, &mut bytes).unwrap_or(0);
            let text = String::from_utf8_lossy(bytes.get(..count).unwrap_or(&[]));
            matches!(root(&text), Root::Named(root) if root == name)
        }
    }
}

enum Root {
    /// An element of this local name.
    Named(String),
    /// No element stands where the root should.
    None,
    /// What stands in front of it does not end here.
    Further,
}

fn root(text: &str) -> Root {
    let mut rest = text.trim_start_matches('\u{feff}').trim_start();
    loop {
        let behind = if rest.starts_with("<?") {
            rest.split_once("?>").map(|(_, behind)| behind)
        } else if rest.starts_with("<!--") {
            rest.split_once("-->").map(|(_, behind)| behind)
        } else if rest.starts_with("<!") {
            behind_document_type(rest)
        } else {
            break;
        };
        match behind {
            Some(behind) => rest = behind.trim_start(),
            None => return Root::Further,
        }
    }
    let Some(tag) = rest.strip_prefix('<') else {
        return if rest.is_empty() { Root::Further } else { Root::None };
    };
    let end = tag.find(|c: char| c.is_whitespace() || matches!(c, '>' | '/'));
    let Some(qualified) = end.and_then(|end| tag.get(..end)) else { return Root::Further };
    let local = qualified.rsplit(':').next().unwrap_or(qualified);
    Root::Named(local.to_owned())
}

/// What follows `<!DOCTYPE …>`: its subset stands in brackets, and quotes and comments may hold
/// either bracket.
fn behind_document_type(text: &str) -> Option<&str> {
    let mut quote = None;
    let mut in_subset = false;
    let mut comment_ends = 0;
    for (at, c) in text.char_indices() {
        if at < comment_ends {
            continue;
        }
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '<') if text.get(at..)?.starts_with("<!--") => {
                comment_ends = at.saturating_add(text.get(at..)?.find("-->")?).saturating_add(3);
            }
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => in_subset = true,
            (None, ']') => in_subset = false,
            (None, '>') if !in_subset => return text.get(at.saturating_add(1)..),
            (None, _) => {}
        }
    }
    None
}
