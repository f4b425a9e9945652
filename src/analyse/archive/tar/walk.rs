//! From one header of a tar to the next.

use std::io;

use super::super::anomalies::Anomalies;
use super::super::name;
use super::header::{BLOCK, Extended, Header, Kind};
use crate::analyse::Stop;
use crate::base::{Budget, Limits, ReadAt, read_up_to};
use crate::evidence::ArchiveAnomaly as Anomaly;

/// A member with data.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: String,
    /// Where its header stands.
    pub(super) header: u64,
    /// Where its data begins.
    pub(super) data: u64,
    /// Bytes of data in the archive.
    pub(super) size: u64,
    pub(super) content: Content,
}

/// What a member's data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// The file.
    Plain,
    /// The file without its holes.
    Sparse,
    /// Data that should not be there, of a link, say: readers find members in it, or pass over it.
    Unexpected,
    /// None.
    Nothing,
}

/// Bytes that are searched for headers where none should be, over one archive.
const SEARCHED: u64 = 64 << 20;

/// Walks the headers, forwards only.
pub(super) struct Walk<'a> {
    bytes: &'a dyn ReadAt,
    limits: &'a Limits,
    at: u64,
    count: u64,
    name_bytes: u64,
    global: Extended,
    pub(super) anomalies: Anomalies,
    to_search: u64,
    ended: bool,
    /// Where the data of the last member ends.
    data_end: u64,
}

impl<'a> Walk<'a> {
    pub(super) fn new(bytes: &'a dyn ReadAt, limits: &'a Limits) -> Self {
        Self {
            bytes,
            limits,
            at: 0,
            count: 0,
            name_bytes: 0,
            global: Extended::default(),
            anomalies: Anomalies::default(),
            to_search: SEARCHED,
            ended: false,
            data_end: 0,
        }
    }

    /// The next member.
    pub(super) fn next(&mut self) -> Result<Option<Member>, Stop> {
        let mut extended = self.global.clone();
        let mut long_name = None;
        let mut long_link = None;
        while !self.ended {
            let Some(header) = self.next_header()? else { break };
            if self.count >= self.limits.members {
                let limit = self.limits.members;
                return Err(Stop::Exhausted { budget: Budget::Members, limit, offset: None });
            }
            self.count = self.count.saturating_add(1);
            match header.kind {
                Kind::LongName => long_name = Some(self.text(&header)?),
                Kind::LongLink => long_link = Some(self.text(&header)?),
                Kind::Extended => {
                    let text = self.data(&header)?;
                    self.read_records(&mut extended, &text);
                }
                Kind::Global => {
                    let text = self.data(&header)?;
                    let mut global = self.global.clone();
                    self.read_records(&mut global, &text);
                    self.global = global;
                    // What does not parse was noted just now.
                    extended.read(&text);
                }
                _ => return self.member(header, extended, long_name, long_link).map(Some),
            }
        }
        Ok(None)
    }

    fn read_records(&mut self, extended: &mut Extended, text: &[u8]) {
        if !extended.read(text) {
            let detail = "extended header records that don't parse";
            self.anomalies.add(self.at, Anomaly::MalformedHeader, detail);
        }
    }

    /// The next header; `None` at the end.
    fn next_header(&mut self) -> Result<Option<Header>, Stop> {
        loop {
            let mut block = [0; BLOCK];
            let count = read_up_to(self.bytes, self.at, &mut block)?;
            if count < BLOCK {
                return self.end(count).map(|()| None);
            }
            if block == [0; BLOCK] {
                self.pass_zeros()?;
                if self.ended {
                    return Ok(None);
                }
                continue;
            }
            let here = self.at;
            self.at = self.at.saturating_add(BLOCK as u64);
            match Header::parse(&block) {
                Some(header) => {
                    if !header.checksum {
                        let detail = name::text(&header.name);
                        self.anomalies.add(here, Anomaly::Checksum, detail);
                    }
                    return Ok(Some(header));
                }
                None => self.search(here)?,
            }
        }
    }

    /// At the end of the bytes, with `rest` bytes that make no block.
    fn end(&mut self, rest: usize) -> Result<(), Stop> {
        self.ended = true;
        if rest > 0 {
            let detail = format!("{rest} bytes that make no block");
            self.anomalies.add(self.at, Anomaly::SuffixBytes, detail);
        }
        let last = self.data_end.checked_sub(1);
        if let Some(last) = last
            && self.bytes.read_at(last, &mut [0])? == 0
        {
            return Err(Stop::malformed(self.data_end, "the archive breaks off"));
        }
        Ok(())
    }

    /// Passes over the zero blocks of the end. What follows is read by some readers only: all
    /// those that are told to ignore zeros, and GNU tar behind a single block.
    fn pass_zeros(&mut self) -> Result<(), Stop> {
        let mut piece = vec![0; 64 << 10];
        loop {
            let count = read_up_to(self.bytes, self.at, &mut piece)?;
            let read = piece.get(..count).unwrap_or(&[]);
            if count == 0 {
                self.ended = true;
                return Ok(());
            }
            if let Some(found) = read.iter().position(|byte| *byte != 0) {
                let at = self.at.saturating_add(found as u64);
                let detail = "bytes behind the end of the archive";
                self.anomalies.add(at, Anomaly::SuffixBytes, detail);
                let block = (found / BLOCK).saturating_mul(BLOCK);
                self.at = self.at.saturating_add(block as u64);
                return Ok(());
            }
            self.at = self.at.saturating_add(count as u64);
        }
    }

