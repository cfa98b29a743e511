//! A part of a record to hand out, with its proof: one ZIP file, nothing in it packed.
//!
//! It holds a playable file for each person and screen, in which the pieces stand byte for byte as
//! they were attested; the whole ledger and its seal; `proof.json`, which says where in which file
//! each piece stands, with the entry that attests it and its digests; and a note how to check it.
//!
//! What is not here: who may have it, and why.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use model::ParticipantId;
use model::archive::ArchiveFault;
use model::limits::PART_BYTES_MAX;
use model::recording::{PartMade, PartOrder};
use record::digest::{Digester, Digests};
use record::entry::Entry;
use record::index::Index;
use record::ledger::LEDGER_FILE;
use record::playable::{Layout, Slice};
use record::seal::SEAL_FILE;
use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::RecorderFault;
use crate::folder::doing;
use crate::proof::walk;

/// Bytes copied at once.
const COPY_BYTES: usize = 256 * 1024;
/// Bytes of the ledger in a part; a longer one belongs to a package of the whole record.
const LEDGER_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// How a part is checked, in the words of who gets it.
const READ_ME: &str = "\
本文件是庭审录音录像的一部分，按原始数据逐块摘出，未经转码。\r
\r
核对方法：\r
1. ledger.jsonl 每行的 prev 等于上一行（不含换行符）的 SHA-256 与 SM3；末行的校验值见 seal.json。\r
2. proof.json 的 pieces 列出各录像文件中每一数据块的位置 at、长度 length 及其 SHA-256、SM3，\
与 ledger.jsonl 第 entry 条（从 0 起）所载一致。\r
3. 对录像文件中该位置的字节计算 SHA-256 或者 SM3，应与之相同。\r
有 subtitles.vtt 的，是依固定的笔录生成的字幕，时间从本片段开始计算，仅供观看。\r
\r
This is a part of the record of a hearing: pieces as they were attested, nothing re-encoded. Every\r
line of ledger.jsonl names in prev the digests of the line before it; seal.json names the last.\r
proof.json says where in which file each piece stands (at, length), which entry of the ledger\r
attests it, and with which digests: hash those bytes and compare. Where there is a subtitles.vtt it\r
was made of the frozen transcript for watching; its time begins with the part.\r
";

/// Pieces by segment and offset, as an entry attests them: its number, their length and digests.
type Attested = BTreeMap<(String, u64), (u64, u64, Digests)>;

#[derive(Serialize)]
struct Proof<'a> {
    format: u32,
    hearing: model::HearingId,
    case_number: &'a str,
    from_ms: u64,
    to_ms: u64,
    media_zero: Option<model::Timestamp>,
    made_at: model::Timestamp,
    made_by: &'a str,
    reason: &'a str,
    archived: bool,
    ledger_entries: u64,
    ledger_head: Digests,
    pieces: Vec<Piece>,
}

#[derive(Serialize)]
struct Piece {
    file: String,
    at: u64,
    length: u64,
    entry: u64,
    segment: String,
    offset: u64,
    digests: Digests,
}

/// Makes the part into `into`.
pub(crate) fn make(
    folder: &Path,
    order: &PartOrder,
    into: &Path,
) -> Result<PartMade, ArchiveFault> {
    if !folder.join(LEDGER_FILE).exists() {
        return Err(ArchiveFault::NotFound);
    }
    if !folder.join(SEAL_FILE).exists() {
        return Err(ArchiveFault::NotSealed);
    }
    let (mut index, mut attested) = (Index::default(), Attested::new());
    let (ledger, whole) = walk(folder, |line, _| {
        index.apply(line);
        if let Entry::Commit { pieces } = &line.entry {
            for piece in pieces {
                let place = (piece.segment.clone(), piece.offset);
                attested.insert(place, (line.n, piece.length, piece.digests));
            }
        }
    })?;
    if !whole {
        return Err(ArchiveFault::Disk("read the ledger: a line does not follow".to_owned()));
    }
    let layouts = layouts(&index, order);
    let bytes: u64 = layouts.iter().map(|(_, layout)| layout.bytes()).sum();
    let ledger_bytes = ledger.bytes();
    if layouts.is_empty() {
        return Err(ArchiveFault::NotFound);
    }
    if bytes > PART_BYTES_MAX || ledger_bytes > LEDGER_BYTES_MAX {
        return Err(ArchiveFault::TooLarge);
    }
    let file = File::options().read(true).write(true).create_new(true).open(into);
    let mut zip = Zip { zip: ZipWriter::new(file.map_err(doing("make", into))?), into };
    let pieces = zip.tapes(folder, &layouts, &attested)?;
    let heading = index.heading();
    let proof = Proof {
        format: 1,
        hearing: order.hearing,
        case_number: heading.map_or("", |heading| heading.case_number.reveal()),
        from_ms: order.from_ms,
        to_ms: order.to_ms,
        media_zero: index.zero,
        made_at: order.at,
        made_by: order.by.reveal(),
        reason: order.reason.reveal(),
        archived: order.archived,
        ledger_entries: ledger.entries(),
        ledger_head: ledger.head(),
        pieces,
    };
    let text = serde_json::to_vec_pretty(&proof).map_err(io::Error::other);
    let text = text.map_err(doing("write", into))?;
    zip.begin("proof.json")?;
    zip.write(&text)?;
    zip.begin(LEDGER_FILE)?;
    zip.copy(&folder.join(LEDGER_FILE), 0, ledger_bytes)?;
    let seal = folder.join(SEAL_FILE);
    let sealed = std::fs::read(&seal).map_err(doing("read", &seal))?;
    zip.begin(SEAL_FILE)?;
    zip.write(&sealed)?;
    if !order.subtitles.reveal().is_empty() {
        zip.begin("subtitles.vtt")?;
        zip.write(order.subtitles.reveal().as_bytes())?;
    }
    zip.begin("README.txt")?;
    zip.write(READ_ME.as_bytes())?;
    let (bytes, sha256) = zip.finish()?;
    Ok(PartMade { bytes, sha256, pieces: proof.pieces.len() as u64 })
}

