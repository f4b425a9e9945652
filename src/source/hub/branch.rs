//! Whether a commit belongs to the default branch.

use super::super::SourceError;
use super::ask::Model;
use super::commits::{LARGEST_PAGE, read_ids};
use crate::base::Commit;
use crate::evidence::BranchMembership;

/// The Hub's default branch; it cannot be another one.
const DEFAULT_BRANCH: &str = "main";

/// Most pages of the default branch's history that are read: 3000 commits.
const MOST_PAGES: u64 = 3;

impl Model<'_> {
    /// Whether the commit, which the revision resolved to, belongs to the default branch. That it
    /// does not is said only if the whole history was read.
    pub(super) fn branch(self, commit: &Commit) -> Result<BranchMembership, SourceError> {
        const WHAT: &str = "the commits of its default branch";
        if self.revision.is_none_or(|revision| revision == DEFAULT_BRANCH) {
            return Ok(BranchMembership::Default);
        }
        let mut head = None;
        let mut read = 0_u64;
        for page in 0..MOST_PAGES {
            let url = self.hub.addresses.commits(self.id, DEFAULT_BRANCH, page, LARGEST_PAGE);
            let url = url.map_err(|error| self.unaddressable(&error))?;
            let Some(reply) = self.page(&url, WHAT, page == 0)? else {
                return Ok(BranchMembership::Unknown);
            };
            let ids = read_ids(&reply.body).map_err(|error| self.odd(&reply, WHAT, &error))?;
            if ids.contains(commit) {
                return Ok(BranchMembership::Default);
            }
            read = read.saturating_add(ids.len() as u64);
            let is_last = reply.facts.link.is_none();
            if head.is_none() {
                head = ids.into_iter().next();
            }
            let is_whole = reply.facts.total_count.is_none_or(|count| count <= read);
            match head {
                Some(head) if is_last && is_whole => {
                    return Ok(BranchMembership::Elsewhere { head });
                }
                None => return Ok(BranchMembership::Unknown),
                Some(_) if is_last => return Ok(BranchMembership::Unknown),
                Some(_) => {}
            }
        }
        Ok(BranchMembership::Unknown)
    }
}
