//! A ledger read from its beginning as a chain: its minutes with the digests of their lines, and
//! what it says of how the record was made.
//!
//! What is not here: checking media, which is `assize verify`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use model::RecordFault;
use model::archive::{ArchiveFault, Proof, Proofs};
use model::recording::{Event, RecordFacts, Roll, Trouble};
use record::digest::Digests;
use record::entry::{Entry, Line};
use record::index::Index;
use record::ledger::{LEDGER_FILE, Ledger, Lines};

use crate::folder::doing;
use crate::transcripts::said;

/// Bytes read at once.
const READ_BYTES: usize = 1024 * 1024;

/// Reads a ledger as far as each line follows the one before it, and hands each on with the chain
/// as it stands behind it. Answers the chain, and whether it goes to the end of the file.
pub(crate) fn walk(
    folder: &Path,
    mut each: impl FnMut(&Line, &Ledger),
) -> Result<(Ledger, bool), ArchiveFault> {
    let path = folder.join(LEDGER_FILE);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
            return Err(ArchiveFault::NotFound);
        }
        Err(fault) => return Err(doing("open", &path)(fault).into()),
    };
    let (mut ledger, mut lines) = (Ledger::default(), Lines::default());
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let count = file.read(&mut buffer).map_err(doing("read", &path))?;
        if count == 0 {
            return Ok((ledger, true));
        }
        lines.push(&buffer[..count]);
        while let Some(bytes) = lines.next_line() {
            let Ok(line) = ledger.read(bytes) else { return Ok((ledger, false)) };
            each(&line, &ledger);
        }
    }
}

fn proof(line: &Line, ledger: &Ledger) -> Option<Proof> {
    let Entry::Minute { minute } = &line.entry else { return None };
    let Digests { sha256, sm3 } = ledger.head();
    let (sha256, sm3) = (sha256.to_string(), sm3.to_string());
    Some(Proof { number: line.n, sha256, sm3, minute: minute.clone() })
}

/// The minutes of a hearing.
pub(crate) fn proofs(folder: &Path) -> Result<Proofs, ArchiveFault> {
    let (mut index, mut minutes) = (Index::outline(), Vec::new());
    let (ledger, whole) = walk(folder, |line, ledger| {
        index.apply(line);
        minutes.extend(proof(line, ledger));
    })?;
    let Digests { sha256, sm3 } = ledger.head();
    Ok(Proofs {
        line: index.archive_line().ok_or(ArchiveFault::NotFound)?,
        minutes,
        whole,
        entries: ledger.entries(),
        head_sha256: sha256.to_string(),
        head_sm3: sm3.to_string(),
    })
}

/// How the record of a hearing was made.
pub(crate) fn facts(folder: &Path) -> Result<RecordFacts, ArchiveFault> {
    let (mut index, mut minutes) = (Index::outline(), Vec::new());
    let (mut rolls, mut events, mut software) = (Vec::new(), Vec::new(), Vec::new());
    let (ledger, whole) = walk(folder, |line, ledger| {
        index.apply(line);
        minutes.extend(proof(line, ledger));
        happened(line, &mut rolls, &mut events);
        if let Entry::Opened { software: by, .. } | Entry::Reopened { software: by, .. } =
            &line.entry
            && !software.contains(by)
        {
            software.push(by.clone());
        }
    })?;
    let Digests { sha256, sm3 } = ledger.head();
    Ok(RecordFacts {
        line: index.archive_line().ok_or(ArchiveFault::NotFound)?,
        minutes,
        zero: index.zero,
        media_ms: index.media_ms,
        rolls,
        events,
        software,
        whole,
        entries: ledger.entries(),
        head_sha256: sha256.to_string(),
        head_sm3: sm3.to_string(),
        said: said(folder)?,
    })
}

/// What one line says of the making of the record.
fn happened(line: &Line, rolls: &mut Vec<Roll>, events: &mut Vec<Event>) {
    let (number, at) = (line.n, line.at);
    match &line.entry {
        Entry::Roll { rolling, ordered_at, .. } => match (rolling, rolls.last_mut()) {
            (true, Some(Roll { to: None, .. })) | (false, None) => {}
            (true, _) => rolls.push(Roll { from: *ordered_at, to: None }),
            (false, Some(last)) => last.to = last.to.or(Some(*ordered_at)),
        },
        Entry::Lost { track, from, to, cause, packets } => {
            let (track, cause, packets) = (*track, *cause, *packets);
            let trouble = Trouble::Lost { track, until: *to, cause, packets };
            events.push(Event { number, from: *from, trouble });
        }
        Entry::Reanchor { track, shift_ms, cause, .. } => {
            let trouble = Trouble::Reanchor { track: *track, shift_ms: *shift_ms, cause: *cause };
            events.push(Event { number, from: at, trouble });
        }
        Entry::Fault { fault, since } => {
            let trouble = Trouble::Fault { fault: *fault, until: None };
            events.push(Event { number, from: *since, trouble });
        }
        Entry::Mended { fault, .. } => mend(*fault, at, events),
        Entry::Recovered { from, to, torn, damaged } => {
            if let Some(last) = rolls.last_mut() {
                last.to = last.to.or(Some(*from));
            }
            let torn = u32::try_from(torn.len()).unwrap_or(u32::MAX);
            let trouble = Trouble::Recovered { until: *to, torn, damaged: damaged.clone() };
            events.push(Event { number, from: *from, trouble });
        }
        Entry::Opened { .. }
        | Entry::Reopened { .. }
        | Entry::Minute { .. }
        | Entry::Segment { .. }
        | Entry::Commit { .. }
        | Entry::SegmentSealed { .. }
        | Entry::Sealed { .. } => {}
    }
}

/// Ends the last fault of a kind.
fn mend(mended: RecordFault, at: model::Timestamp, events: &mut [Event]) {
    let open = events.iter_mut().rev().find_map(|event| match &mut event.trouble {
        Trouble::Fault { fault, until: until @ None } if *fault == mended => Some(until),
        Trouble::Fault { .. }
        | Trouble::Lost { .. }
        | Trouble::Recovered { .. }
        | Trouble::Reanchor { .. } => None,
    });
    if let Some(until) = open {
        *until = Some(at);
    }
}
