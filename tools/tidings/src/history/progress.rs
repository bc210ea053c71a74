//! Showing how far a command has come: on a terminal in one line, elsewhere a line now and then.

use std::{fmt::Display, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};

/// Events between two lines, where nobody watches.
const NOW_AND_THEN: u64 = 10_000;

/// On standard error: standard output is for the result.
pub struct Progress {
    bar: ProgressBar,
    said: u64,
}

impl Progress {
    pub fn begin() -> Self {
        let style = ProgressStyle::with_template("{spinner} {msg}  {elapsed}  {per_sec}");
        let bar = ProgressBar::new_spinner();
        let bar = match style {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        };
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar, said: 0 }
    }

    /// So many events are done.
    pub fn reached(&mut self, events: u64, text: impl Display) {
        self.bar.set_position(events);
        if !self.bar.is_hidden() {
            self.bar.set_message(text.to_string());
        } else if events / NOW_AND_THEN > self.said {
            self.said = events / NOW_AND_THEN;
            eprintln!("{text}");
        }
    }

    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
