//! `tidings catalog check`: what is wrong with a system as a whole, and what to do about it.
//!
//! [`rules`] has the sentence and the remedy of each rule; the modules beside it look. An exception
//! ([`exceptions`]) has a reason and an end.

mod circles;
mod contracts;
mod exceptions;
mod personal;
mod report;
pub mod rules;
mod settings;
mod speakers;

use jiff::civil::Date;

pub use exceptions::{Exception, Exceptions, UnreadableExceptions};
pub use report::{Excepted, Finding, Report, Skipped};
pub use rules::{Rule, Severity};

use crate::document::Document;

/// What is known besides the document.
pub struct Beside<'a> {
    /// The day on which it is checked: deprecations and exceptions end.
    pub today: Date,
    /// What is accepted for a while.
    pub exceptions: &'a Exceptions,
}

impl Document {
    /// Goes through all rules.
    #[must_use]
    pub fn check(&self, beside: &Beside<'_>) -> Report {
        let mut report = Report::default();
        speakers::look(self, &mut report);
        contracts::look(self, beside, &mut report);
        personal::look(self, &mut report);
        circles::look(self, &mut report);
        settings::look(self, &mut report);
        beside.exceptions.apply(beside.today, &mut report);
        report.sort();
        report
    }
}

#[cfg(test)]
mod tests;
