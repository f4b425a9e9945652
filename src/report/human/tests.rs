use super::super::sample;
use super::*;

#[test]
fn a_failing_run_is_told_worst_first() {
    let text = sample::written(write, &sample::failing(), &sample::presentation());
    insta::assert_snapshot!(text);
}

#[test]
fn a_passing_run_is_short() {
    let text = sample::written(write, &sample::passing(), &sample::presentation());
    insta::assert_snapshot!(text);
}

#[test]
fn quiet_tells_failures_only() {
    let quiet = Presentation { quiet: true, ..sample::presentation() };
    assert_eq!(sample::written(write, &sample::passing(), &quiet), "");
    let text = sample::written(write, &sample::failing(), &quiet);
    assert!(!text.contains("brief-card") && !text.contains("waived]"), "{text}");
}

#[test]
fn an_incomplete_run_says_what_was_not_judged() {
    let text = sample::written(write, &sample::incomplete(), &sample::presentation());
    insta::assert_snapshot!(text);
}

#[test]
fn no_line_is_wider_than_the_terminal_unless_a_word_is() {
    for width in [40, 60, 80, 100] {
        let page = Presentation { width, ..sample::presentation() };
        let text = sample::written(write, &sample::failing(), &page);
        for line in text.lines() {
            let longest = line.split_whitespace().map(columns).max().unwrap_or(0);
            assert!(
                columns(line) <= width
                    || longest + 12 > width
                    || line.contains(" in ")
                    || line.contains("more on")
                    || line.contains("weighstation waive"),
                "{line}"
            );
        }
    }
}
