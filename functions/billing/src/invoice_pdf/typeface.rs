//! The typeface: DejaVu Sans, which has the letters of most languages that are written with Latin, Greek or Cyrillic ones, and more. What it
//! lacks shows as an empty box.

use std::{
    collections::HashMap,
    ops::Range,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, Face, Script, ShapePlan, UnicodeBuffer};
use unicode_bidi::{BidiInfo, Direction as UnicodeDirection};

/// The typeface, read once.
pub(super) static TYPEFACE: LazyLock<Typeface> = LazyLock::new(Typeface::embedded);

static DEJAVU_SANS: &[u8] = include_bytes!("../../fonts/DejaVuSans.ttf");

pub(super) struct Typeface {
    pub(super) font: Font,
    face: Face<'static>,
    /// How a script is set. To find that out takes longer than to set a text.
    plans: Mutex<HashMap<(Script, Direction), Arc<ShapePlan>>>,
}

/// What stands for the rest of a text that is cut.
const CUT: char = '…';

impl Typeface {
    fn embedded() -> Self {
        Self {
            font: Font::new(DEJAVU_SANS.into(), 0).expect("what is compiled in is a font"),
            face: Face::from_slice(DEJAVU_SANS, 0).expect("what is compiled in is a font"),
            plans: Mutex::default(),
        }
    }

    fn plan(&self, script: Script, direction: Direction) -> Arc<ShapePlan> {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        let plan = plans.entry((script, direction));
        let plan =
            plan.or_insert_with(|| Arc::new(ShapePlan::new(&self.face, direction, Some(script), None, &[])));
        plan.clone()
    }

    /// The line as glyphs, in the order in which they are drawn, from left to right, measured in sizes of the font.
    ///
    /// What is written from right to left is, with its numbers from left to right (Unicode Standard Annex #9, the bidirectional algorithm).
    pub(super) fn glyphs(&self, line: &str) -> Vec<KrillaGlyph> {
        let bidi = BidiInfo::new(line, None);
        let mut glyphs = Vec::new();
        for paragraph in &bidi.paragraphs {
            let (levels, runs) = bidi.visual_runs(paragraph, paragraph.range.clone());
            for run in runs {
                let direction = match levels[run.start].is_rtl() {
                    true => Direction::RightToLeft,
                    false => Direction::LeftToRight,
                };
                self.set(line, run, direction, &mut glyphs);
            }
        }
        glyphs
    }

    /// Sets a part of a line that goes in one direction.
    fn set(&self, line: &str, run: Range<usize>, direction: Direction, glyphs: &mut Vec<KrillaGlyph>) {
        let text = &line[run.clone()];
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        buffer.set_direction(direction);
        let plan = self.plan(buffer.script(), buffer.direction());
        let shaped = rustybuzz::shape_with_plan(&self.face, &plan, buffer);
        // Glyphs of one cluster stand for the text from its beginning to that of the next one.
        let mut clusters: Vec<_> = shaped.glyph_infos().iter().map(|info| info.cluster).collect();
        clusters.sort_unstable();
        let em = self.font.units_per_em();
        let pairs = shaped.glyph_infos().iter().zip(shaped.glyph_positions());
        glyphs.extend(pairs.map(|(info, position)| {
            let next = clusters.partition_point(|cluster| *cluster <= info.cluster);
            let end = clusters.get(next).map_or(text.len(), |next| *next as usize);
            let sizes = |units: i32| units as f32 / em;
            KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                sizes(position.x_advance),
                sizes(position.x_offset),
                sizes(position.y_offset),
                sizes(position.y_advance),
                run.start + info.cluster as usize..run.start + end,
                None,
            )
        }));
    }

    /// How wide the text is, in points.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let advances = self.glyphs(text).into_iter().map(|glyph| glyph.x_advance);
        advances.sum::<f32>() * size
    }

    /// The text in lines of this width, broken where there is white space, or within a word that is too long. What would be behind line number `most`
    /// is cut, and the line ends with an ellipsis.
    pub(super) fn lines(&self, text: &str, size: f32, width: f32, most: usize) -> Vec<String> {
        let fits = |line: &str| self.width(line, size) <= width;
        let mark = mark_of(text);
        let mut lines = Vec::new();
        let mut line = String::new();
        let words = text.split(|c: char| c.is_whitespace() || c.is_control());
        for word in words.filter(|word| !word.is_empty()) {
            // One that is cut anyway need not be looked at to its end.
            if lines.len() > most {
                break;
            }
            let longer = [line.as_str(), word].join(" ");
            if fits(longer.trim_start()) {
                line = longer.trim_start().to_owned();
                continue;
            }
            lines.extend(Some(std::mem::take(&mut line)).filter(|line| !line.is_empty()));
            if fits(word) {
                line = word.to_owned();
                continue;
            }
            for character in word.chars() {
                line.push(character);
                if !fits(&line) && line.chars().count() > 1 {
                    line.pop();
                    lines.push(std::mem::replace(&mut line, character.to_string()));
                }
                if lines.len() > most {
                    break;
                }
            }
        }
        lines.extend(Some(line).filter(|line| !line.is_empty()));
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                last.push(CUT);
                while !fits(last) && last.chars().count() > 1 {
                    last.pop();
                    last.pop();
                    last.push(CUT);
                }
            }
        }
        lines.iter_mut().for_each(|line| go_on(line, mark));
        lines
    }
}

