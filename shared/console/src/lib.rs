//! The console: pages in a browser of this machine, to watch a system and to mend it.
//!
//! It knows no shop. A [`Console`] is made of a system's catalogue document, the desk of its
//! operators (`tidings-operations`) and, where the system runs in this process, a [`Feed`] of what
//! happens. What only one system has (an order form, its stock) comes in as further [`Tab`]s, whose
//! routes are given to [`Console::routes`], and as what stands beside the live page ([`Beside`]).
//!
//! - [`feed`] keeps the last flows and a minute of each consumer, bounded.
//! - [`live`] sends browsers what has changed of a page, as fast as they take it.
//! - [`view`] makes pages; whatever is put into them is escaped.
//! - [`route`] says where they are. They are made on the server, links and forms work without
//!   scripts, and the only script puts into the page what [`live`] sends.
//! - [`guard`] lets in the browser of somebody at this machine, on these pages alone.

mod console;
pub mod feed;
pub mod guard;
pub mod live;
pub mod route;
mod tabs;
pub mod view;

pub use console::{Beside, Console, Settings};
pub use feed::{Asked, Feed};
pub use live::{List, View};
pub use tabs::Tab;
pub use view::layout::Page;
