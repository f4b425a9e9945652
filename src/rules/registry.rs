//! Every rule, in one table.

use super::rule::Rule;
use super::{
    admission, archives, base_models, card, discovery, files, integrity, license, lock, pickle,
    provenance, safetensors, templates, torch, trust, waivers,
};

/// Every rule: by subject, the rules of one subject sorted by id.
pub static RULES: &[&Rule] = &[
    // What may come in at all.
    &admission::denied_publisher::RULE,
    &admission::format_not_allowed::RULE,
    &admission::model_too_large::RULE,
    &admission::source_not_allowed::RULE,
    // What a pickle does when it is loaded.
    &pickle::denied_global::RULE,
    &pickle::divergent_stream::RULE,
    &pickle::indirect_call::RULE,
    &pickle::load_cost::RULE,
    &pickle::nested_payload::RULE,
    &pickle::object_mutation::RULE,
    &pickle::out_of_band_buffer::RULE,
    &pickle::persistent_id::RULE,
    &pickle::pickle_extension::RULE,
    &pickle::trailing_data::RULE,
    &pickle::unexpected_arguments::RULE,
    &pickle::unlisted_global::RULE,
    &pickle::unresolved_global::RULE,
    &pickle::unsafe_state::RULE,
    // What a file is.
    &files::budget_exhausted::RULE,
    &files::escaping_link::RULE,
    &files::executable_file::RULE,
    &files::executable_permission::RULE,
    &files::format_mismatch::RULE,
    &files::link::RULE,
    &files::malformed_file::RULE,
    &files::missing_safetensors::RULE,
    &files::object_array::RULE,
    &files::polyglot_file::RULE,
    &files::script_file::RULE,
    &files::unreadable_file::RULE,
    &files::unsafe_format::RULE,
    &files::unscanned_file::RULE,
    // Archives that readers take differently.
    &archives::archive_anomaly::RULE,
    &archives::archive_link::RULE,
    &archives::archive_path::RULE,
    // The layout of torch checkpoints.
    &torch::exported_program::RULE,
    &torch::torch_layout::RULE,
    &torch::torch_oddity::RULE,
    &torch::torch_package::RULE,
    &torch::torch_tar::RULE,
    &torch::torchscript::RULE,
    &torch::torchscript_operator::RULE,
    // Safetensors files and their index.
    &safetensors::invalid_safetensors::RULE,
    &safetensors::metadata_payload::RULE,
    &safetensors::safetensors_index::RULE,
    &safetensors::unlisted_shard::RULE,
    // What a chat template does when it is rendered.
    &templates::template_content::RULE,
    &templates::template_cost::RULE,
    &templates::unsafe_template::RULE,
    // Where the model comes from.
    &provenance::foreign_commit::RULE,
    &provenance::hub_flagged::RULE,
    &provenance::hub_imports_differ::RULE,
    &provenance::hub_scan_incomplete::RULE,
    &provenance::recent_change::RULE,
    &provenance::renamed_repository::RULE,
    &provenance::revision_not_on_default_branch::RULE,
    &provenance::unpinned_revision::RULE,
    &provenance::unreachable_license::RULE,
    // What the project's own text loads.
    &discovery::unlisted_model::RULE,
    &discovery::unlisted_revision::RULE,
    &discovery::unpinned_reference::RULE,
    &discovery::unresolved_reference::RULE,
    // Whether the bytes are those that were listed.
    &integrity::digest_mismatch::RULE,
    &integrity::digest_unknown::RULE,
    // Who publishes it.
    &trust::low_trust::RULE,
    &trust::typosquat_publisher::RULE,
    &trust::untrusted_publisher::RULE,
    // The models that a model builds on.
    &base_models::foreign_remote_code::RULE,
    &base_models::unjudged_base_model::RULE,
    // Whether models are those that were accepted.
    &lock::lock_mismatch::RULE,
    &lock::stale_lock::RULE,
    &lock::unlocked_model::RULE,
    // The model card.
    &card::brief_card::RULE,
    &card::incomplete_card::RULE,
    &card::missing_card::RULE,
    &card::missing_section::RULE,
    &card::unreadable_card::RULE,
    // The license.
    &license::license_missing::RULE,
    &license::license_not_allowed::RULE,
    &license::license_unknown::RULE,
    // The policy's own exceptions.
    &waivers::expired_waiver::RULE,
    &waivers::unused_waiver::RULE,
];

/// The rule of that id.
pub fn by_id(id: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.meta.id == id)
}