/// The mark that gives a text the direction of this one, which its first letter decides (Annex #9, rules P2 and P3).
fn mark_of(text: &str) -> char {
    match unicode_bidi::get_base_direction(text) {
        UnicodeDirection::Rtl => '\u{200f}',
        UnicodeDirection::Ltr | UnicodeDirection::Mixed => '\u{200e}',
    }
}

/// Gives a line the direction of the text that it is of: by itself it would have that of its own first letter. The mark is drawn as nothing.
fn go_on(line: &mut String, mark: char) {
    if mark_of(line) != mark {
        line.insert(0, mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, most: usize) -> Vec<String> {
        TYPEFACE.lines(text, 10.0, 100.0, most)
    }

    #[test]
    fn a_text_is_broken_at_white_space_and_a_word_where_it_must_be() {
        let text = "A mug with a picture of\nthe  harbour\tof Thessaloniki";
        let broken = lines(text, 9);
        assert!(broken.len() > 2);
        assert_eq!(
            broken.join(" "),
            "A mug with a picture of the harbour of Thessaloniki"
        );
        let word = "x".repeat(60);
        assert_eq!(lines(&word, 9).concat(), word);
        for line in broken.iter().chain(&lines(&word, 9)) {
            assert!(TYPEFACE.width(line, 10.0) <= 100.0, "{line}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_so_that_it_is_seen() {
        for text in ["a mug ".repeat(1_000), "x".repeat(100_000)] {
            let cut = lines(&text, 3);
            assert_eq!(cut.len(), 3);
            assert!(
                cut[2].ends_with('…') && TYPEFACE.width(&cut[2], 10.0) <= 100.0,
                "{cut:?}"
            );
        }
        assert_eq!(lines("a mug", 3), ["a mug"]);
        assert!(lines(" \n", 3).is_empty());
    }

    /// The line as it is seen, from left to right.
    fn drawn(line: &str) -> String {
        let glyphs = TYPEFACE.glyphs(line);
        glyphs
            .iter()
            .map(|glyph| &line[glyph.text_range.clone()])
            .collect()
    }

    #[test]
    fn what_is_written_from_right_to_left_is_drawn_so_and_its_numbers_are_not() {
        // A shirt of size 50, in Hebrew: as it is seen, the number stands at the left and is still fifty.
        for (line, seen) in [
            ("חולצה 50", "50 הצלוח"),
            ("חולצה", "הצלוח"),
            ("T-shirt חולצה 50 (XL)", "T-shirt 50 הצלוח (XL)"),
            ("חולצה T-shirt 50", "T-shirt 50 הצלוח"),
            ("תה 2.5", "2.5 הת"),
            ("Tea 250", "Tea 250"),
        ] {
            assert_eq!(drawn(line), seen, "{line}");
        }
    }

    #[test]
    fn every_line_of_a_text_goes_in_its_direction() {
        let text = "חולצה ".repeat(6) + &"shirt ".repeat(6);
        let broken = lines(&text, 9);
        assert!(
            broken.len() > 2 && broken.iter().all(|line| mark_of(line) == '\u{200f}'),
            "{broken:?}"
        );
        let mut line = "50 shirt".to_owned();
        go_on(&mut line, mark_of(&text));
        assert_eq!(drawn(&line).trim_matches('\u{200f}'), "shirt 50");
        let latin = lines(&("shirt ".repeat(6) + "חולצה 50"), 9);
        assert!(latin.iter().all(|line| mark_of(line) == '\u{200e}'), "{latin:?}");
    }

    #[test]
    fn every_part_of_a_text_belongs_to_a_glyph() {
        for text in [
            "Tea",
            "office ﬁ",
            "Čaj, τσάι, чай",
            "e\u{301}a",
            "שלום",
            "茶 🫖",
            "",
        ] {
            let mut ranges: Vec<_> = TYPEFACE
                .glyphs(text)
                .into_iter()
                .map(|glyph| glyph.text_range)
                .collect();
            ranges.sort_by_key(|range| range.start);
            ranges.dedup();
            let parts: String = ranges.into_iter().map(|range| &text[range]).collect();
            assert_eq!(parts, text);
        }
    }

    #[test]
    fn the_typeface_has_more_than_the_letters_of_latin_1() {
        for text in ["ÀÿŒŁřšğı", "τσάι", "чай їж", "€…"] {
            assert!(
                TYPEFACE
                    .glyphs(text)
                    .iter()
                    .all(|glyph| glyph.glyph_id.to_u32() != 0),
                "{text}"
            );
        }
        assert!(
            TYPEFACE
                .glyphs("茶")
                .iter()
                .all(|glyph| glyph.glyph_id.to_u32() == 0)
        );
    }
}
