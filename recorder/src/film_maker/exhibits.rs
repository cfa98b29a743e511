//! Pages of evidence as pictures, out of the files that the record names by their digests.
//!
//! What is not here: when evidence is shown and where it stands (`film`), and the programs that read
//! its formats (`ffmpeg`).

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use film::{Area, Exhibit, Sheet, Unseen};
use record::digest::Digester;

use super::ffmpeg::{self, Pieces};

/// Pages kept as pictures, for those who turn back; one takes less than 1 MiB.
const PAGES_MAX: usize = 16;
/// Bytes read at once.
const READ_BYTES: usize = 256 * 1024;

/// A page: of which file, and which one.
type Page = (String, u16);

/// The evidence of one film.
pub(super) struct Exhibits {
    folder: Option<PathBuf>,
    area: Area,
    pages: VecDeque<(Page, Result<Sheet, Unseen>)>,
    /// Files that were read through, and what that came to.
    checked: Option<(String, Result<PathBuf, Unseen>)>,
    video: Option<Video>,
}

/// A video that is shown.
struct Video {
    /// Of which exhibit, by its beginning.
    from_ms: u64,
    pieces: Option<Pieces>,
    sheet: Result<Sheet, Unseen>,
}

impl Exhibits {
    /// Evidence kept in `folder`, drawn no larger than `area`.
    pub(super) const fn new(folder: Option<PathBuf>, area: Area) -> Self {
        Self { folder, area, pages: VecDeque::new(), checked: None, video: None }
    }

    /// What is to be seen of an exhibit at a moment of the media time line; called once for each
    /// picture of the film, in order.
    pub(super) fn sheet(&mut self, exhibit: &Exhibit, media_ms: u64) -> Result<&Sheet, Unseen> {
        let media_type = exhibit.item.media_type.as_str();
        if media_type.starts_with("audio/") {
            return Err(Unseen::Sound);
        }
        if media_type.starts_with("video/") {
            return self.video(exhibit, media_ms);
        }
        self.video = None;
        let page = (exhibit.item.sha256.clone(), exhibit.page);
        if let Some(at) = self.pages.iter().position(|(of, _)| *of == page) {
            return self.pages[at].1.as_ref().map_err(|why| *why);
        }
        let sheet = self.file(exhibit).and_then(|file| {
            let drawn = ffmpeg::still(&file, media_type, exhibit.page, self.area);
            drawn.map_err(|fault| unreadable(&fault))
        });
        if self.pages.len() >= PAGES_MAX {
            self.pages.pop_front();
        }
        self.pages.push_back((page, sheet));
        match self.pages.back() {
            Some((_, sheet)) => sheet.as_ref().map_err(|why| *why),
            None => Err(Unseen::Unreadable),
        }
    }

    fn video(&mut self, exhibit: &Exhibit, media_ms: u64) -> Result<&Sheet, Unseen> {
        let runs = exhibit.playing.is_some_and(|playing| playing.running);
        if self.video.as_ref().is_none_or(|video| video.from_ms != exhibit.from_ms) {
            let begun = self.file(exhibit).and_then(|file| {
                let begun = ffmpeg::video(&file, exhibit.place_ms(media_ms), self.area);
                begun.map_err(|fault| unreadable(&fault))
            });
            let (pieces, why) = match begun {
                Ok(pieces) => (Some(pieces), Unseen::Unreadable),
                Err(why) => (None, why),
            };
            self.video = Some(Video { from_ms: exhibit.from_ms, pieces, sheet: Err(why) });
            self.next_of_video();
        } else if runs {
            self.next_of_video();
        }
        match &self.video {
            Some(video) => video.sheet.as_ref().map_err(|why| *why),
            None => Err(Unseen::Unreadable),
        }
    }

    /// The video's next picture; its last one stays.
    fn next_of_video(&mut self) {
        let Some(video) = &mut self.video else { return };
        let Some(bytes) = video.pieces.as_ref().and_then(Pieces::next) else { return };
        let Area { width, height, .. } = self.area;
        let former = std::mem::replace(&mut video.sheet, Ok(Sheet { width, height, bytes }));
        if let (Some(pieces), Ok(former)) = (&video.pieces, former) {
            pieces.give_back(former.bytes);
        }
    }

    /// The file of an exhibit, when it is the one that was shown.
    fn file(&mut self, exhibit: &Exhibit) -> Result<PathBuf, Unseen> {
        let name = &exhibit.item.sha256;
        if let Some((of, found)) = &self.checked
            && of == name
        {
            return found.clone();
        }
        let found = self.folder.as_deref().ok_or(Unseen::NotKept).and_then(|folder| {
            let path = place(folder, name).ok_or(Unseen::NotKept)?;
            match is_whole(&path, name) {
                Ok(true) => Ok(path),
                Ok(false) => Err(Unseen::Altered),
                Err(fault) => {
                    tracing::warn!(%fault, "a piece of evidence is not in the film");
                    Err(Unseen::NotKept)
                }
            }
        });
        self.checked = Some((name.clone(), found.clone()));
        found
    }
}

fn unreadable(fault: &io::Error) -> Unseen {
    tracing::warn!(%fault, "no picture of a piece of evidence");
    Unseen::Unreadable
}

/// Where a file of this digest is kept; nothing when it is no digest.
fn place(folder: &Path, sha256: &str) -> Option<PathBuf> {
    let plain = sha256.len() == 64 && sha256.bytes().all(|of| of.is_ascii_hexdigit());
    plain.then(|| folder.join("kept").join(&sha256[..2]).join(sha256))
}

fn is_whole(path: &Path, sha256: &str) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut digester = Digester::default();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(digester.finish().sha256.to_string() == sha256);
        }
        digester.update(&buffer[..count]);
    }
}
