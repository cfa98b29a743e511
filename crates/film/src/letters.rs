//! Letters drawn from a font file.
//!
//! What is not here: the file; its bytes are an argument.

use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};

/// Which face of a collection of Chinese, Japanese and Korean faces is the simplified Chinese one.
const SIMPLIFIED_CHINESE: u32 = 2;

/// The font's bytes are not a font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// Coverage of a line of letters, 0 to 255 a pixel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mask {
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) alpha: Vec<u8>,
}

/// A font ready to draw.
#[derive(Debug)]
pub struct Letters {
    font: FontVec,
}

impl Letters {
    /// Reads a font file: a single face, or a collection whose third face is the simplified
    /// Chinese one, as the Noto collections are.
    ///
    /// # Errors
    /// When the bytes are not a font.
    pub fn of(bytes: Vec<u8>) -> Result<Self, Unreadable> {
        let face = if bytes.starts_with(b"ttcf") { SIMPLIFIED_CHINESE } else { 0 };
        let font = FontVec::try_from_vec_and_index(bytes, face).map_err(|_| Unreadable)?;
        Ok(Self { font })
    }

    /// Draws one line, `height` pixels high, no wider than `widest`: what does not fit is left
    /// out, and the last letter drawn then is an ellipsis.
    pub(crate) fn line(&self, text: &str, height: usize, widest: usize) -> Mask {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred pixels")]
        let (pixels, widest_px) = (height as f32, widest as f32);
        let font = self.font.as_scaled(PxScale::from(pixels));
        let dots = font.h_advance(font.glyph_id('…'));
        let advance = |letter: char| font.h_advance(font.glyph_id(letter));
        let whole: f32 = text.chars().map(advance).sum();
        let (mut pen, mut glyphs) = (0.0, Vec::new());
        for letter in text.chars().filter(|letter| !letter.is_control()) {
            let step = advance(letter);
            if whole > widest_px && pen + step + dots > widest_px {
                glyphs.push(
                    font.glyph_id('…')
                        .with_scale_and_position(PxScale::from(pixels), point(pen, font.ascent())),
                );
                pen += dots;
                break;
            }
            glyphs.push(
                font.glyph_id(letter)
                    .with_scale_and_position(PxScale::from(pixels), point(pen, font.ascent())),
            );
            pen += step;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a width between nothing and the widest allowed"
        )]
        let width = (pen.ceil().max(0.0) as usize).min(widest);
        let mut mask = Mask { width, height, alpha: vec![0; width * height] };
        for glyph in glyphs {
            let Some(outline) = font.outline_glyph(glyph) else { continue };
            let bounds = outline.px_bounds();
            outline.draw(|x, y, covered| mask.add(bounds.min.x, bounds.min.y, (x, y), covered));
        }
        mask
    }
}

impl Mask {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "pixels of one line; what lies outside is left out"
    )]
    fn add(&mut self, left: f32, top: f32, (x, y): (u32, u32), covered: f32) {
        let (x, y) = (left + x as f32, top + y as f32);
        if x < 0.0 || y < 0.0 || x >= self.width as f32 || y >= self.height as f32 {
            return;
        }
        let pixel = &mut self.alpha[y as usize * self.width + x as usize];
        *pixel = (*pixel).max((covered.clamp(0.0, 1.0) * 255.0) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_font_is_refused() {
        assert_eq!(Letters::of(b"no font".to_vec()).err(), Some(Unreadable));
        assert_eq!(Letters::of(b"ttcf and no more".to_vec()).err(), Some(Unreadable));
    }
}
