//! The minutes of a hearing with the number and the digests of the ledger lines they stand in.
//!
//! What is not here: checking media, which is `assize verify`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use model::archive::{ArchiveFault, Proof, Proofs};
use record::digest::Digests;
use record::entry::Entry;
use record::index::Index;
use record::ledger::{LEDGER_FILE, Ledger, Lines};

use crate::folder::doing;

/// Bytes read at once.
const READ_BYTES: usize = 1024 * 1024;

/// Reads a ledger from its beginning as far as each line follows the one before it.
pub(crate) fn proofs(folder: &Path) -> Result<Proofs, ArchiveFault> {
    let path = folder.join(LEDGER_FILE);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {
            return Err(ArchiveFault::NotFound);
        }
        Err(fault) => return Err(doing("open", &path)(fault).into()),
    };
    let (mut ledger, mut lines) = (Ledger::default(), Lines::default());
    let (mut index, mut minutes, mut whole) = (Index::outline(), Vec::new(), true);
    let mut buffer = vec![0; READ_BYTES];
    'file: loop {
        let count = file.read(&mut buffer).map_err(doing("read", &path))?;
        if count == 0 {
            break;
        }
        lines.push(&buffer[..count]);
        while let Some(bytes) = lines.next_line() {
            let Ok(line) = ledger.read(bytes) else {
                whole = false;
                break 'file;
            };
            index.apply(&line);
            if let Entry::Minute { minute } = line.entry {
                let Digests { sha256, sm3 } = ledger.head();
                let (sha256, sm3) = (sha256.to_string(), sm3.to_string());
                minutes.push(Proof { number: line.n, sha256, sm3, minute });
            }
        }
    }
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
