//! Who publishes a repository, and whether the policy trusts them.

/// The organisation or user in a canonical id. `None` for the Hub's oldest repositories (`gpt2`),
/// which have none, and for text that is no id.
pub(in crate::rules) fn publisher_of(id: &str) -> Option<&str> {
    let (publisher, name) = id.split_once('/')?;
    (!publisher.is_empty() && !name.is_empty() && !name.contains('/')).then_some(publisher)
}

/// Whether two names are the same account. Names of accounts are compared without regard to ASCII
/// case, because the Hub answers for a name in the wrong case with the account in the right one
/// (a redirect to the canonical id): no two accounts differ in case only.
pub(in crate::rules) fn is_same_account(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

/// Whether the publisher is on the list: the whole name, never a part of it.
pub(super) fn is_trusted(publisher: &str, trusted: &[String]) -> bool {
    trusted.iter().any(|name| is_same_account(name, publisher))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_a_publisher_or_none() {
        assert_eq!(publisher_of("google/bert"), Some("google"));
        for id in ["gpt2", "/bert", "google/", "a/b/c", ""] {
            assert_eq!(publisher_of(id), None, "{id:?}");
        }
    }

    #[test]
    fn only_the_whole_name_is_trusted_in_any_case() {
        let trusted = ["EleutherAI".to_owned(), "google".to_owned()];
        assert!(is_trusted("eleutherai", &trusted) && is_trusted("Google", &trusted));
        for name in ["google-ai", "goog", "g00gle", ""] {
            assert!(!is_trusted(name, &trusted), "{name}");
        }
    }
}
