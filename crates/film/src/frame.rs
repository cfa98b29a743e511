//! A picture in memory, 8-bit 4:2:0 in three planes, and the few ways to draw on it.
//!
//! What is not here: letters (`letters`) and what is drawn where (`scene`).

use crate::arrange::Area;
use crate::letters::Mask;

/// A colour as the film stores it (ITU-R BT.601, limited range).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    y: u8,
    u: u8,
    v: u8,
}

impl Colour {
    /// The colour of these red, green and blue parts.
    pub const fn of(red: u8, green: u8, blue: u8) -> Self {
        let (r, g, b) = (red as i32, green as i32, blue as i32);
        // Within 16 to 240 for every input.
        #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "16 to 240")]
        const fn byte(value: i32) -> u8 {
            value as u8
        }
        Self {
            y: byte(((66 * r + 129 * g + 25 * b + 128) >> 8) + 16),
            u: byte(((-38 * r - 74 * g + 112 * b + 128) >> 8) + 128),
            v: byte(((112 * r - 94 * g - 18 * b + 128) >> 8) + 128),
        }
    }
}

/// A picture. Width and height are even.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

impl Frame {
    /// Bytes of a picture of this size.
    pub const fn bytes_of(width: usize, height: usize) -> usize {
        width * height * 3 / 2
    }

    /// A picture in one colour; an odd size loses its last row or column.
    pub fn new(width: usize, height: usize, colour: Colour) -> Self {
        let (width, height) = (width & !1, height & !1);
        let mut frame = Self { width, height, bytes: vec![0; Self::bytes_of(width, height)] };
        frame.fill(Area { x: 0, y: 0, width, height }, colour);
        frame
    }

    /// Planes one after the other: luma, then both chroma planes at half size.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Takes over another picture of the same size.
    pub fn copy_from(&mut self, other: &Self) {
        self.bytes.copy_from_slice(&other.bytes);
    }

    fn planes(&mut self) -> (&mut [u8], &mut [u8], &mut [u8]) {
        let luma = self.width * self.height;
        let (y, chroma) = self.bytes.split_at_mut(luma);
        let (u, v) = chroma.split_at_mut(luma / 4);
        (y, u, v)
    }

    /// The part of an area that lies inside the picture, on even pixels.
    fn clip(&self, area: Area) -> Area {
        let (x, y) = (area.x.min(self.width) & !1, area.y.min(self.height) & !1);
        Area {
            x,
            y,
            width: area.width.min(self.width - x) & !1,
            height: area.height.min(self.height - y) & !1,
        }
    }

    /// Fills an area.
    pub fn fill(&mut self, area: Area, colour: Colour) {
        let Area { x, y, width, height } = self.clip(area);
        let stride = self.width;
        let (luma, u, v) = self.planes();
        for row in y..y + height {
            luma[row * stride + x..][..width].fill(colour.y);
        }
        for row in y / 2..(y + height) / 2 {
            let at = row * stride / 2 + x / 2;
            u[at..][..width / 2].fill(colour.u);
            v[at..][..width / 2].fill(colour.v);
        }
    }

    /// Draws a frame of this thickness just inside an area.
    pub fn outline(&mut self, area: Area, thickness: usize, colour: Colour) {
        let Area { x, y, width, height } = self.clip(area);
        let thick = thickness.min(width / 2).min(height / 2) & !1;
        let bottom = Area { x, y: y + height - thick, width, height: thick };
        let right = Area { x: x + width - thick, y, width: thick, height };
        self.fill(Area { x, y, width, height: thick }, colour);
        self.fill(bottom, colour);
        self.fill(Area { x, y, width: thick, height }, colour);
        self.fill(right, colour);
    }

    /// Draws a line through points that are thousandths of an area, with a square pen; what would lie
    /// outside the area is left out.
    pub(crate) fn stroke(&mut self, on: Area, points: &[[u16; 2]], pen: usize, colour: Colour) {
        let at = |[x, y]: [u16; 2]| {
            let place = |part: u16, size: usize| usize::from(part.min(1_000)) * size / 1_000;
            (place(x, on.width), place(y, on.height))
        };
        let mut dot = |(x, y): (usize, usize)| {
            let (x, y) = (x.saturating_sub(pen / 2), y.saturating_sub(pen / 2));
            let (width, height) = (pen.min(on.width - x), pen.min(on.height - y));
            self.fill(Area { x: on.x + x, y: on.y + y, width, height }, colour);
        };
        let mut last = None;
        for point in points.iter().copied().map(at) {
            let from = last.replace(point).unwrap_or(point);
            // One dot every other pixel leaves no hole.
            let steps = (from.0.abs_diff(point.0).max(from.1.abs_diff(point.1)) / 2).max(1);
            let between =
                |one: usize, other: usize, step| (one * (steps - step) + other * step) / steps;
            for step in 0..=steps {
                dot((between(from.0, point.0, step), between(from.1, point.1, step)));
            }
        }
    }

