//! What runs by a schedule.

use jiff::Timestamp;
use tidings_core::{Failure, catalogue::Scheduled};

/// A function that runs by its schedule.
pub trait RunBySchedule: Scheduled {
    /// Runs once, and begins nothing that it may not end before `deadline`.
    ///
    /// # Errors
    /// When something had to be left behind, or could not be looked at: the next run tries again.
    fn run(&self, deadline: Timestamp) -> impl Future<Output = Result<(), Failure>> + Send;
}
