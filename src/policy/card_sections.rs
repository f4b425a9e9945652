//! The sections of a model card that the program knows, and by which words.

/// A section that a policy can require without defining it.
#[derive(Clone, Copy, Debug)]
pub struct BuiltInSection {
    /// As in a policy.
    pub id: &'static str,
    /// Lower-case words or phrases, any of which satisfies it.
    pub keywords: &'static [&'static str],
}

/// The seven sections of the security audit walkthrough, in its order.
pub const BUILT_IN_SECTIONS: &[BuiltInSection] = &[
    BuiltInSection { id: "intended_use", keywords: &["intended use", "intended for", "use case"] },
    BuiltInSection { id: "limitations", keywords: &["limitation", "known issue", "out of scope"] },
    BuiltInSection { id: "bias", keywords: &["bias", "fairness", "demographic"] },
    BuiltInSection { id: "risks", keywords: &["risk", "safety", "harm", "misuse"] },
    BuiltInSection {
        id: "training_data",
        keywords: &["training data", "dataset", "training corpus"],
    },
    BuiltInSection { id: "evaluation", keywords: &["evaluation", "benchmark", "performance"] },
    BuiltInSection {
        id: "ethical_considerations",
        keywords: &["ethical", "responsible", "governance"],
    },
];

/// The built-in section of that id.
pub(super) fn built_in(id: &str) -> Option<&'static BuiltInSection> {
    BUILT_IN_SECTIONS.iter().find(|section| section.id == id)
}