    /// Puts a picture whose planes stand in `picture` into an area of any size; the nearest pixels
    /// are taken. Nothing happens when `picture` is not of the size it is said to be.
    pub fn place(&mut self, area: Area, picture: &[u8], (from_width, from_height): (usize, usize)) {
        let area = self.clip(area);
        if picture.len() != Self::bytes_of(from_width, from_height) || area.height == 0 {
            return;
        }
        let luma = from_width * from_height;
        let stride = self.width;
        let (to_y, to_u, to_v) = self.planes();
        let (from_y, chroma) = picture.split_at(luma);
        let (from_u, from_v) = chroma.split_at(luma / 4);
        scale(to_y, stride, area, from_y, (from_width, from_height));
        let half =
            Area { x: area.x / 2, y: area.y / 2, width: area.width / 2, height: area.height / 2 };
        let size = (from_width / 2, from_height / 2);
        scale(to_u, stride / 2, half, from_u, size);
        scale(to_v, stride / 2, half, from_v, size);
    }

    /// Lays a mask of letters over the picture with its top left corner at (`x`, `y`).
    pub(crate) fn ink(&mut self, (x, y): (usize, usize), mask: &Mask, colour: Colour) {
        let (stride, height) = (self.width, self.height);
        let width = mask.width.min(stride.saturating_sub(x));
        let rows = mask.height.min(height.saturating_sub(y));
        let (luma, u, v) = self.planes();
        for row in 0..rows {
            for column in 0..width {
                let alpha = mask.alpha[row * mask.width + column];
                if alpha == 0 {
                    continue;
                }
                let (at_x, at_y) = (x + column, y + row);
                blend(&mut luma[at_y * stride + at_x], colour.y, alpha);
                if at_x % 2 == 0 && at_y % 2 == 0 {
                    let at = at_y / 2 * (stride / 2) + at_x / 2;
                    blend(&mut u[at], colour.u, alpha);
                    blend(&mut v[at], colour.v, alpha);
                }
            }
        }
    }

    /// Lays a small picture of red, green, blue and opacity bytes over this one.
    pub(crate) fn stamp(&mut self, (x, y): (usize, usize), side: usize, pixels: &[u8]) {
        for (at, pixel) in pixels.as_chunks::<4>().0.iter().take(side * side).enumerate() {
            let [red, green, blue, alpha] = *pixel;
            let dot = Mask { width: 1, height: 1, alpha: vec![alpha] };
            self.ink((x + at % side, y + at / side), &dot, Colour::of(red, green, blue));
        }
    }
}

fn scale(
    to: &mut [u8],
    stride: usize,
    area: Area,
    from: &[u8],
    (from_width, from_height): (usize, usize),
) {
    let same = area.width == from_width;
    for row in 0..area.height {
        let from_row = &from[row * from_height / area.height * from_width..][..from_width];
        let to_row = &mut to[(area.y + row) * stride + area.x..][..area.width];
        if same {
            to_row.copy_from_slice(from_row);
            continue;
        }
        for (column, pixel) in to_row.iter_mut().enumerate() {
            *pixel = from_row[column * from_width / area.width];
        }
    }
}

fn blend(pixel: &mut u8, over: u8, alpha: u8) {
    let (below, over, alpha) = (u16::from(*pixel), u16::from(over), u16::from(alpha));
    let mixed = (below * (255 - alpha) + over * alpha + 127) / 255;
    *pixel = u8::try_from(mixed).unwrap_or(u8::MAX);
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLACK: Colour = Colour::of(0, 0, 0);
    const WHITE: Colour = Colour::of(255, 255, 255);

    #[test]
    fn black_and_white_are_the_ends_of_the_limited_range() {
        assert_eq!(BLACK, Colour { y: 16, u: 128, v: 128 });
        assert_eq!(WHITE, Colour { y: 235, u: 128, v: 128 });
    }

    #[test]
    fn what_lies_outside_is_left_out() {
        let mut frame = Frame::new(8, 8, BLACK);
        frame.fill(Area { x: 4, y: 4, width: 100, height: 100 }, WHITE);
        frame.fill(Area { x: 100, y: 100, width: 4, height: 4 }, WHITE);
        let white = frame.bytes()[..64].iter().filter(|&&y| y == 235).count();
        assert_eq!(white, 16);
    }

    #[test]
    fn a_stroke_goes_from_end_to_end_of_its_page_and_no_further() {
        let mut frame = Frame::new(32, 32, BLACK);
        let on = Area { x: 8, y: 8, width: 16, height: 16 };
        frame.stroke(on, &[[0, 0], [1_000, 1_000], [u16::MAX, 0]], 4, WHITE);
        let white = |x: usize, y: usize| frame.bytes()[y * 32 + x] == 235;
        assert!(white(8, 8) && white(16, 16) && white(23, 23) && white(22, 10));
        assert!(!white(12, 20));
        let all = (0..32).flat_map(|y| (0..32).map(move |x| (x, y)));
        for (x, y) in all.filter(|&(x, y)| white(x, y)) {
            assert!((8..24).contains(&x) && (8..24).contains(&y), "{x} {y}");
        }
    }

    #[test]
    fn a_picture_is_placed_at_its_size_and_smaller() {
        let white = Frame::new(4, 4, WHITE);
        let mut frame = Frame::new(8, 8, BLACK);
        frame.place(Area { x: 0, y: 0, width: 4, height: 4 }, white.bytes(), (4, 4));
        frame.place(Area { x: 4, y: 4, width: 2, height: 2 }, white.bytes(), (4, 4));
        frame.place(Area { x: 0, y: 4, width: 4, height: 4 }, &[0; 3], (4, 4));
        let white = frame.bytes()[..64].iter().filter(|&&y| y == 235).count();
        assert_eq!(white, 16 + 4);
    }
}
