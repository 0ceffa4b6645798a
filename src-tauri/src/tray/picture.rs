//! The tray's icon: the bell, and on it how many asks wait. Drawn by hand, as a tray has room for a few pixels.

use tauri::image::Image;
use tauri::include_image;

const BELL: Image<'_> = include_image!("../icons/128x128.png");

type Colour = [u8; 4];
const BADGE: Colour = [0xc8, 0x1e, 0x3a, 0xff];
const EDGE: Colour = [0x13, 0x14, 0x16, 0xff];
const INK: Colour = [0xff, 0xff, 0xff, 0xff];

/// The size the badge is drawn for; larger icons have it so many times as large.
const UNIT: u32 = 22;
const GLYPH_WIDTH: u32 = 5;
const GLYPH_HEIGHT: u32 = 7;
/// Between the number and the edge of its badge.
const MARGIN: u32 = 2;

/// A row of a glyph is five bits, the left one first.
const GLYPHS: [(char, [u8; GLYPH_HEIGHT as usize]); 11] = [
    ('0', [0b01110, 0b10001, 0b10001, 0b10001, 0b10001, 0b10001, 0b01110]),
    ('1', [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110]),
    ('2', [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111]),
    ('3', [0b11110, 0b00001, 0b00001, 0b01110, 0b00001, 0b00001, 0b11110]),
    ('4', [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010]),
    ('5', [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110]),
    ('6', [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110]),
    ('7', [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000]),
    ('8', [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110]),
    ('9', [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100]),
    ('+', [0b00000, 0b00100, 0b00100, 0b11111, 0b00100, 0b00100, 0b00000]),
];

/// A square picture, in rows of pixels of red, green, blue and alpha.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub size: u32,
    pub rgba: Vec<u8>,
}

/// The bell with so many waiting. Without a number where none is.
pub fn bell(size: u32, waiting: usize) -> Picture {
    let mut picture = Picture { size, rgba: Vec::with_capacity(length(size, size)) };
    for y in 0..size {
        for x in 0..size {
            picture.rgba.extend(averaged(x, y, size));
        }
    }
    if waiting > 0 {
        let number = if waiting > 99 { "99+".to_owned() } else { waiting.to_string() };
        picture.badge(&number);
    }
    picture
}

/// The pixel of a smaller bell: what lies under it, in equal parts; what is transparent has no colour.
fn averaged(x: u32, y: u32, size: u32) -> Colour {
    let span =
        |at: u32, whole: u32| (at * whole / size)..((at + 1) * whole / size).max(at * whole / size + 1);
    let (mut sum, mut alpha, mut count) = ([0_u32; 3], 0, 0);
    for row in span(y, BELL.height()) {
        for column in span(x, BELL.width()) {
            let at = length(row, BELL.width()) + length(column, 1);
            let Some(&[r, g, b, a]) = BELL.rgba().get(at..at + 4).and_then(|it| it.first_chunk::<4>()) else {
                continue;
            };
            let opaque = u32::from(a);
            for (part, colour) in sum.iter_mut().zip([r, g, b]) {
                *part += u32::from(colour) * opaque;
            }
            alpha += opaque;
            count += 1;
        }
    }
    let [r, g, b] = sum.map(|part| byte(part.checked_div(alpha).unwrap_or(0)));
    [r, g, b, byte(alpha.checked_div(count).unwrap_or(0))]
}

impl Picture {
    /// A pill in the lower right corner, with a dark edge that parts it from the bell.
    fn badge(&mut self, number: &str) {
        let scale = (self.size / UNIT).max(1);
        let glyphs = u32::try_from(number.chars().count()).unwrap_or(1);
        let width = (glyphs * (GLYPH_WIDTH + 1) - 1 + 2 * MARGIN) * scale;
        let height = (GLYPH_HEIGHT + 2 * MARGIN) * scale;
        let (left, top) = (self.size.saturating_sub(width), self.size.saturating_sub(height));
        self.pill(left.saturating_sub(scale), top.saturating_sub(scale), EDGE);
        self.pill(left, top, BADGE);
        for (nth, c) in (0..).zip(number.chars()) {
            let at = left + (MARGIN + nth * (GLYPH_WIDTH + 1)) * scale;
            self.glyph(c, at, top + MARGIN * scale, scale);
        }
    }