/// A file for each person and each screen of which something was recorded then.
fn layouts(index: &Index, order: &PartOrder) -> Vec<(String, Layout)> {
    let mut people: Vec<ParticipantId> =
        index.segments.iter().map(|segment| segment.track.participant).collect();
    people.sort_unstable();
    people.dedup();
    people.retain(|who| order.who.is_empty() || order.who.contains(who));
    let mut found = Vec::new();
    for who in people {
        for (screen, what) in [(false, "camera"), (true, "screen")] {
            let span = order.from_ms..order.to_ms;
            if let Some(layout) = Layout::of_person(index, who, screen, span) {
                let ending = match layout.media_type() {
                    "video/x-matroska" => "mkv",
                    _ => "webm",
                };
                found.push((format!("{who}-{what}.{ending}"), layout));
            }
        }
    }
    found
}

/// Writes down which attested pieces stand in a stretch of a segment that goes to `at` of a file.
fn note(
    attested: &Attested,
    segment: &str,
    stretch: core::ops::Range<u64>,
    file: &str,
    at: u64,
    pieces: &mut Vec<Piece>,
) {
    let (from, to) = ((segment.to_owned(), stretch.start), (segment.to_owned(), stretch.end));
    for ((_, offset), (entry, length, digests)) in attested.range(from..to) {
        pieces.push(Piece {
            file: file.to_owned(),
            at: at + offset - stretch.start,
            length: *length,
            entry: *entry,
            segment: segment.to_owned(),
            offset: *offset,
            digests: *digests,
        });
    }
}

/// The file that is being made.
struct Zip<'a> {
    zip: ZipWriter<File>,
    into: &'a Path,
}

impl Zip<'_> {
    /// Writes the playable files; which attested pieces stand where.
    fn tapes(
        &mut self,
        folder: &Path,
        layouts: &[(String, Layout)],
        attested: &Attested,
    ) -> Result<Vec<Piece>, RecorderFault> {
        let mut pieces = Vec::new();
        for (name, layout) in layouts {
            self.begin(name)?;
            let mut at = 0;
            for slice in layout.slices(0..layout.bytes()) {
                at += match slice {
                    Slice::Made(made) => self.write(&made)?,
                    Slice::Segment { name: segment, offset, length } => {
                        let stretch = offset..offset + length;
                        note(attested, &segment, stretch, name, at, &mut pieces);
                        self.copy(&folder.join(segment), offset, length)?
                    }
                };
            }
        }
        Ok(pieces)
    }

    fn begin(&mut self, name: &str) -> Result<(), RecorderFault> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(true);
        let begun = self.zip.start_file(name, options).map_err(io::Error::other);
        begun.map_err(doing("write", self.into))
    }

    fn write(&mut self, bytes: &[u8]) -> Result<u64, RecorderFault> {
        self.zip.write_all(bytes).map_err(doing("write", self.into))?;
        Ok(bytes.len() as u64)
    }

    fn copy(&mut self, from: &Path, offset: u64, length: u64) -> Result<u64, RecorderFault> {
        let mut file = File::open(from).map_err(doing("open", from))?;
        file.seek(SeekFrom::Start(offset)).map_err(doing("read", from))?;
        let mut rest = file.take(length);
        let mut buffer = vec![0; COPY_BYTES];
        let mut copied = 0;
        loop {
            let count = rest.read(&mut buffer).map_err(doing("read", from))?;
            if count == 0 {
                break;
            }
            copied += self.write(&buffer[..count])?;
        }
        if copied == length {
            return Ok(copied);
        }
        Err(doing("read", from)(io::ErrorKind::UnexpectedEof.into()))
    }

    /// Closes the file, makes it durable, and reads it for its digest.
    fn finish(self) -> Result<(u64, String), RecorderFault> {
        let file = self.zip.finish().map_err(io::Error::other);
        let mut file = file.map_err(doing("write", self.into))?;
        file.sync_all().map_err(doing("sync", self.into))?;
        file.seek(SeekFrom::Start(0)).map_err(doing("read", self.into))?;
        let (mut hashing, mut bytes) = (Digester::default(), 0);
        let mut buffer = vec![0; COPY_BYTES];
        loop {
            let count = file.read(&mut buffer).map_err(doing("read", self.into))?;
            if count == 0 {
                return Ok((bytes, hashing.finish().sha256.to_string()));
            }
            hashing.update(&buffer[..count]);
            bytes += count as u64;
        }
    }
}
