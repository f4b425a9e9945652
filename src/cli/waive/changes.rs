//! What changes in a text, as `diff -u` shows it.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::base::Untrusted;

/// Lines that are shown around what changes.
const AROUND: usize = 3;

/// Writes the one run of lines in which two texts differ, with some around it.
pub(super) fn write(path: &str, old: &str, new: &str, out: &mut dyn Write) -> io::Result<()> {
    let old: Vec<&str> = old.split_inclusive('\n').collect();
    let new: Vec<&str> = new.split_inclusive('\n').collect();
    let same = |(a, b): &(&&str, &&str)| a == b;
    let front = old.iter().zip(&new).take_while(same).count();
    let rest = |lines: &[&str]| lines.len().saturating_sub(front);
    let most = rest(&old).min(rest(&new));
    let behind = old.iter().rev().zip(new.iter().rev()).take(most).take_while(same).count();
    let (old_end, new_end) = (old.len().saturating_sub(behind), new.len().saturating_sub(behind));
    let first = front.saturating_sub(AROUND);
    let last = old_end.saturating_add(AROUND).min(old.len());
    let after = last.saturating_sub(old_end);

    let bold = Style::new().bold();
    writeln!(out, "{bold}--- {path}{bold:#}")?;
    writeln!(out, "{bold}+++ {path}{bold:#}")?;
    let dim = Style::new().dimmed();
    let begin = first.saturating_add(1);
    let old_count = last.saturating_sub(first);
    let new_count = new_end.saturating_add(after).saturating_sub(first);
    writeln!(out, "{dim}@@ -{begin},{old_count} +{begin},{new_count} @@{dim:#}")?;
    let plain = Style::new();
    let parts = [
        (' ', plain, old.get(first..front)),
        ('-', AnsiColor::Red.on_default(), old.get(front..old_end)),
        ('+', AnsiColor::Green.on_default(), new.get(front..new_end)),
        (' ', plain, old.get(old_end..last)),
    ];
    for (mark, style, lines) in parts {
        for line in lines.unwrap_or_default() {
            let text = line.trim_end_matches(['\n', '\r']);
            writeln!(out, "{style}{mark}{}{style:#}", Untrusted(text))?;
            if !line.ends_with('\n') {
                writeln!(out, "\\ No newline at end of file")?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(old: &str, new: &str) -> String {
        let mut out = Vec::new();
        write("p.yaml", old, new, &mut out).unwrap();
        anstream::adapter::strip_str(&String::from_utf8(out).unwrap()).to_string()
    }

    #[test]
    fn what_is_added_is_shown_with_three_lines_around_it() {
        insta::assert_snapshot!(written("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nx\nd\ne\nf\n"), @r"
        --- p.yaml
        +++ p.yaml
        @@ -2,5 +2,7 @@
         b
         c
         d
        +x
        +d
         e
         f
        ");
    }

    #[test]
    fn what_goes_and_a_missing_line_break_are_shown() {
        insta::assert_snapshot!(written("w: []\u{1b}", "w:\n  - a"), @r"
        --- p.yaml
        +++ p.yaml
        @@ -1,1 +1,2 @@
        -w: []\u{1b}
        \ No newline at end of file
        +w:
        +  - a
        \ No newline at end of file
        ");
    }
}
