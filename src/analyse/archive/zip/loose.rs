//! The bytes of a zip that no directory accounts for, and the members hidden in them.

use super::super::name;
use super::super::signature;
use super::header::{DESCRIPTOR, LOCAL, Local};
use super::member::ZipMember;
use super::survey::{Hidden, Surveyor};
use crate::analyse::Stop;
use crate::base::{Budget, read_up_to};
use crate::evidence::ArchiveAnomaly as Anomaly;

/// Zeros between members that pass as padding.
const PADDING: u64 = 64 << 10;

impl Surveyor<'_> {
    /// Walks bytes that no directory accounts for, from one local header to the next.
    pub(super) fn walk(&mut self, from: u64, to: u64, hidden: Hidden) -> Result<(), Stop> {
        if hidden != Hidden::Unlisted && self.is_padding(from, to)? {
            return Ok(());
        }
        let mut at = from;
        let mut loose = 0_u64;
        let mut open_end: Option<usize> = None;
        while at < to {
            let next = self.next_local(at, to)?;
            let end = next.unwrap_or(to);
            if open_end.is_none() {
                loose = loose.saturating_add(end.saturating_sub(at));
            }
            let Some(found) = next else { break };
            if self.members.len() as u64 >= self.limits.members {
                self.exhausted(Budget::Members, self.limits.members);
                break;
            }
            let local = Local::read_plausible(&mut self.pages, found)?;
            let Some(local) = local.filter(|local| local.data <= to) else {
                if open_end.is_none() {
                    loose = loose.saturating_add(4);
                }
                at = found.saturating_add(4);
                continue;
            };
            if let Some(index) = open_end.take() {
                self.close(index, found)?;
            }
            if !self.afford(local.length(), local.header.name.len()) {
                break;
            }
            at = self.add_unlisted(&local, to, hidden);
            if local.is_streamed() {
                open_end = Some(self.members.len().saturating_sub(1));
            }
        }
        if let Some(index) = open_end {
            self.close(index, to)?;
        }
        self.judge_loose(from, loose, hidden);
        Ok(())
    }

    /// Takes up a member that no directory names; returns where to go on looking.
    fn add_unlisted(&mut self, local: &Local, to: u64, hidden: Hidden) -> u64 {
        let mut member = ZipMember::new(&local.header, local, false);
        let name = member.name.clone();
        if hidden != Hidden::Unlisted {
            self.anomalies.add(local.at, Anomaly::GhostMember, name.clone());
        }
        if let Some(why) = name::hazard(&local.header.name) {
            self.anomalies.add(local.at, Anomaly::UnsafePath, format!("{name:.100}: {why}"));
        }
        let end = local.data.saturating_add(member.compressed_size);
        if local.is_streamed() {
            member.compressed_size = to.saturating_sub(local.data);
            self.members.push(member);
            return local.data;
        }
        let go_on = if end <= to {
            end
        } else {
            member.shares_bytes = true;
            member.compressed_size =
                self.length.saturating_sub(local.data).min(member.compressed_size);
            local.data
        };
        self.members.push(member);
        go_on
    }

    /// Ends a member whose header leaves its size open, in front of `next`.
    fn close(&mut self, index: usize, next: u64) -> Result<(), Stop> {
        let Some(member) = self.members.get_mut(index) else { return Ok(()) };
        if member.method != 0 {
            // Compressed data says itself where it ends.
            return Ok(());
        }
        let mut end = next;
        for length in [16, 24] {
            let mut signature = [0; 4];
            let at = next.saturating_sub(length);
            if at >= member.data_offset
                && read_up_to(self.bytes, at, &mut signature)? == 4
                && signature == DESCRIPTOR
            {
                end = at;
                break;
            }
        }
        member.compressed_size = end.saturating_sub(member.data_offset);
        member.size = member.compressed_size;
        Ok(())
    }

    fn judge_loose(&mut self, from: u64, loose: u64, hidden: Hidden) {
        let anomaly = match hidden {
            Hidden::InFront => Anomaly::PrefixBytes,
            Hidden::Between => Anomaly::GapBytes,
            Hidden::Unlisted => return,
        };
        if loose > 0 {
            let searched = if self.to_search == 0 { ", not all of them searched" } else { "" };
            let detail = format!("{loose} bytes that belong to no member{searched}");
            self.anomalies.add(from, anomaly, detail);
        }
    }

    fn is_padding(&self, from: u64, to: u64) -> Result<bool, Stop> {
        let length = to.saturating_sub(from);
        if length > PADDING || from == 0 {
            return Ok(false);
        }
        let mut gap = vec![0; usize::try_from(length).unwrap_or(0)];
        read_up_to(self.bytes, from, &mut gap)?;
        Ok(gap.iter().all(|byte| *byte == 0))
    }

    /// The next local header between `from` and `to`, as far as the search may go.
    fn next_local(&mut self, from: u64, to: u64) -> Result<Option<u64>, Stop> {
        let mut at = from;
        let mut piece = vec![0; 64];
        while at < to && self.to_search > 0 {
            let left = usize::try_from(to.saturating_sub(at)).unwrap_or(usize::MAX);
            let count = read_up_to(self.bytes, at, &mut piece)?.min(left);
            let read = piece.get(..count).unwrap_or(&[]);
            if let Some(found) = signature::find(read, LOCAL, 0) {
                // What looks like a header costs more than what does not.
                let cost = found.saturating_add(64) as u64;
                self.to_search = self.to_search.saturating_sub(cost);
                return Ok(Some(at.saturating_add(found as u64)));
            }
            if count < 4 || count == left {
                break;
            }
            // A signature may begin in the last three bytes.
            let step = count.saturating_sub(3) as u64;
            self.to_search = self.to_search.saturating_sub(step);
            at = at.saturating_add(step);
            piece.resize(64 << 10, 0);
        }
        Ok(None)
    }
}
