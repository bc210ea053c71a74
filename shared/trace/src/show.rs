//! Drawing a tree, for people.

mod mermaid;
mod summary;
mod text;
mod tree;
mod waterfall;

pub use mermaid::mermaid;
pub use summary::summary;
pub use text::length;
pub use tree::tree;
pub use waterfall::waterfall;