    /// From here to the lower right corner, with three round corners: the fourth has no room to be.
    fn pill(&mut self, left: u32, top: u32, colour: Colour) {
        let (width, height) = (self.size - left, self.size - top);
        // Twice the radius, and twice every place: a pixel's middle lies between two places.
        let round = width.min(height) * 3 / 4;
        for y in 0..height {
            for x in 0..width {
                let from = |at: u32, whole: u32| {
                    let (near, far) = (2 * at + 1, 2 * (whole - at) - 1);
                    round.saturating_sub(near.min(far))
                };
                let (dx, dy) = (from(x, width), from(y, height));
                if dx * dx + dy * dy <= round * round {
                    self.set(left + x, top + y, colour);
                }
            }
        }
    }

    fn glyph(&mut self, c: char, left: u32, top: u32, scale: u32) {
        let Some((_, rows)) = GLYPHS.iter().find(|(known, _)| *known == c) else { return };
        for (y, row) in (0..).zip(rows) {
            for x in (0..GLYPH_WIDTH).filter(|x| row >> (GLYPH_WIDTH - 1 - x) & 1 == 1) {
                for dy in 0..scale {
                    for dx in 0..scale {
                        self.set(left + x * scale + dx, top + y * scale + dy, INK);
                    }
                }
            }
        }
    }

    fn set(&mut self, x: u32, y: u32, colour: Colour) {
        let at = length(y, self.size) + length(x, 1);
        if x < self.size
            && let Some(pixel) = self.rgba.get_mut(at..at + 4)
        {
            pixel.copy_from_slice(&colour);
        }
    }
}

/// The bytes of so many rows.
fn length(rows: u32, width: u32) -> usize {
    usize::try_from(rows * width * 4).unwrap_or(usize::MAX)
}

fn byte(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn count(picture: &Picture, colour: Colour) -> usize {
        picture.rgba.chunks(4).filter(|pixel| **pixel == colour).count()
    }

    #[test]
    fn nothing_waiting_is_a_bell_without_a_badge() {
        let bell = bell(22, 0);
        assert_eq!((bell.rgba.len(), count(&bell, BADGE)), (22 * 22 * 4, 0));
        let brass = bell.rgba.chunks(4).filter(|p| p[0] > 180 && p[2] < 120 && p[3] > 200).count();
        assert!(brass > 60, "the bell can be seen: {brass}");
    }

    #[test]
    fn every_number_looks_like_no_other() {
        for size in [22, 24, 32, 44, 48, 64] {
            let pictures: Vec<Picture> = (0..=100).map(|waiting| bell(size, waiting)).collect();
            let different: BTreeSet<&[u8]> = pictures.iter().map(|it| it.rgba.as_slice()).collect();
            assert_eq!(different.len(), pictures.len(), "{size}");
            assert_eq!(bell(size, 100), bell(size, 12_345));
        }
    }

    #[test]
    fn every_stroke_of_a_number_lies_on_its_badge() {
        for (waiting, number) in [(1, "1"), (8, "8"), (42, "42"), (100, "99+")] {
            let strokes: usize = number
                .chars()
                .flat_map(|c| GLYPHS.iter().find(|(known, _)| *known == c).unwrap().1)
                .map(|row| row.count_ones() as usize)
                .sum();
            for (size, scale) in [(22, 1), (44, 2)] {
                let picture = bell(size, waiting);
                assert_eq!(count(&picture, INK), strokes * scale * scale, "{number} at {size}");
                assert!(count(&picture, BADGE) > strokes * scale * scale / 2);
            }
        }
    }
}
