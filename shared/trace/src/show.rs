//! Drawing a tree, for people.

mod mermaid;
mod text;
mod tree;
mod waterfall;

pub use mermaid::mermaid;
pub use text::length;
pub use tree::tree;
pub use waterfall::waterfall;
