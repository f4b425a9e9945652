//! Names of tensors: loaders use them as dictionary keys, attribute paths and sometimes as files.

/// Bytes of the longest ordinary tensor name.
const LONGEST: usize = 4096;

/// Characters of a name that a detail shows.
const SHOWN: usize = 128;

/// A name for a detail: in backquotes, cut where it is very long.
pub(super) fn quoted(name: &str) -> String {
    match name.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("`{}…`", name.get(..at).unwrap_or(name)),
        None => format!("`{name}`"),
    }
}

/// Why a tensor's name is no ordinary one, if it isn't. A slash by itself is ordinary: names that
/// come from TensorFlow and Flax have it.
pub(super) fn suspicious(name: &str) -> Option<&'static str> {
    if name.is_empty() {
        return Some("is empty");
    }
    if name.len() > LONGEST {
        return Some("is longer than 4096 bytes");
    }
    if name.chars().any(is_invisible) {
        return Some("has control or invisible characters");
    }
    if name.split(['/', '\\']).any(|part| part == "..") {
        return Some("leaves its folder when used as a path");
    }
    let drive = name.as_bytes().get(..3).is_some_and(
        |start| matches!(start, [letter, b':', b'/' | b'\\'] if letter.is_ascii_alphabetic()),
    );
    if name.starts_with(['/', '\\']) || drive {
        return Some("is absolute when used as a path");
    }
    if name.chars().any(may_change_when_composed) {
        return Some("is not in composed form, so that readers may take it for another name");
    }
    None
}

/// Control, bidirectional and zero-width characters, line separators, tags.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E0FFF}')
}

/// Whether Unicode's canonical composition (NFC) could change a text because of this character.
///
/// Two different names that are equal after NFC can't both be in composed form, so that finding
/// one that may not be is enough, and no table of compositions is needed. The ranges are the
/// blocks of combining marks of the scripts that compose (Latin, Greek, Cyrillic, Hebrew, Arabic,
/// kana), the conjoining Hangul letters, and the characters with a singleton decomposition
/// (UnicodeData.txt). Marks of scripts whose letters never compose are left alone.
fn may_change_when_composed(character: char) -> bool {
    matches!(character,
        '\u{0300}'..='\u{036F}' | '\u{0374}' | '\u{037E}' | '\u{0387}' | '\u{0483}'..='\u{0487}'
        | '\u{0591}'..='\u{05C7}' | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}'
        | '\u{0670}' | '\u{06D6}'..='\u{06ED}' | '\u{093C}' | '\u{0958}'..='\u{095F}'
        | '\u{09BC}' | '\u{09BE}' | '\u{09D7}' | '\u{09DC}'..='\u{09DF}' | '\u{0A33}' | '\u{0A36}'
        | '\u{0A3C}' | '\u{0A59}'..='\u{0A5E}' | '\u{0B3C}' | '\u{0B3E}' | '\u{0B56}' | '\u{0B57}'
        | '\u{0B5C}' | '\u{0B5D}' | '\u{0BBE}' | '\u{0BD7}' | '\u{0C56}' | '\u{0CC2}' | '\u{0CD5}'
        | '\u{0CD6}' | '\u{0D3E}' | '\u{0D57}' | '\u{0DCA}' | '\u{0DCF}' | '\u{0DDF}'
        | '\u{0F43}'..='\u{0F81}' | '\u{0F93}'..='\u{0FB9}' | '\u{102E}' | '\u{1100}'..='\u{11FF}'
        | '\u{1AB0}'..='\u{1AFF}' | '\u{1B35}' | '\u{1DC0}'..='\u{1DFF}' | '\u{1F71}'
        | '\u{1F73}' | '\u{1F75}' | '\u{1F77}' | '\u{1F79}' | '\u{1F7B}' | '\u{1F7D}' | '\u{1FBB}'
        | '\u{1FBE}' | '\u{1FC9}' | '\u{1FCB}' | '\u{1FD3}' | '\u{1FDB}' | '\u{1FE3}' | '\u{1FEB}'
        | '\u{1FEE}' | '\u{1FEF}' | '\u{1FF9}' | '\u{1FFB}' | '\u{1FFD}' | '\u{2000}' | '\u{2001}'
        | '\u{20D0}'..='\u{20FF}' | '\u{2126}' | '\u{212A}' | '\u{212B}' | '\u{2329}' | '\u{232A}'
        | '\u{2ADC}' | '\u{3099}' | '\u{309A}' | '\u{A8E0}'..='\u{A8F1}' | '\u{F900}'..='\u{FAFF}'
        | '\u{FB1D}' | '\u{FB1F}' | '\u{FB2A}'..='\u{FB4E}' | '\u{FE20}'..='\u{FE2F}'
        | '\u{110BA}' | '\u{11127}' | '\u{1133E}' | '\u{11357}' | '\u{114B0}' | '\u{114BA}'
        | '\u{114BD}' | '\u{115AF}' | '\u{11930}' | '\u{1D15E}'..='\u{1D164}'
        | '\u{1D1BB}'..='\u{1D1C0}' | '\u{2F800}'..='\u{2FA1D}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_pass() {
        for name in [
            "model.layers.0.self_attn.q_proj.weight",
            "encoder/layer_0/kernel:0",
            "lora_unet_down_blocks.alpha",
            "注意力.权重",
            "größe",
            "a..b",
        ] {
            assert_eq!(suspicious(name), None, "{name}");
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_told() {
        for name in [
            "",
            "../x",
            "a/../../b",
            "a\\..\\b",
            "/etc/x",
            "C:\\x",
            "a\0b",
            "a\u{202e}b",
            "e\u{301}",
        ] {
            assert!(suspicious(name).is_some(), "{name:?}");
        }
        assert!(suspicious(&"a".repeat(5000)).is_some());
    }

    #[test]
    fn long_names_are_cut_when_shown() {
        assert_eq!(quoted("é"), "`é`");
        assert_eq!(quoted(&"é".repeat(500)).chars().count(), SHOWN + 3);
    }
}
