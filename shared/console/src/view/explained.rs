//! What a redrive would do now.

use maud::{Markup, html};
use tidings_operations::{Explained, Outcome};

/// The outcome, with what is to be known besides.
#[must_use]
pub fn outcome(explained: &Explained) -> Markup {
    let state = match &explained.outcome {
        Outcome::AlreadyCompleted => "done",
        Outcome::Begins { .. } => "working",
        Outcome::InProgress { .. } | Outcome::WaitsBehind { .. } | Outcome::UnderAct { .. } => "paused",
        Outcome::SetAsideAgain { .. } | Outcome::IsANote => "dead letter",
    };
    html! {
        span.state data-state=(state) { (explained.outcome.told()) }
        @for remark in &explained.remarks { span.note { (remark.told()) } }
    }
}
