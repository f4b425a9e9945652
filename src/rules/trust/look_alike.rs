//! Names of accounts that are easily taken for one another.
//!
//! The forms are those of package typosquats (Taylor et al., "Defending Against Package
//! Typosquatting", NSS 2020: edits, separators, order of words, added words) with letters that
//! look alike. Each is kept narrow: real organisations have names that are close to one another,
//! and a rule that cries often is switched off.

use crate::base::edit_distance;

/// Bytes of a name that are compared at most; the Hub's names have at most 96.
const LONGEST: usize = 96;

/// Names that end or begin like a trusted one with one of these are taken for a part of it.
///
/// Words that say that something is *not* the original are none of them: `openai-community` and
/// `mistral-community` are real and claim nothing.
const ADDITIONS: &[&str] = &[
    "ai", "app", "company", "corp", "genuine", "hf", "hq", "hub", "inc", "io", "lab", "labs",
    "llc", "llm", "model", "models", "official", "org", "original", "real", "research", "team",
    "the", "verified",
];

/// Accounts that are known, and close to the name of another, in lower case: the home of RoBERTa
/// and XLM on the Hub, to which their old ids redirect, and the accounts of the Hub's own teams.
const KNOWN: &[&str] = &[
    "facebookai",
    "huggingface",
    "huggingfacefw",
    "huggingfaceh4",
    "huggingfacem4",
    "huggingfacetb",
];

/// In what a name is like another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resemblance {
    /// The same letters with other separators.
    Separators,
    /// The same words in another order.
    Order,
    /// Letters that look alike.
    Letters,
    /// The name with a word that promises to be the original.
    Addition,
    /// A typing error or two.
    Edits(usize),
}

impl Resemblance {
    /// What is said of the name.
    pub(super) const fn describe(self) -> &'static str {
        match self {
            Self::Separators => "differs in separators only",
            Self::Order => "has the same words in another order",
            Self::Letters => "differs in letters that look alike",
            Self::Addition => "is that name with something added",
            Self::Edits(1) => "is one typing error away",
            Self::Edits(_) => "is two typing errors away",
        }
    }
}

/// In what `name` is easily taken for `trusted`, which is another account. `None` for the same
/// name, in any case, and for names that are far enough from one another.
pub(super) fn resemblance(name: &str, trusted: &str) -> Option<Resemblance> {
    if name.len() > LONGEST || trusted.len() > LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    let trusted = trusted.to_lowercase();
    if name == trusted || KNOWN.contains(&name.as_str()) {
        return None;
    }
    let (joined, trusted_joined) = (joined(&name), joined(&trusted));
    if trusted_joined.is_empty() {
        return None;
    }
    if joined == trusted_joined {
        return Some(Resemblance::Separators);
    }
    if sorted_words(&name) == sorted_words(&trusted) {
        return Some(Resemblance::Order);
    }
    let (folded, trusted_folded) = (folded(&joined), folded(&trusted_joined));
    if folded == trusted_folded {
        return Some(Resemblance::Letters);
    }
    if has_addition(&folded, &trusted_folded) {
        return Some(Resemblance::Addition);
    }
    let name: Vec<char> = joined.chars().collect();
    let trusted: Vec<char> = trusted_joined.chars().collect();
    typing_errors(&name, &trusted).map(Resemblance::Edits)
}

const fn is_separator(c: char) -> bool {
    matches!(c, '-' | '_' | '.')
}

fn joined(name: &str) -> String {
    name.chars().filter(|c| !is_separator(*c)).collect()
}

fn sorted_words(name: &str) -> Vec<&str> {
    let mut words: Vec<&str> = name.split(is_separator).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words
}

/// The name with each group of letters that look alike in most fonts as one of them. Two names
/// that look alike fold to the same text; what that text is has no meaning.
fn folded(name: &str) -> String {
    let digits: String = name
        .chars()
        .map(|c| match c {
            '0' => 'o',
            '1' => 'l',
            '2' => 'z',
            '3' => 'e',
            '4' => 'a',
            '5' => 's',
            '8' => 'b',
            c => c,
        })
        .collect();
    // Pairs before single letters: `ci` looks like no `d`, although `i` looks like `l`.
    digits.replace("rn", "m").replace("vv", "w").replace("cl", "d").replace('i', "l")
}

/// Whether it is the trusted name with an addition at one end. Short names are part of many others.
fn has_addition(name: &str, trusted: &str) -> bool {
    if trusted.chars().count() < 4 {
        return false;
    }
    let rest = name.strip_prefix(trusted).or_else(|| name.strip_suffix(trusted));
    rest.is_some_and(|rest| ADDITIONS.iter().any(|addition| folded(addition) == rest))
}

