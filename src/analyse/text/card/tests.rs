use proptest::prelude::*;

use super::*;
use crate::evidence::License;

fn read(text: &str) -> Card {
    read_card("README.md", &text.as_bytes(), &Limits::default())
}

fn section(card: &Card, heading: &str) -> (u8, u64, u64) {
    let section = card.sections.iter().find(|section| section.heading == heading).unwrap();
    (section.level, section.line, section.words)
}

#[test]
fn front_matter_gives_license_and_base_models() {
    let card = read(
        "---\nlicense: other\nlicense_name: house\nlicense_link: https://x.example\n\
         base_model:\n  - a/b\n  - c/d\nbase_model_relation: merge\n\
         datasets: squad\npipeline_tag: question-answering\n---\n# Title\n",
    );
    let license = License {
        ids: vec!["other".into()],
        name: Some("house".into()),
        link: Some("https://x.example".into()),
    };
    assert_eq!(card.license, Some(license));
    assert_eq!(card.base_models, ["a/b", "c/d"]);
    assert_eq!(card.base_model_relation.as_deref(), Some("merge"));
    assert_eq!(card.front_matter_error, None);
    assert_eq!(card.datasets, ["squad"]);
    assert_eq!(card.task.as_deref(), Some("question-answering"));
    assert_eq!(section(&card, "Title"), (1, 12, 0));
    assert_eq!(card.text, "# title\n");

    let card =
        read("\u{feff}\r\n---\r\nlicense:\r\n- mit\r\n- apache-2.0\r\nbase_model: a/b\r\n---\r\nx");
    assert_eq!(card.license.unwrap().ids, ["mit", "apache-2.0"]);
    assert_eq!(card.base_models, ["a/b"]);
    assert_eq!(card.text, "x");
}

#[test]
fn without_front_matter_all_is_text() {
    for text in ["# A\n\ntext", "", "text\n---\nlicense: mit\n---\n"] {
        let card = read(text);
        assert_eq!(card.license, None, "{text}");
        assert_eq!(card.front_matter_error, None, "{text}");
        assert_eq!(card.text, text.to_lowercase());
    }
    assert_eq!(read("---\n---\nx").front_matter_error, None);
}

#[test]
fn broken_front_matter_is_told() {
    let error = |text: &str| read(text).front_matter_error.unwrap();
    assert!(error("---\nlicense: [mit\n---\nx").starts_with("line "));
    assert_eq!(error("---\nlicense: mit\n"), "the front matter has no closing `---`");
    assert_eq!(error("---\n- a\n---\n"), "the front matter is no mapping");
    let card = read("---\nlicense: mit\nlicense: gpl\n---\nx");
    assert_eq!(card.license.unwrap().ids, ["mit"]);
    assert!(card.front_matter_error.unwrap().starts_with("line 3: "));
    let bomb = format!("---\na: &a [{}]\nb: [{}]\n---\n", "x,".repeat(5000), "*a,".repeat(5000));
    assert!(read(&bomb).front_matter_error.is_some());
    let card = read_card("README.md", &&b"# A\n\nb\xffc"[..], &Limits::default());
    assert_eq!(card.front_matter_error.unwrap(), "the card is not UTF-8 (byte 6)");
    assert_eq!(card.sections.len(), 1);
}

#[test]
fn sections_count_what_stands_below_them() {
    let card = read(
        "# Model\n\nfour words stand here\n\n## Uses\n\n- one `two`\n  - three\n\n\
         ### Out of scope\n\n| a | b |\n|---|---|\n| c | [d](x) |\n\n\
         Limits\n------\n\n```\ncode is no text\n```\n![alt text](x)\n\n\
         <h2 align=\"center\">Bias <b>and</b> risk</h2>\n\nfive words and *no* more\n",
    );
    assert_eq!(section(&card, "Model"), (1, 1, 16));
    assert_eq!(section(&card, "Uses"), (2, 5, 7));
    assert_eq!(section(&card, "Out of scope"), (3, 10, 4));
    assert_eq!(section(&card, "Limits"), (2, 16, 0));
    assert_eq!(section(&card, "Bias and risk"), (2, 24, 5));
    assert_eq!(card.words, 16 + 1 + 1 + 3 + 1 + 3);
}

#[test]
fn placeholders_are_no_content() {
    for text in [
        "[More Information Needed]",
        "<!-- What is it for? -->\n\n[More Information Needed]",
        "TODO",
        "TODO: describe the data",
        "N/A",
        "Coming soon!",
        "*TBD*",
        "...",
        "- **Developed by:** [More Information Needed]\n- **License:** [More\nInformation Needed]",
        "Users (both direct and downstream) should be made aware of the risks, biases and \
         limitations of the model. More information needed for further recommendations.",
        "",
    ] {
        assert_eq!(section(&read(&format!("# Bias\n\n{text}\n")), "Bias").2, 0, "{text}");
    }
    for text in ["Nothing is known.", "- **Developed by:** me", "偏见", "a <b>c</b>"] {
        assert!(section(&read(&format!("# Bias\n\n{text}\n")), "Bias").2 > 0, "{text}");
    }
}

#[test]
fn scripts_without_blanks_have_words() {
    assert_eq!(read("这个模型用于分类 text").words, 9);
}

#[test]
fn long_cards_are_cut() {
    let limits = Limits { text: 10, ..Limits::default() };
    let card = read_card("README.md", &"ééééééééé".as_bytes(), &limits);
    assert_eq!(card.text, "ééééé");
    let limits = Limits { text: 11, ..Limits::default() };
    let card = read_card("README.md", &"ééééééééé".as_bytes(), &limits);
    assert_eq!((card.text.as_str(), card.front_matter_error), ("ééééé", None));
}

proptest! {
    #[test]
    fn any_bytes_are_a_card(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        read_card("README.md", &bytes, &Limits::default());
    }

    #[test]
    fn any_text_is_a_card(text in r#"[-# \n\r`<>h1/!\[\]()*|:a-c&]{0,200}"#) {
        read(&text);
        read(&format!("---\n{text}\n---\n{text}"));
    }
}
