//! Documents: pages counted along the page tree, nothing unpacked beyond a bound. The only file that
//! names the PDF library.
//!
//! What is not here: drawing them; the page does that.

use std::io::{Read, Seek, SeekFrom};

use lopdf::{DecompressError, Document, Error, LoadOptions, Object, ObjectId};
use model::Refusal;
use model::limits::{EVIDENCE_PAGES_MAX, EVIDENCE_PDF_STREAM_MAX, EVIDENCE_PDF_STREAMS_MAX};

use super::{Answer, Found, Source};

pub(super) fn look<R: Read + Seek>(source: &mut Source<'_, R>) -> Answer<Found> {
    let Ok(length) = usize::try_from(source.bytes) else { return Ok(Err(Refusal::FileTooLarge)) };
    let mut bytes = Vec::with_capacity(length);
    source.file.seek(SeekFrom::Start(0))?;
    source.file.take(source.bytes).read_to_end(&mut bytes)?;
    Ok(pages(&bytes).map(|pages| Found { media_type: "application/pdf", pages }))
}

fn pages(bytes: &[u8]) -> Result<u16, Refusal> {
    if count(bytes, b"/ObjStm") > EVIDENCE_PDF_STREAMS_MAX {
        return Err(Refusal::FileTooLarge);
    }
    // Cut off documents end without this mark; a library may still find some pages in them.
    let tail = bytes.get(bytes.len().saturating_sub(2_048)..).unwrap_or_default();
    if count(tail, b"%%EOF") == 0 {
        return Err(Refusal::FileNotReadable);
    }
    let options = LoadOptions {
        filter: Some(without_content),
        max_decompressed_size: Some(EVIDENCE_PDF_STREAM_MAX),
        ..LoadOptions::default()
    };
    let document =
        Document::load_mem_with_options(bytes, options).map_err(|fault| refusal(&fault))?;
    if document.is_encrypted() || document.trailer.has(b"Encrypt") || document.was_encrypted() {
        return Err(Refusal::FileEncrypted);
    }
    let found = document.page_iter().take(usize::from(EVIDENCE_PAGES_MAX) + 1).count();
    match u16::try_from(found) {
        Ok(0) => Err(Refusal::FileNotReadable),
        Ok(found) if found <= EVIDENCE_PAGES_MAX => Ok(found),
        Ok(_) | Err(_) => Err(Refusal::FileTooLarge),
    }
}

/// Drops what pages are made of: only the tree is of interest, and memory is short.
fn without_content(id: ObjectId, object: &mut Object) -> Option<(ObjectId, Object)> {
    if let Ok(stream) = object.as_stream()
        && !stream.dict.has_type(b"ObjStm")
        && !stream.dict.has_type(b"XRef")
    {
        return None;
    }
    Some((id, object.clone()))
}

fn refusal(fault: &Error) -> Refusal {
    if matches!(
        fault,
        Error::Decryption(_)
            | Error::InvalidPassword
            | Error::AlreadyEncrypted
            | Error::UnsupportedSecurityHandler(_)
    ) {
        Refusal::FileEncrypted
    } else if matches!(fault, Error::Decompress(DecompressError::MemoryLimitExceeded { .. })) {
        Refusal::FileTooLarge
    } else {
        Refusal::FileNotReadable
    }
}

fn count(bytes: &[u8], word: &[u8]) -> usize {
    bytes.windows(word.len()).filter(|window| *window == word).count()
}