/// How many typing errors lie between the names, if they are few for their length: among names of
/// four letters only swapped neighbours count, from five one error, from eight two that leave the
/// first letter.
fn typing_errors(name: &[char], trusted: &[char]) -> Option<usize> {
    let most = match trusted.len() {
        ..4 => return None,
        4..8 => 1,
        8.. => 2,
    };
    if name.len().abs_diff(trusted.len()) > most {
        return None;
    }
    let errors = edit_distance(name, trusted);
    let few = match (trusted.len(), errors) {
        (4, 1) => sorted(name) == sorted(trusted),
        (_, 1) => true,
        (8.., 2) => name.first() == trusted.first(),
        _ => false,
    };
    few.then_some(errors)
}

fn sorted(letters: &[char]) -> Vec<char> {
    let mut letters = letters.to_vec();
    letters.sort_unstable();
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The publishers that the presets trust, and others of the same rank.
    const TRUSTED: &[&str] = &[
        "meta-llama",
        "google",
        "microsoft",
        "mistralai",
        "openai",
        "stabilityai",
        "EleutherAI",
        "bigscience",
        "nvidia",
        "facebook",
        "Qwen",
        "deepseek-ai",
        "apple",
        "ibm-granite",
        "HuggingFaceTB",
        "01-ai",
        "sentence-transformers",
    ];

    #[test]
    fn imitations_are_told_by_what_they_imitate() {
        use Resemblance::{Addition, Edits, Letters, Order, Separators};
        for (name, trusted, expected) in [
            ("meta_llama", "meta-llama", Separators),
            ("metallama", "meta-llama", Separators),
            ("open-ai", "openai", Separators),
            ("Stability.AI", "stabilityai", Separators),
            ("mistral-ai", "mistralai", Separators),
            ("llama-meta", "meta-llama", Order),
            ("g00gle", "google", Letters),
            ("goog1e", "google", Letters),
            ("rnicrosoft", "microsoft", Letters),
            ("micros0ft", "microsoft", Letters),
            ("openal", "openai", Letters),
            ("0penAI", "openai", Letters),
            ("metallarna", "meta-llama", Letters),
            ("Qvven", "Qwen", Letters),
            ("o1-ai", "01-ai", Letters),
            ("appie", "apple", Letters),
            ("google-ai", "google", Addition),
            ("official-google", "google", Addition),
            ("0penai-official", "openai", Addition),
            ("microsoft-research", "microsoft", Addition),
            ("QwenAI", "Qwen", Addition),
            ("gogle", "google", Edits(1)),
            ("googel", "google", Edits(1)),
            ("googles", "google", Edits(1)),
            ("micorsoft", "microsoft", Edits(1)),
            ("mistralia", "mistralai", Edits(1)),
            ("mistral", "mistralai", Edits(2)),
            ("eluetherai", "EleutherAI", Edits(1)),
            ("bigsciense", "bigscience", Edits(1)),
            ("Qewn", "Qwen", Edits(1)),
        ] {
            assert_eq!(resemblance(name, trusted), Some(expected), "{name} for {trusted}");
        }
    }

    #[test]
    fn real_publishers_are_not_taken_for_one_another() {
        // Accounts on the Hub that have nothing to do with the trusted ones, or say what they are.
        let others = [
            "openai-community",
            "openaccess-ai-collective",
            "OpenGVLab",
            "openbmb",
            "OpenAssistant",
            "mistral-community",
            "google-bert",
            "google-t5",
            "FacebookAI",
            "facebook-llama",
            "meta-math",
            "bigcode",
            "bigscience-workshop",
            "bigscience-data",
            "microsoft-azure",
            "distilbert",
            "HuggingFaceH4",
            "HuggingFaceM4",
            "huggingface",
            "stabilityai-community",
            "NousResearch",
            "tiiuae",
            "CohereForAI",
            "cohere",
            "Salesforce",
            "allenai",
            "nomic-ai",
            "jinaai",
            "BAAI",
            "THUDM",
            "zai-org",
            "moonshotai",
            "baidu",
            "intfloat",
            "sentence-transformers-testing-utils",
            "cross-encoder",
            "TheBloke",
            "bartowski",
            "unsloth",
            "lmsys",
            "ai21labs",
            "databricks",
            "mosaicml",
            "EleutherAI-collab",
            "ibm",
            "ibm-research",
            "deepset",
            "deepmind",
            "segmind",
            "Maple",
            "owen",
            "Gwen",
        ];
        for other in others {
            for trusted in TRUSTED {
                assert_eq!(resemblance(other, trusted), None, "{other} and {trusted}");
            }
        }
        for one in TRUSTED {
            for other in TRUSTED {
                assert_eq!(resemblance(one, other), None, "{one} and {other}");
            }
            assert_eq!(resemblance(&one.to_uppercase(), one), None);
        }
    }

    #[test]
    fn short_and_endless_names_resemble_nothing() {
        assert_eq!(resemblance("ibn", "ibm"), None);
        assert_eq!(resemblance("ibm-ai", "ibm"), None);
        assert_eq!(resemblance("a", ""), None);
        assert_eq!(resemblance("--", "-"), None);
        let long = "a".repeat(1 << 20);
        assert_eq!(resemblance(&long, "google"), None);
        assert_eq!(resemblance("google", &long), None);
    }
}
