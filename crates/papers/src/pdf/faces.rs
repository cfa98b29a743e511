//! Fonts of the press: the simplified Chinese face of each collection, and further fonts for what
//! it lacks.
//!
//! What is not here: where fonts lie on a disk.

use std::sync::Arc;

use krilla::text::Font;
use rustybuzz::Face;
use rustybuzz::ttf_parser::{fonts_in_collection, name_id};

/// How the family of a simplified Chinese face ends.
const SIMPLIFIED: &str = " SC";

/// A font that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FontFault {
    /// It is no font, or damaged.
    #[error("it is not a font or is damaged")]
    Unreadable,
    /// A collection has no simplified Chinese face.
    #[error("it has no simplified Chinese face")]
    NoFace,
}

/// A font file, shared by who shapes and who draws.
struct File(Vec<u8>);

impl AsRef<[u8]> for File {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// One face of a font file.
struct One {
    bytes: Arc<File>,
    index: u32,
    font: Font,
}

impl One {
    fn read(bytes: Vec<u8>) -> Result<Self, FontFault> {
        let bytes = Arc::new(File(bytes));
        let index = match fonts_in_collection(&bytes.0) {
            None => 0,
            Some(count) => {
                let is_simplified = |index: &u32| {
                    Face::from_slice(&bytes.0, *index).is_some_and(|face| {
                        face.names().into_iter().any(|name| {
                            name.name_id == name_id::FAMILY
                                && name.to_string().is_some_and(|name| name.ends_with(SIMPLIFIED))
                        })
                    })
                };
                (0..count).find(is_simplified).ok_or(FontFault::NoFace)?
            }
        };
        Face::from_slice(&bytes.0, index).ok_or(FontFault::Unreadable)?;
        let kept: Arc<File> = Arc::clone(&bytes);
        let shared: Arc<dyn AsRef<[u8]> + Send + Sync> = kept;
        let font = Font::new(shared.into(), index).ok_or(FontFault::Unreadable)?;
        Ok(Self { bytes, index, font })
    }
}

/// The fonts a document is set in.
pub struct Fonts {
    regular: One,
    bold: One,
    further: Vec<One>,
}

impl core::fmt::Debug for Fonts {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Fonts").field("further", &self.further.len()).finish_non_exhaustive()
    }
}

impl Fonts {
    /// Reads the files of the regular and the bold font, and of further ones that are looked into,
    /// in order, for letters these do not have. A further one that cannot be read is left out.
    ///
    /// # Errors
    /// When the regular or the bold one cannot be used.
    pub fn read(regular: Vec<u8>, bold: Vec<u8>, further: Vec<Vec<u8>>) -> Result<Self, FontFault> {
        Ok(Self {
            regular: One::read(regular)?,
            bold: One::read(bold)?,
            further: further.into_iter().filter_map(|bytes| One::read(bytes).ok()).collect(),
        })
    }

    fn all(&self) -> impl Iterator<Item = &One> {
        [&self.regular, &self.bold].into_iter().chain(&self.further)
    }
}

/// The faces, opened for shaping.
pub(super) struct Faces<'a> {
    shaping: Vec<Face<'a>>,
    drawing: Vec<Font>,
}

/// Place of the regular face.
const REGULAR: usize = 0;
/// Place of the bold face.
const BOLD: usize = 1;

impl<'a> Faces<'a> {
    pub(super) fn open(fonts: &'a Fonts) -> Result<Self, FontFault> {
        let open = |one: &'a One| Face::from_slice(&one.bytes.0, one.index);
        Ok(Self {
            shaping: fonts.all().map(open).collect::<Option<_>>().ok_or(FontFault::Unreadable)?,
            drawing: fonts.all().map(|one| one.font.clone()).collect(),
        })
    }

    /// Which face has a letter: the one asked for, or the first other that does.
    pub(super) fn of(&self, letter: char, bold: bool) -> Option<usize> {
        let has = |place: &usize| {
            self.shaping.get(*place).is_some_and(|face| face.glyph_index(letter).is_some())
        };
        let first = if bold { BOLD } else { REGULAR };
        Some(first).filter(has).or_else(|| (0..self.shaping.len()).find(has))
    }

    /// A face for shaping.
    pub(super) fn shaping(&self, place: usize) -> &Face<'a> {
        &self.shaping[place]
    }

    /// The same face for drawing.
    pub(super) fn drawing(&self, place: usize) -> Font {
        self.drawing[place].clone()
    }
}
