//! Working through what is stored: where the data is, how far one has come, and showing it.

mod checkpoint;
mod progress;
mod site;

pub use checkpoint::CheckpointFile;
pub use progress::Progress;
pub use site::{Site, Where};

/// How a shell reports a process that Ctrl-C ended.
pub const INTERRUPTED: u8 = 130;