    /// Looks for the next header behind a block that is none.
    fn search(&mut self, from: u64) -> Result<(), Stop> {
        let mut block = [0; BLOCK];
        loop {
            let searched = self.at.saturating_sub(from);
            let count = read_up_to(self.bytes, self.at, &mut block)?;
            let found = Header::parse(&block).is_some_and(|header| header.checksum);
            if count < BLOCK || found || self.to_search == 0 {
                let detail = format!("{searched} bytes that are no header");
                self.anomalies.add(from, Anomaly::MalformedHeader, detail);
                if !found {
                    self.ended = true;
                }
                return Ok(());
            }
            self.to_search = self.to_search.saturating_sub(BLOCK as u64);
            self.at = self.at.saturating_add(BLOCK as u64);
        }
    }

    /// The data of a header that is about other members, passed over.
    fn data(&mut self, header: &Header) -> Result<Vec<u8>, Stop> {
        if header.size > self.limits.text {
            let limit = self.limits.text;
            let offset = Some(self.at);
            return Err(Stop::Exhausted { budget: Budget::Text, limit, offset });
        }
        let mut data = Vec::new();
        let mut piece = vec![0; 64 << 10];
        let mut left = usize::try_from(header.size).unwrap_or(usize::MAX);
        while left > 0 {
            let wanted = left.min(piece.len());
            let at = self.at.saturating_add(data.len() as u64);
            let piece = piece.get_mut(..wanted).unwrap_or(&mut []);
            let count = read_up_to(self.bytes, at, piece)?;
            data.extend_from_slice(piece.get(..count).unwrap_or(&[]));
            if count < wanted {
                return Err(Stop::malformed(at, "the archive breaks off"));
            }
            left = left.saturating_sub(count);
        }
        self.pass(header.size);
        Ok(data)
    }

    fn text(&mut self, header: &Header) -> Result<Vec<u8>, Stop> {
        let mut data = self.data(header)?;
        if let Some(nul) = data.iter().position(|byte| *byte == 0) {
            data.truncate(nul);
        }
        Ok(data)
    }

    /// Passes over data, which fills whole blocks.
    fn pass(&mut self, size: u64) {
        let blocks = size.div_ceil(BLOCK as u64);
        self.data_end = self.at.saturating_add(size);
        self.at = self.at.saturating_add(blocks.saturating_mul(BLOCK as u64));
    }

    fn member(
        &mut self,
        header: Header,
        extended: Extended,
        long_name: Option<Vec<u8>>,
        long_link: Option<Vec<u8>>,
    ) -> Result<Member, Stop> {
        let at = self.at.saturating_sub(BLOCK as u64);
        let full_name = extended.path.or(long_name).unwrap_or(header.name);
        let target = extended.link.or(long_link).unwrap_or(header.link);
        let name = name::text(&full_name);
        self.name_bytes = self.name_bytes.saturating_add(name.len() as u64);
        if self.name_bytes > self.limits.text {
            let limit = self.limits.text;
            return Err(Stop::Exhausted { budget: Budget::Text, limit, offset: None });
        }
        if let Some(why) = name::hazard(&full_name) {
            self.anomalies.add(at, Anomaly::UnsafePath, format!("{name:.100}: {why}"));
        }
        let size = extended.size.unwrap_or(header.size);
        // Only sizes that the header's own field can't hold have a reason to stand elsewhere.
        if size != header.size && header.size != 0 && size < 1 << 33 {
            let detail = format!("{name}: {} bytes here, {size} in the extension", header.size);
            self.anomalies.add(at, Anomaly::HeaderMismatch, detail);
        }
        let content = match header.kind {
            Kind::HardLink | Kind::SymbolicLink => {
                let detail = format!("{name} -> {}", name::text(&target));
                self.anomalies.add(at, Anomaly::Link, detail);
                Content::Unexpected
            }
            Kind::Special => {
                self.anomalies.add(at, Anomaly::SpecialMember, name.clone());
                Content::Unexpected
            }
            Kind::Unknown(flag) => {
                let detail = format!("{name}: type {:?}", char::from(flag));
                self.anomalies.add(at, Anomaly::SpecialMember, detail);
                Content::Plain
            }
            Kind::Folder => Content::Unexpected,
            Kind::Sparse => {
                self.pass_sparse_blocks(header.continued)?;
                Content::Sparse
            }
            _ if extended.sparse => Content::Sparse,
            _ => Content::Plain,
        };
        let data = self.at;
        let content = if size == 0 { Content::Nothing } else { content };
        if content == Content::Sparse {
            let detail = format!("{name}: a sparse file");
            self.anomalies.add(at, Anomaly::SpecialMember, detail);
        }
        if content == Content::Unexpected {
            // Python goes on right behind such a header, GNU tar behind the data.
            let detail = format!("{name}: {size} bytes of data where there should be none");
            self.anomalies.add(at, Anomaly::HeaderMismatch, detail);
        } else {
            self.pass(size);
        }
        Ok(Member { name, header: at, data, size, content })
    }

    /// Passes over the blocks that continue a sparse header.
    fn pass_sparse_blocks(&mut self, mut continued: bool) -> io::Result<()> {
        while continued {
            let mut block = [0; BLOCK];
            if read_up_to(self.bytes, self.at, &mut block)? < BLOCK {
                break;
            }
            self.at = self.at.saturating_add(BLOCK as u64);
            continued = block.get(504).is_some_and(|flag| *flag != 0);
        }
        Ok(())
    }
}
