//! "Did you mean …?"

/// The candidate that is closest to `word`, if one is close enough to be meant.
///
/// Case and the difference between `-`, `_` and a space don't count; of equally close candidates
/// the first is taken.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = folded(word);
    // A third of the letters may be wrong; a hostile word of a million letters is no typing error.
    let most = (word.len() / 3).clamp(1, 3);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other = folded(candidate);
        if other.len().abs_diff(word.len()) > most {
            continue;
        }
        let distance = edit_distance(&word, &other);
        if distance <= most && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn folded(word: &str) -> Vec<char> {
    let fold = |c: char| if matches!(c, '-' | ' ') { '_' } else { c.to_ascii_lowercase() };
    word.chars().map(fold).collect()
}

/// The number of insertions, deletions, replacements and swaps of neighbours that make `b` of `a`
/// (the optimal string alignment distance). Takes time and memory by the product of the lengths:
/// callers bound them.
pub fn edit_distance(a: &[char], b: &[char]) -> usize {
    // Three rows of the table: the one before the last, the last, and the one being filled.
    let mut before = vec![0_usize; b.len().saturating_add(1)];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    let mut previous_a = None;
    for (i, &x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(last.len());
        row.push(i.saturating_add(1));
        let mut previous_b = None;
        for (j, &y) in b.iter().enumerate() {
            let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX);
            let next = j.saturating_add(1);
            let replaced = at(&last, j).saturating_add(usize::from(x != y));
            let inserted = at(&row, j).saturating_add(1);
            let deleted = at(&last, next).saturating_add(1);
            let mut least = replaced.min(inserted).min(deleted);
            if previous_a == Some(y) && previous_b == Some(x) {
                least = least.min(at(&before, j.saturating_sub(1)).saturating_add(1));
            }
            row.push(least);
            previous_b = Some(y);
        }
        before = std::mem::replace(&mut last, row);
        previous_a = Some(x);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_what_was_meant() {
        let keys = ["allowed_globals", "extra_allowed_globals", "denied_globals"];
        assert_eq!(closest("allow_globls", keys), Some("allowed_globals"));
        assert_eq!(closest("Allowed-Globals", keys), Some("allowed_globals"));
        assert_eq!(closest("dneied_globals", keys), Some("denied_globals"));
        assert_eq!(closest("colour", keys), None);
        assert_eq!(closest("hgih", ["low", "high"]), Some("high"));
        assert_eq!(closest("", ["low", "of"]), None);
    }

    #[test]
    fn distances_are_those_of_the_textbook() {
        let distance = |a: &str, b: &str| {
            edit_distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
        };
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("ab", "ba"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("abc", ""), 3);
    }
}
