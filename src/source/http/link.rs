//! The `Link` header (RFC 8288).

/// The target of the first link with the relation `next`, as written.
pub(super) fn next(header: &str) -> Option<&str> {
    let mut rest = header;
    loop {
        let (_, after) = rest.split_once('<')?;
        let (target, after) = after.split_once('>')?;
        let (parameters, others) = split_at_comma(after);
        if is_next(parameters) {
            return Some(target.trim());
        }
        rest = others;
    }
}

/// What stands before and after the first comma outside quotes.
fn split_at_comma(text: &str) -> (&str, &str) {
    let mut quoted = false;
    let comma = text.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == ',' && !quoted
    });
    comma.and_then(|(at, _)| text.split_at_checked(at)).unwrap_or((text, ""))
}

fn is_next(parameters: &str) -> bool {
    parameters.split(';').any(|parameter| {
        let Some((name, value)) = parameter.split_once('=') else { return false };
        let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
        name.trim().eq_ignore_ascii_case("rel")
            && relations.any(|relation| relation.eq_ignore_ascii_case("next"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found_among_other_links() {
        assert_eq!(next("<https://hub/a?x=1,2>; rel=\"next\""), Some("https://hub/a?x=1,2"));
        assert_eq!(next("<a>; rel=\"xet-auth\", <b>; rel=\"last next\""), Some("b"));
        assert_eq!(next("<a>; title=\"<x>, rel=next\"; rel=prev, < b >;REL=Next"), Some("b"));
    }

    #[test]
    fn no_next_page_is_no_page() {
        for header in ["", "<a", "a>; rel=next", "<a>; rel=prev", "<a>; rel", ",,,", "<><><>"] {
            assert_eq!(next(header), None, "{header}");
        }
    }
}
