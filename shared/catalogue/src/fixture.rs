//! The document that tests here read.

use crate::Document;

/// A small shop.
pub fn small() -> Document {
    Document::read(include_str!("../fixtures/small.json")).expect("the fixture is a document")
}
