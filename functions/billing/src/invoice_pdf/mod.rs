//! Invoices as PDF ([why so](../../../../docs/adr/0019-invoices-by-krilla.md)): [`bill`] is what an invoice says, and adds up; [`layout`] puts it on pages; [`typeface`] sets
//! the text, and here it is drawn.
//!
//! The same bill gives the same bytes: no clock and no chance is in them. So a document can be made again, and compared with the one that was issued.

pub mod bill;
mod layout;
mod typeface;

use krilla::{
    Document,
    error::KrillaError,
    geom::{PathBuilder, Point},
    metadata::Metadata,
    page::PageSettings,
    paint::Stroke,
    surface::Surface,
};
use thiserror::Error;

use bill::Bill;
use layout::{HEIGHT, RULE, Text, WIDTH};
use typeface::TYPEFACE;

/// No PDF could be made: a bug, or a limit of the format.
#[derive(Debug, Error)]
#[error("no PDF could be made: {0}")]
pub struct NoPdf(String);

/// The bill as a PDF, in A4. Its text is text, which can be searched and copied; the typeface is embedded with the glyphs that are used.
///
/// # Errors
/// [`NoPdf`].
pub fn pdf(bill: &Bill) -> Result<Vec<u8>, NoPdf> {
    let mut document = Document::new();
    let title = format!("Invoice {}", bill.number);
    document.set_metadata(Metadata::new().title(title).language("en".to_owned()));
    for laid_out in layout::pages(bill) {
        let a4 = PageSettings::from_wh(WIDTH, HEIGHT).expect("a page has a width and a height");
        let mut page = document.start_page_with(a4);
        let mut surface = page.surface();
        for text in &laid_out.texts {
            draw(&mut surface, text);
        }
        surface.set_stroke(Some(Stroke::default()));
        for y in laid_out.rules {
            rule(&mut surface, y);
        }
        surface.finish();
        page.finish();
    }
    document
        .finish()
        .map_err(|error: KrillaError| NoPdf(error.to_string()))
}

fn draw(surface: &mut Surface<'_>, Text { x, y, size, text }: &Text) {
    let glyphs = TYPEFACE.glyphs(text);
    let font = TYPEFACE.font.clone();
    surface.draw_glyphs(Point::from_xy(*x, *y), &glyphs, font, text, *size, false);
}

fn rule(surface: &mut Surface<'_>, y: f32) {
    let mut path = PathBuilder::new();
    path.move_to(RULE.0, y);
    path.line_to(RULE.1, y);
    if let Some(path) = path.finish() {
        surface.draw_path(&path);
    }
}
